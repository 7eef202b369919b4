import { describe, expect, it } from 'vitest';
import type { Moment } from '../../../src/testing/marble/trace.ts';
import { widthOf } from '../../../src/testing/picture/measure.ts';
import { makeRoomForEvents } from '../../../src/testing/picture/room.ts';
import { layOut } from '../../../src/testing/picture/timeline.ts';

describe('the time of a picture', () => {
  it('takes the widest milliseconds that fit the space exactly', () => {
    expect(layOut([], 10, 260)).toMatchObject({ unit: 26, width: 260 });
    expect(layOut([], 10, 259)).toMatchObject({ unit: 25, width: 250 });
  });

  it('shows 20 quiet milliseconds one by one, and folds more', () => {
    const folds = (horizon: number) =>
      layOut([], horizon, 640).columns.filter(({ folded }) => folded).length;
    expect([folds(20), folds(21)]).toEqual([0, 1]);
  });

  it('keeps a millisecond on both sides of a fold, and every millisecond has its place', () => {
    const columns = layOut([], 50, 640).columns.map(({ from, milliseconds, folded }) => ({
      from,
      milliseconds,
      folded,
    }));
    expect(columns).toEqual([
      { from: 0, milliseconds: 1, folded: false },
      { from: 1, milliseconds: 48, folded: true },
      { from: 49, milliseconds: 1, folded: false },
    ]);
  });

  it('makes a millisecond exactly as wide as the letters of its events', () => {
    const events: Moment[] = [...'sxiclersxi'].map((letter) => ({
      type: 'event',
      frame: 3,
      letter,
      call: -1,
      kind: '',
    }));
    const cells = [0, 1].map((slot) => ({ frame: 3, slot, folded: false, width: 15 }));
    makeRoomForEvents(events, cells);
    const [first, second] = cells.map(({ width }) => width);
    expect(first).toBe(second);
    expect((first ?? 0) + (second ?? 0)).toBeCloseTo(widthOf('sxiclersxi', 'code') + 6);
  });
});
