import {
  defer,
  Observable,
  type ObservableInput,
  type SchedulerLike,
  Subject,
  Subscription,
  takeUntil,
} from 'rxjs';
import { NEVER } from '../core/clock.js';
import { type Judge, judgeOf } from '../core/judge.js';
import type { Admission } from '../core/permit.js';
import type { Probes } from '../core/probes.js';
import { guard } from './call.js';
import { quietly } from './quietly.js';
import type { RxMachine } from './watch.js';

/** The shortest pause between two health checks, in milliseconds. */
const SHORTEST_PAUSE = 10;

/** The pause, in milliseconds, where the clock fails to say how long to wait. */
const PAUSE_WITHOUT_CLOCK = 1_000;

/**
 * Makes the breaker's own probes (`CircuitBreakerOptions.probe`), where it has them by now: one when the open time is
 * over, and further ones while there is no verdict. To be called when the settings have changed.
 */
export function checkHealth(rx: RxMachine): void {
  if (rx.lookAfterHealth !== undefined) rx.lookAfterHealth();
  else if (rx.config.probe !== undefined) begin(rx);
}

function begin(rx: RxMachine): void {
  /** The stay in half-open that is being checked, and its checks. */
  let stay: Probes | null = null;
  let checks = new Subscription();
  rx.lookAfterHealth = () => {
    const wanted = rx.config.probe === undefined ? null : rx.epoch.probes;
    if (wanted === stay) return;
    stay = wanted;
    checks.unsubscribe(); // nobody needs the answer of a check whose stay is over
    checks = new Subscription();
    if (wanted !== null) check(rx, wanted, checks);
  };
  rx.states().subscribe(rx.lookAfterHealth);
}

function check(rx: RxMachine, probes: Probes, checks: Subscription): void {
  const scheduler = rx.config.scheduler as SchedulerLike;
  const judge = { ...judgeOf(rx.config, {}), isHealthCheck: true };
  const again = (): void => {
    if (checks.closed) return; // there was a verdict
    const next = quietly(
      scheduler,
      () => {
        checks.remove(next);
        check(rx, probes, checks);
      },
      pauseOf(rx),
    );
    checks.add(next);
  };
  const itself = { name: rx.name, used: rx }; // a machine checks itself, also where its key has another one by now
  const call = limited(rx, probes, judge);
  checks.add(guard(itself, call, () => judge).subscribe({ error: again, complete: again }));
}

function pauseOf(rx: RxMachine): number {
  try {
    return Math.max(SHORTEST_PAUSE, rx.retryAfter());
  } catch {
    return PAUSE_WITHOUT_CLOCK;
  }
}

/** The check as a call: it ends when it is judged, and has failed without an answer when it loses its place. */
function limited(rx: RxMachine, { lease }: Probes, { successAfter }: Judge): Observable<unknown> {
  const scheduler = rx.config.scheduler as SchedulerLike;
  const probe = rx.config.probe as () => ObservableInput<unknown>;
  return new Observable((observer) => {
    const call = observer as unknown as Admission; // it is what subscribes here: see Call
    const judged = new Subject<void>();
    const endIfJudged = (): void => {
      if (call.epoch === null) judged.next();
    };
    const subscription = new Subscription();
    if (lease < NEVER) {
      const fail = (): void => observer.error(new Error(`no answer for ${lease} ms`));
      subscription.add(quietly(scheduler, fail, lease));
    }
    if (successAfter !== undefined) {
      const look = (): void => {
        rx.state();
        endIfJudged();
      };
      subscription.add(quietly(scheduler, look, successAfter));
    }
    subscription.add(
      defer(probe)
        .pipe(takeUntil(judged))
        .subscribe({
          next: (value) => {
            observer.next(value);
            endIfJudged();
          },
          error: (error) => observer.error(error),
          complete: () => observer.complete(),
        }),
    );
    return subscription;
  });
}
