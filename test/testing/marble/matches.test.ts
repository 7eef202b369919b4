import { describe, expect, it } from 'vitest';
import { matches, pick, show } from '../../../src/testing/marble/matches.ts';

describe('the findings of a look', () => {
  it('match if every expected member is as expected', () => {
    expect(matches({ a: 1 }, { a: 1, b: 2 })).toBe(true);
    expect(matches({ a: 1, b: 3 }, { a: 1, b: 2 })).toBe(false);
    expect(matches({ a: 3, b: 2 }, { a: 1, b: 2 })).toBe(false);
    expect(matches({ a: { b: 1 } }, { a: { b: 1, c: 2 } })).toBe(true);
    expect(matches({ a: { b: 2 } }, { a: { b: 1, c: 2 } })).toBe(false);
    expect(matches({}, { a: 1 })).toBe(true);
  });

  it('match values by identity', () => {
    expect(matches(Number.NaN, Number.NaN)).toBe(true);
    expect(matches(null, null)).toBe(true);
    expect(matches(null, undefined)).toBe(false);
    expect(matches(null, {})).toBe(false);
    expect(matches('a', 'a')).toBe(true);
    expect(matches(1, '1')).toBe(false);
  });

  it('do not match if an object is expected and there is none', () => {
    expect(matches({}, null)).toBe(false);
    expect(matches({}, undefined)).toBe(false);
    expect(matches({}, 1)).toBe(false);
    expect(matches({ length: 1 }, 'a')).toBe(false);
    expect(matches([], null)).toBe(false);
  });

  it('match a list by its length and each item', () => {
    expect(matches([1, { a: 1 }], [1, { a: 1, b: 2 }])).toBe(true);
    expect(matches([1], [1, 2])).toBe(false);
    expect(matches([1, 2], [1, 3])).toBe(false);
    expect(matches([1, 2], [3, 2])).toBe(false);
    expect(matches([], {})).toBe(true);
    expect(matches([1], { 0: 1 })).toBe(false);
  });

  it('are shown as far as members are expected', () => {
    expect(pick({ a: { b: 1 }, c: 1 }, { a: { b: 2, d: 3 }, c: 4, e: 5 })).toEqual({
      a: { b: 2 },
      c: 4,
    });
    expect(pick({ a: { b: 1 } }, { a: null })).toEqual({ a: null });
    expect(pick({ a: null }, { a: { b: 1 } })).toEqual({ a: { b: 1 } });
    expect(pick({ a: [1] }, { a: [2, 3] })).toEqual({ a: [2, 3] });
    expect(pick(1, { a: 1 })).toEqual({ a: 1 });
    expect(pick({ a: 1 }, 2)).toBe(2);
  });

  it('are shown as a developer writes them', () => {
    expect(show({ a: [1, 'b'], 'c-d': null, e: {} })).toBe("{ a: [1, 'b'], 'c-d': null, e: {} }");
    expect(show([])).toBe('[]');
    expect(show('it\'s\n"so"\u0007')).toBe(String.raw`'it\'s\n"so"\u0007'`);
    expect(show(undefined)).toBe('undefined');
    expect(show(() => 1)).toBe('a function');
    expect(show(show)).toBe('show');
    expect(show(Number.POSITIVE_INFINITY)).toBe('Infinity');
  });
});
