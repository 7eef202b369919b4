import {
  asyncScheduler,
  type Observable,
  Subject,
  Subscription,
  type TimestampProvider,
} from 'rxjs';
import { ensure } from '../../core/index.js';
import {
  type CircuitBreaker,
  type CircuitBreakerOptions,
  type CircuitEvent,
  type CircuitState,
  circuitBreaker,
  isCircuitOpenError,
  type Permit,
  type StateChangeReason,
} from '../../index.js';
import { ensureFields, span } from '../check.js';
import { BEGINS, ENDS, Timeline, TimelineScheduler } from '../time/index.js';

/** How a shadow is to be cast. */
export interface ShadowOptions {
  /**
   * The longest time that a call may take, in milliseconds. The shadow is so far behind the traffic, since a call
   * is known at its end only; a call that took longer begins, for the shadow, so many milliseconds before its end.
   * @default 60_000
   */
  readonly lag?: number;
  /**
   * The breaker's own scheduler; only its `now()` is asked.
   * @default asyncScheduler
   */
  readonly scheduler?: TimestampProvider;
}

/** The shadow would have changed its state. */
export interface ShadowChange {
  /** The instant on the clock of the breaker, in milliseconds. */
  readonly at: number;
  readonly from: CircuitState;
  readonly to: CircuitState;
  readonly reason: StateChangeReason;
}

/** What other settings would have done on the traffic so far. */
export interface ShadowReport {
  readonly kind: 'shadow';
  /** The instant of the first look, on the clock of the breaker, in milliseconds. */
  readonly since: number;
  /** The instant up to which the report reaches: now, less the lag. */
  readonly until: number;
  /** The state of the shadow. */
  readonly state: CircuitState;
  /** Calls whose outcome is known. */
  readonly calls: number;
  /** Known calls refused by the shadow. */
  readonly refused: number;
  /** Refused calls whose real answer was good. */
  readonly refusedInVain: number;
  /** Refused calls whose real outcome was a failure: the shadow would have spared the service these calls. */
  readonly spared: number;
  /** Calls refused by the breaker itself: their outcome is unknown. */
  readonly unknown: number;
  /** Openings of the shadow. */
  readonly opened: number;
  /** Closings of the shadow. */
  readonly closed: number;
  /** The last 1,000 changes of state. */
  readonly changes: readonly ShadowChange[];
}

/** Changes that a report keeps. */
const KEPT = 1_000;

/** A shadow at work; unsubscribe it to end the trial. */
export interface Shadow extends Subscription {
  /** Each change of state that the shadow would have made; `lag` milliseconds behind. */
  readonly changes$: Observable<ShadowChange>;
  /** What the shadow would have done so far. */
  report(): ShadowReport;
}

/** A call that the breaker let through, from its end on known. */
interface PastCall {
  readonly outcome: 'success' | 'failure' | 'ignored' | 'cancelled';
  readonly error: unknown;
  permit: Permit | null;
}

/**
 * A breaker with the new settings on virtual time, `lag` milliseconds behind: so the beginnings and the ends of
 * calls come in their order, and slow calls are as old as they were. On the timeline `2 * place` is the beginning
 * of the call at `place` of the list, `2 * place + 1` its end, and a negative item a timer.
 */
class ShadowBreaker extends Subscription implements Shadow {
  private readonly told = new Subject<ShadowChange>();
  readonly changes$: Observable<ShadowChange> = this.told.asObservable();
  private readonly timeline = new Timeline();
  private readonly scheduler = new TimelineScheduler(this.timeline);
  private readonly ghost: CircuitBreaker;
  private readonly reclassify: boolean;
  private readonly clock: TimestampProvider;
  private readonly lag: number;
  private readonly since: number;
  private readonly past: (PastCall | null)[] = [];
  private readonly free: number[] = [];
  private readonly changes: ShadowChange[] = [];
  private calls = 0;
  private refused = 0;
  private refusedInVain = 0;
  private spared = 0;
  private unknown = 0;
  private opened = 0;
  private closedAgain = 0;

  constructor(
    breaker: CircuitBreaker,
    options: CircuitBreakerOptions,
    clock: TimestampProvider,
    lag: number,
  ) {
    super();
    this.clock = clock;
    this.lag = lag;
    this.since = clock.now();
    this.timeline.now = this.since - lag;
    this.reclassify = options.classifyError !== undefined;
    // on Node the refusals of every breaker are published: the name tells those of the shadow from real ones
    const name = `${options.name ?? breaker.name} (shadow)`;
    this.ghost = circuitBreaker({ ...options, name, scheduler: this.scheduler });
    this.add(
      this.ghost.events$.subscribe((event) => {
        if (event.type !== 'state-change') return;
        const { from, to, reason } = event;
        if (to === 'open') this.opened++;
        if (to === 'closed') this.closedAgain++;
        const change = { at: this.timeline.now, from, to, reason };
        this.changes.push(change);
        if (this.changes.length > KEPT) this.changes.shift();
        this.told.next(change);
      }),
    );
    this.add(breaker.events$.subscribe((event) => this.hear(event)));
    this.add(() => this.told.complete());
  }

