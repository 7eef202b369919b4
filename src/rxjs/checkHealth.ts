import { defer, Observable, type ObservableInput, type SchedulerLike } from 'rxjs';
import { NEVER } from '../core/clock.js';
import { judgeOf } from '../core/judge.js';
import type { Probes } from '../core/probes.js';
import { guard } from './call.js';
import { quietly } from './quietly.js';
import type { RxMachine } from './watch.js';

/** The shortest pause between two health checks, in milliseconds. */
const SHORTEST_PAUSE = 10;

/**
 * Runs the health checks of a breaker (`CircuitBreakerOptions.probe`): the first when the open time is over, more until
 * a verdict.
 */
export function checkHealth(rx: RxMachine): void {
  if (rx.checksHealth) return;
  rx.checksHealth = true;
  rx.states().subscribe(() => check(rx));
}

function check(rx: RxMachine): void {
  const { probes } = rx.epoch;
  const { probe } = rx.config;
  if (probes === null || probe === undefined) return; // not half-open, or `configure` removed the probe
  const scheduler = rx.config.scheduler as SchedulerLike;
  const judge = { ...judgeOf(rx.config, {}), isHealthCheck: true };
  const again = (): void => {
    if (rx.epoch.probes !== probes) return; // a verdict ended this half-open state
    quietly(scheduler, () => check(rx), Math.max(SHORTEST_PAUSE, rx.retryAfter()));
  };
  const call = limited(probe as () => ObservableInput<unknown>, probes, scheduler);
  const itself = { name: rx.name, used: rx }; // the check is for this machine, even if the key has a new machine
  guard(itself, call, () => judge).subscribe({ error: again, complete: again });
}

/** A check that fails when it has given no answer for `lease` milliseconds, the moment when it loses its place. */
function limited(
  probe: () => ObservableInput<unknown>,
  { lease }: Probes,
  scheduler: SchedulerLike,
): Observable<unknown> {
  return new Observable((observer) => {
    const subscription = defer(probe).subscribe(observer);
    if (lease === NEVER) return subscription;
    const fail = (): void => observer.error(new Error(`no answer for ${lease} ms`));
    subscription.add(quietly(scheduler, fail, lease));
    return subscription;
  });
}
