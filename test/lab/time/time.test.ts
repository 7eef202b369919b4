import { asyncScheduler, interval, type SchedulerAction, type Subscription, timer } from 'rxjs';
import { take } from 'rxjs/operators';
import { describe, expect, it } from 'vitest';
import { BEGINS, ENDS, Timeline, TimelineScheduler } from '../../../src/lab/time/index.ts';
import fc from '../../fastCheck.ts';

function clock(): { timeline: Timeline; scheduler: TimelineScheduler; run(to: number): void } {
  const timeline = new Timeline();
  const scheduler = new TimelineScheduler(timeline);
  return {
    timeline,
    scheduler,
    run(to) {
      while (timeline.next <= to) scheduler.run(timeline.take());
      timeline.now = to;
    },
  };
}

describe('a timeline', () => {
  it('gives items back by instant, then by rank, then in the order of their adding', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.constantFrom(ENDS, 1, BEGINS)), {
          maxLength: 300,
        }),
        (given) => {
          const timeline = new Timeline();
          for (const [index, [at, rank]] of given.entries()) timeline.add(at, rank, index);
          const taken: number[] = [];
          while (timeline.next < Number.POSITIVE_INFINITY) taken.push(timeline.take());
          const expected = given
            .map(([at, rank], index) => ({ at, rank, index }))
            .sort((a, b) => a.at - b.at || a.rank - b.rank || a.index - b.index);
          expect(taken).toEqual(expected.map(({ index }) => index));
        },
      ),
    );
  });

  it('keeps the order of the items that stay when others go', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 200 }), (instants) => {
        const timeline = new Timeline();
        for (const [index, at] of instants.entries()) timeline.add(at, ENDS, index);
        timeline.keepOnly((item) => item % 3 !== 0);
        const taken: number[] = [];
        while (timeline.next < Number.POSITIVE_INFINITY) taken.push(timeline.take());
        const expected = instants
          .map((at, index) => ({ at, index }))
          .filter(({ index }) => index % 3 !== 0)
          .sort((a, b) => a.at - b.at || a.index - b.index);
        expect(taken).toEqual(expected.map(({ index }) => index));
      }),
    );
  });

  it('takes an instant in the past for now', () => {
    const timeline = new Timeline();
    timeline.now = 100;
    timeline.add(40, ENDS, 1);
    expect(timeline.next).toBe(100);
  });
});

describe('a scheduler on a timeline', () => {
  it('serves the operators of RxJS', () => {
    const { scheduler, run } = clock();
    const seen: string[] = [];
    timer(300, scheduler).subscribe(() => seen.push(`timer at ${scheduler.now()}`));
    interval(100, scheduler)
      .pipe(take(4))
      .subscribe((n) => seen.push(`${n} at ${scheduler.now()}`));
    run(1_000);
    expect(seen).toEqual(['0 at 100', '1 at 200', 'timer at 300', '2 at 300', '3 at 400']);
  });

  it('lets a timer set itself again, with another delay and another state', () => {
    const { scheduler, run } = clock();
    const seen: number[][] = [];
    scheduler.schedule(
      function (this: SchedulerAction<number>, n: number) {
        seen.push([n, scheduler.now()]);
        if (n < 3) this.schedule(n + 1, 10 * n);
      },
      5,
      1,
    );
    run(1_000);
    expect(seen).toEqual([
      [1, 5],
      [2, 15],
      [3, 35],
    ]);
  });

  it('forgets a timer that is unsubscribed, before it is due and from within', () => {
    const { scheduler, run } = clock();
    let runs = 0;
    scheduler.schedule(() => runs++, 10).unsubscribe();
    scheduler.schedule(function () {
      runs++;
      this.unsubscribe();
      this.schedule(undefined, 1);
    }, 20);
    run(100);
    expect(runs).toBe(1);
  });

  it('does not grow with timers that were set and cancelled', () => {
    const { scheduler, timeline, run } = clock();
    let pending: Subscription | undefined;
    for (let n = 0; n < 100_000; n++) {
      pending?.unsubscribe();
      pending = scheduler.schedule(() => {}, 30_000);
    }
    let left = 0;
    timeline.keepOnly(() => {
      left++;
      return true;
    });
    expect(left).toBeLessThan(200);
    run(40_000);
    expect(timeline.next).toBe(Number.POSITIVE_INFINITY);
  });

  it('tells of a timer that sets itself again for ever at one instant', () => {
    const { scheduler, run } = clock();
    scheduler.schedule(function () {
      this.schedule(undefined, 0);
    }, 70);
    expect(() => run(100)).toThrow('time stands still at 70 ms');
  });

  it('does not touch real time', () => {
    const { scheduler, run } = clock();
    const before = asyncScheduler.now();
    scheduler.schedule(() => {}, 1e9);
    run(1e9);
    expect(asyncScheduler.now() - before).toBeLessThan(1e6);
  });
});
