import { expect, it } from 'vitest';
import { controls } from '../../../src/testing/marble/letters.ts';
import { layPills, type Pill } from '../../../src/testing/picture/pills.ts';
import fc from '../../fastCheck.ts';

const deeds = fc
  .array(fc.tuple(fc.constantFrom(...Object.keys(controls)), fc.integer({ min: 15, max: 130 })), {
    maxLength: 12,
  })
  .map((steps) => {
    let x = 64;
    return steps.map(([letter, step]) => {
      x += step;
      return { letter, x };
    });
  });

it('every pill holds its own stem, and touches no other pill and no other stem', () => {
  fc.assert(
    fc.property(deeds, (given) => {
      const pills = layPills(given, 64);
      expect(pills.map(({ x }) => x)).toEqual(given.map(({ x }) => x));
      const holds = ({ from, width }: Pill, x: number, apart: number): boolean =>
        x > from - apart && x < from + width + apart;
      for (const pill of pills) {
        expect(pill.from).toBeLessThan(pill.x - 7.9);
        expect(pill.from + pill.width).toBeGreaterThan(pill.x + 7.9);
        expect(pill.from).toBeGreaterThan(63.9);
        const others = pills.filter((other) => other !== pill);
        const beside = others.filter(({ row }) => row === pill.row);
        expect(beside.filter(({ from }) => holds(pill, from, 3.9))).toEqual([]);
        // the stem of a pill in an upper row passes this row
        const passing = others.filter(({ row }) => row < pill.row);
        expect(passing.filter(({ x }) => holds(pill, x, 3.9))).toEqual([]);
      }
    }),
    { numRuns: 200, seed: 1 },
  );
});

it('a pill stands in the middle of its stem, in the first row with room', () => {
  const row = (...xs: number[]): (readonly [number, number])[] =>
    layPills(
      xs.map((x) => ({ x, letter: 'R' })),
      0,
    ).map((pill) => [pill.row, Math.round(pill.x - pill.from - pill.width / 2) + 0]);
  expect(row(100, 200, 300)).toEqual([
    [0, 0],
    [0, 0],
    [0, 0],
  ]);
  expect(row(100, 130, 200)).toEqual([
    [0, 0],
    [1, -1],
    [0, 0],
  ]);
});

it('a pill gives way to the stems of the rows above only', () => {
  const given = [
    { x: 100, letter: 'T' },
    { x: 130, letter: 'T' },
    { x: 160, letter: 'd' },
  ];
  const [first, second, third] = layPills(given, 0) as [Pill, Pill, Pill];
  expect([first.row, second.row, third.row]).toEqual([0, 1, 0]);
  expect(third.from).toBeCloseTo(first.from + first.width + 4);
});

it('a stem may stand exactly 4 pixels behind a pill of a row below', () => {
  const given = [
    { x: 100, letter: 'T' },
    { x: 130, letter: 'T' },
  ];
  const [, second] = layPills(given, 0) as [Pill, Pill];
  const x = second.from + second.width + 4;
  expect(layPills([...given, { x, letter: 'T' }], 0).at(-1)).toMatchObject({ x, row: 0 });
});

it('a pill may begin exactly 8 pixels before its stem', () => {
  const left = 64;
  expect(layPills([{ x: left + 8, letter: 'T' }], left)).toMatchObject([{ from: left, row: 0 }]);
});
