import { expect, test } from 'vitest';
import { Heap } from '../../src/keyed/heap.ts';
import fc from '../fastCheck.ts';

test('an empty heap has nothing first, and its rank is Infinity', () => {
  const heap = new Heap<string>();
  expect([heap.first, heap.rank, heap.shift()]).toEqual([
    undefined,
    Number.POSITIVE_INFINITY,
    undefined,
  ]);
});

test('items leave by rank, whatever the order in which they came and left before', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.nat(20), { freq: 3 })), (steps) => {
      const heap = new Heap<number>();
      const sorted: number[] = [];
      for (const rank of steps) {
        if (rank === null) {
          expect(heap.shift()).toBe(sorted.shift());
        } else {
          heap.push(rank, rank);
          sorted.push(rank);
          sorted.sort((a, b) => a - b);
        }
        expect(heap.first).toBe(sorted[0]);
        expect(heap.rank).toBe(sorted[0] ?? Number.POSITIVE_INFINITY);
      }
    }),
  );
});

test('an item costs as many steps as the heap has levels', () => {
  const heap = new Heap<number>();
  for (let i = 0; i < 1_024; i++) heap.push((i * 7_919) % 1_024, i);
  let comparisons = 0;
  const counted = {
    valueOf: () => {
      comparisons++;
      return -1;
    },
  };
  heap.push(counted as unknown as number, -1);
  expect(comparisons).toBeLessThanOrEqual(12);
  expect(heap.shift()).toBe(-1);
});

test('nothing is left after a clear', () => {
  const heap = new Heap<string>();
  heap.push(2, 'a');
  heap.push(1, 'b');
  heap.clear();
  expect([heap.first, heap.rank]).toEqual([undefined, Number.POSITIVE_INFINITY]);
});