  report(): ShadowReport {
    if (!this.closed) this.catchUp();
    const { calls, refused, refusedInVain, spared, unknown, opened } = this;
    return {
      kind: 'shadow',
      since: this.since,
      until: Math.max(this.since, this.timeline.now),
      state: this.ghost.state,
      calls,
      refused,
      refusedInVain,
      spared,
      unknown,
      opened,
      closed: this.closedAgain,
      changes: [...this.changes],
    };
  }

  private hear(event: CircuitEvent): void {
    if (event.type === 'rejected') {
      this.unknown++;
      return;
    }
    const outcome = event.type === 'late' ? event.outcome : event.type;
    if (
      outcome !== 'success' &&
      outcome !== 'failure' &&
      outcome !== 'ignored' &&
      outcome !== 'cancelled'
    ) {
      return;
    }
    const now = this.clock.now();
    const { duration, error } = event as { duration?: number; error?: unknown };
    const place = this.free.pop() ?? this.past.length;
    this.past[place] = { outcome, error, permit: null };
    // a call that began before the first look began, for the shadow, at the first look
    const start = Math.max(now - (duration ?? now - this.since), now - this.lag);
    this.timeline.add(start, BEGINS, 2 * place);
    // ends before begins, but a call that took no time ends after its own beginning
    this.timeline.add(now, start < now ? ENDS : BEGINS, 2 * place + 1);
    this.catchUp();
  }

  /** Plays the shadow up to `lag` milliseconds before now. */
  private catchUp(): void {
    const { timeline } = this;
    const until = this.clock.now() - this.lag;
    while (timeline.next <= until) {
      const item = timeline.take();
      if (item < 0) this.scheduler.run(item);
      else if (item % 2 === 0) this.begin(item / 2);
      else this.end((item - 1) / 2);
    }
    timeline.now = Math.max(timeline.now, until);
  }

  private begin(place: number): void {
    const call = this.past[place] as PastCall;
    this.calls++;
    try {
      call.permit = this.ghost.acquire();
    } catch (refusal) {
      if (!isCircuitOpenError(refusal)) throw refusal;
      this.refused++;
      if (call.outcome === 'success') this.refusedInVain++;
      if (call.outcome === 'failure') this.spared++;
    }
  }

  private end(place: number): void {
    const { outcome, error, permit } = this.past[place] as PastCall;
    this.past[place] = null;
    this.free.push(place);
    if (permit === null) return;
    if (outcome === 'success') permit.success();
    else if (outcome === 'failure') permit.failure(error);
    else if (outcome === 'ignored' && this.reclassify) permit.failure(error);
    else if (outcome === 'ignored') permit.ignore();
    else permit.cancel();
  }
}

/**
 * Tries other settings on the traffic that is running now, without a touch to the breaker that serves it: what
 * would they have refused, when would they have opened and closed?
 *
 * An open loop: each call comes to what it really came to. What the breaker itself refused has no outcome; these
 * calls are counted as `unknown`, and the shadow does not see them. `classifyError` of the new settings judges the
 * errors anew; without it the breaker's own judgement stands.
 *
 * The shadow listens to `events$`, so each call costs the breaker an event. It keeps the calls of the last `lag`
 * milliseconds, and no timer.
 *
 * @throws RangeError or TypeError naming the option; and the library's own for options that no breaker takes.
 * @example
 * ```ts
 * const trial = shadow(payments, { consecutiveFailureThreshold: 5 });
 * trial.changes$.subscribe(({ to, reason }) => log(`the new settings would be ${to} now, because of ${reason}`));
 * // a week later
 * console.log(toTable(trial.report()));
 * ```
 */
export function shadow(
  breaker: CircuitBreaker,
  options: CircuitBreakerOptions,
  how: ShadowOptions = {},
): Shadow {
  ensure('breaker', Object(breaker).events$, ['a circuit breaker', Boolean, 'object']);
  ensureFields('shadow options', how, { 'lag?': span, 'scheduler?': null });
  return new ShadowBreaker(breaker, options, how.scheduler ?? asyncScheduler, how.lag ?? 60_000);
}
