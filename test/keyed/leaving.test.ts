import type { Observable } from 'rxjs';
import { expect, test } from 'vitest';
import { type CircuitBreakers, circuitBreakers } from '../../src/keyed/circuitBreakers.ts';
import type { CircuitBreaker } from '../../src/rxjs/circuitBreaker.ts';
import { clock, fail, touchy } from './clock.ts';

type Deed = (breaker: CircuitBreaker, group: CircuitBreakers) => unknown;

/** The orders of one deed: who joins first, who deletes the key, and at which event who leaves and who deletes. */
function* orders() {
  for (const stream of ['state$', 'events$'] as const) {
    for (const joins of ['first', 'last'] as const) {
      for (const deleter of ['watcher', 'group listener'] as const) {
        for (const before of ['closed', 'open', 'half-open'] as const) {
          for (let leavesAt = 0; leavesAt < 4; leavesAt++) {
            for (let deletesAt = 0; deletesAt < 4; deletesAt++) {
              yield { stream, joins, deleter, before, leavesAt, deletesAt };
            }
          }
        }
      }
    }
  }
}

test.each<[string, Deed]>([
  ['a failure', (breaker) => fail(breaker)],
  ['a success', (breaker) => breaker.acquire().success()],
  [
    'a late failure',
    (breaker) => {
      const permit = breaker.acquire();
      breaker.reset();
      permit.failure();
    },
  ],
  ['a reset', (breaker) => breaker.reset()],
  ['a reset by the group', (_, group) => group.reset('a')],
  ['a trip', (breaker) => breaker.trip()],
  ['the end of the open time by hand', (breaker) => breaker.halfOpen()],
  ['a hold', (breaker) => breaker.isolate().unsubscribe()],
  ['a hold for all keys', (_, group) => group.disable().unsubscribe()],
  ['other settings', (breaker) => breaker.configure(touchy)],
  ['other settings for all keys', (_, group) => group.configure(touchy)],
  ['a look', (breaker) => breaker.state],
  ['a look at all keys', (_, group) => group.snapshot()],
])(
  'the group tells each event of %s once, whoever leaves or deletes the key meanwhile',
  (_, deed) => {
    for (const order of orders()) {
      const { scheduler, pass } = clock();
      const group = circuitBreakers({ ...touchy, scheduler });
      const breaker = group.get('a');
      const told = new Map<string, number>();
      let isArmed = false;
      let [watched, heard] = [0, 0];
      const join = (): void => {
        const stream: Observable<unknown> = breaker[order.stream];
        const watching = stream.subscribe(() => {
          if (!isArmed) return;
          if (watched === order.leavesAt) watching.unsubscribe();
          if (order.deleter === 'watcher' && watched === order.deletesAt) group.delete('a');
          watched++;
        });
      };
      if (order.joins === 'first') join();
      group.events$.subscribe((event) => {
        const what = event.type === 'state-change' ? event.to : event.type;
        told.set(what, (told.get(what) ?? 0) + 1);
        if (!isArmed || order.deleter === 'watcher') return;
        if (heard === order.deletesAt) group.delete('a');
        heard++;
      });
      if (order.joins === 'last') join();
      if (order.before !== 'closed') fail(breaker);
      if (order.before === 'half-open') pass(30_000);
      isArmed = true;
      try {
        deed(breaker, group);
      } catch {
        // the open breaker refuses a call
      }
      isArmed = false;
      group.clear();
      const { successes, failures, late, rejected, transitions } = group.totals();
      for (const [what, times] of Object.entries({
        success: successes,
        failure: failures,
        late,
        rejected,
        ...transitions,
      })) {
        expect(told.get(what) ?? 0, `${what}, ${JSON.stringify(order)}`).toBe(times);
      }
    }
  },
);
