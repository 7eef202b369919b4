import {
  defer,
  Observable,
  type ObservableInput,
  type SchedulerLike,
  Subject,
  Subscription,
  takeUntil,
} from 'rxjs';
import type { Flight } from '../core/flights.js';
import { judgeOf } from '../core/judge.js';
import type { Admission } from '../core/permit.js';
import type { Probes } from '../core/probes.js';
import { guard } from './call.js';
import { quietly } from './quietly.js';
import type { RxMachine } from './watch.js';

/** The shortest pause between two health checks, in milliseconds. */
const SHORTEST_PAUSE = 10;

/** The pause between two health checks, in milliseconds, when the clock throws. */
const PAUSE_WITHOUT_CLOCK = 1_000;

/**
 * Runs the health checks of a breaker (`CircuitBreakerOptions.probe`): the first when the open time is over, more until
 * a verdict. Call the function again after a change of the settings.
 */
export function checkHealth(rx: RxMachine): void {
  if (rx.lookAfterHealth !== undefined) rx.lookAfterHealth();
  else if (rx.config.probe !== undefined) begin(rx);
}

function begin(rx: RxMachine): void {
  /** The half-open state under check, and its checks. */
  let stay: Probes | null = null;
  let checks = new Subscription();
  rx.lookAfterHealth = () => {
    const wanted = rx.config.probe === undefined ? null : rx.epoch.probes;
    if (wanted === stay) return;
    stay = wanted;
    checks.unsubscribe(); // nobody needs the answer: the half-open state of the check has ended
    checks = new Subscription();
    if (wanted !== null) check(rx, wanted, checks);
  };
  rx.states().subscribe(rx.lookAfterHealth);
}

function check(rx: RxMachine, probes: Probes, checks: Subscription): void {
  const scheduler = rx.config.scheduler as SchedulerLike;
  const judge = { ...judgeOf(rx.config, {}), isHealthCheck: true };
  const again = (): void => {
    if (rx.epoch.probes !== probes) return; // a verdict ended this half-open state
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
  const itself = { name: rx.name, used: rx }; // the check is for this machine, even if the key has a new machine
  const call = new Observable((caller) => {
    checks.add(caller); // first: a listener may end this half-open state while the breaker admits the check
    return guard(itself, limited(rx, probes), () => judge).subscribe(caller);
  });
  call.subscribe({ error: again, complete: again });
}

function pauseOf(rx: RxMachine): number {
  try {
    return Math.max(SHORTEST_PAUSE, rx.retryAfter());
  } catch {
    return PAUSE_WITHOUT_CLOCK;
  }
}

/** The check as a call: ends with its verdict, and fails when its place is lost: no answer for `probeTimeout`. */
function limited(rx: RxMachine, probes: Probes): Observable<unknown> {
  const probe = rx.config.probe as () => ObservableInput<unknown>;
  return new Observable((observer) => {
    const call = observer as unknown as Admission; // `guard` subscribes with the call itself
    const judged = new Subject<void>();
    const look = (): void => {
      if (call.epoch === null) judged.next();
      else if ((call.flight as Flight).overdue) {
        observer.error(new Error(`no answer for ${probes.lease} ms`));
      }
    };
    // an event tells each end that the time brings: the clock decides, and the watch has the timer
    const subscription = rx.happenings().subscribe(look);
    subscription.add(
      defer(probe)
        .pipe(takeUntil(judged))
        .subscribe({
          next: (value) => {
            observer.next(value);
            look();
          },
          error: (error) => observer.error(error),
          complete: () => observer.complete(),
        }),
    );
    return subscription;
  });
}
