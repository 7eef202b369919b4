import {
  asyncScheduler,
  type Observable,
  type ObservableInput,
  type SchedulerLike,
  Subscription,
} from 'rxjs';
import { type Config, configure } from '../core/config.js';
import type { CircuitEvent } from '../core/events.js';
import { type Caller, execute } from '../core/execute.js';
import { ensureCallOptions, type Judge, judgeOf } from '../core/judge.js';
import type { Machine } from '../core/machine.js';
import type { CallOptions, CoreOptions } from '../core/options.js';
import { HandedPermit, type Permit } from '../core/permit.js';
import type { CircuitSnapshot } from '../core/snapshot.js';
import type { CircuitState } from '../core/state.js';
import type { CircuitTotals } from '../core/totals.js';
import { guard, linkSubscribing } from './call.js';
import { checkHealth } from './checkHealth.js';
import { surroundings } from './surroundings.js';
import { RxMachine } from './watch.js';

/**
 * The options of a breaker. All are optional; each option names its unit, its range and its default. The breaker checks
 * the options once, at creation: a bad value throws a RangeError or a TypeError that names the option, the rule and the
 * value.
 *
 * @example
 * ```ts
 * const strict: CircuitBreakerOptions = {
 *   name: 'strict',
 *   failureRateThreshold: 0.5, // trip when half of the calls ...
 *   minimumCalls: 10, // ... of at least ten ...
 *   rollingWindow: 10_000, // ... in the last ten seconds have failed
 *   retryTimeout: 5_000, // stay open for five seconds, then admit probes
 *   successThreshold: 3, // three good probes close the breaker
 * };
 * circuitBreaker(strict);
 * ```
 */
export interface CircuitBreakerOptions extends CoreOptions {
  /**
   * The only source of time; `now()` returns milliseconds.
   * @default asyncScheduler
   */
  readonly scheduler?: SchedulerLike;
  /**
   * A health check instead of users' calls as probes. The breaker calls the function when the open time is over, and
   * judges the check as a call. Half-open refuses every call of a user. A check without an answer for `probeTimeout`
   * milliseconds is a failure.
   * @default none: calls are the probes
   */
  readonly probe?: () => ObservableInput<unknown>;
}

/**
 * A circuit breaker: the operator that guards a source, and the handle that shows and controls the breaker. Create one
 * breaker for each dependency that can fail alone, and keep the breaker: it remembers the outcomes of the calls.
 *
 * ![An open breaker refuses at once and leaves the source alone, to the last millisecond](../../marbles/03-open/01-open-refuses-at-once-and-leaves-the-source-alone.svg)
 *
 * @example
 * ```ts
 * const breaker: CircuitBreaker = circuitBreaker({ name: 'payments' });
 * http.post<Receipt>('/pay', order).pipe(breaker).subscribe();
 * console.log(breaker.state, breaker.totals().successes); // closed 1
 * ```
 */
export interface CircuitBreaker {
  /**
   * Guards a source. Each subscription to the result is one call; a refused call errors with a `CircuitOpenError`.
   *
   * @throws TypeError for a source that is no Observable.
   */
  <T>(source: Observable<T>): Observable<T>;
  /**
   * Returns the operator for calls with options of their own.
   *
   * @throws RangeError or TypeError that names the option, the rule and the value.
   * @example
   * ```ts
   * http.post('/pay', order).pipe(payments.with({ mayProbe: false, context: order.id })).subscribe();
   * ```
   */
  with(call: CallOptions): <T>(source: Observable<T>) => Observable<T>;
  /** The name in errors, events and metrics. */
  readonly name: string;
  /** The state as of now, with or without traffic. */
  readonly state: CircuitState;
  /** The state as of now, then each change, on time. Never ends. Keeps no Node process alive. */
  readonly state$: Observable<CircuitState>;
  /** The events from now on. Never ends. Costs nothing without a subscriber. Keeps no Node process alive. */
  readonly events$: Observable<CircuitEvent>;
  /**
   * Milliseconds to the next moment that may admit a call: 0 is now, `Infinity` is never (isolated). In half-open, when
   * all places are taken: the age of the oldest probe, at least 10 ms, at most until the probe loses its place.
   */
  readonly retryAfter: number;
  /** The breaker as plain JSON, for a look or for `restore`. `why` gives the reason when the breaker is not closed. */
  snapshot(): CircuitSnapshot;
  /** The sums since the breaker was created. Every number only grows. A call pays nothing for the totals. */
  totals(): CircuitTotals;
  /**
   * Returns a permit for one call that is no Observable.
   *
   * @throws CircuitOpenError when the breaker refuses the call.
   */
  acquire(call?: CallOptions): Permit;
  /**
   * Runs a task as one call, for code with promises. The promise rejects with a `CircuitOpenError` when the breaker
   * refuses the call. `execute` itself never throws. When the caller's signal aborts, the promise rejects at once, and
   * the call counts as given up. An abort with a `TimeoutError`, as of `AbortSignal.timeout()`, is a failure.
   *
   * @example
   * ```ts
   * const answer = await users.execute((signal) => fetch('/users/1', { signal }), AbortSignal.timeout(2_000));
   * console.log(answer.status); // 200
   * ```
   */
  execute<T>(
    task: (signal: AbortSignal) => T | PromiseLike<T>,
    call?: AbortSignal | (CallOptions & { readonly signal?: AbortSignal | undefined }),
  ): Promise<T>;
  /**
   * Opens the breaker now, as a trip rule does; the way back is the normal one. `error` becomes the `cause` of refusals.
   * Does nothing while the breaker is open or held.
   */
  trip(error?: unknown): void;
  /** Ends the open time now. Does nothing in other states. */
  halfOpen(): void;
  /** Refuses every call until all handles of `isolate` are unsubscribed. Isolated wins over disabled. */
  isolate(): Subscription;
  /** Admits and counts every call, and never trips, until all handles of `disable` are unsubscribed. */
  disable(): Subscription;
  /** Starts a fresh closed state with empty counts. A held state stays held. Calls in flight become late. */
  reset(): void;
  /**
   * Replaces the settings from now on; an absent option gets its default. The state stays. A window keeps its contents
   * if the kind of window stays. `name`, `scheduler` and `restore` are for creation only.
   *
   * @throws RangeError or TypeError that names the option, the rule and the value; the old settings stay.
   */
  configure(options: Omit<CircuitBreakerOptions, 'name' | 'scheduler' | 'restore'>): void;
}

/**
 * Creates a circuit breaker: an operator that refuses calls while a source fails, and admits calls again when the
 * source has recovered.
 *
 * <span class="informal">Create one breaker for each dependency, and use the breaker for every call.</span>
 *
 * ![Six failures and nothing else open it](../../marbles/02-excess/01-six-failures-and-nothing-else-open-it.svg)
 *
 * Without options the breaker opens when there are six more failures than successes and the excess has lasted for a
 * second; at once when at most half of the calls were good (a one-sided CUSUM, Page 1954). The breaker stays open for 1
 * s, then 2 s, 4 s, ... up to 15 s. Then the breaker admits probes: one probe, and two more with each good round, until
 * a round refuses no call.
 *
 * @example
 * ```ts
 * const payments = circuitBreaker({ name: 'payments', retryTimeout: 5_000 }); // created once
 *
 * const pay = (order: Order) => http.post<Receipt>('/pay', order).pipe(payments);
 * ```
 *
 * @throws RangeError or TypeError that names the option, the rule and the value.
 */
export function circuitBreaker(options: CircuitBreakerOptions = {}): CircuitBreaker {
  const given = configure(options, surroundings);
  const { name = 'circuit-breaker', restore, ...own } = options;
  const config = Object.keys(own).length === 0 ? defaults : given;
  return operatorOf(new RxMachine(name, config, restore));
}

/** The config of all breakers without options: one shared object, because a config is half of the weight of a breaker. */
const defaults: Config = /* @__PURE__ */ configure({}, surroundings);

/** The operator and handle of a machine. */
export function operatorOf(rx: RxMachine): CircuitBreaker {
  // The computed key gives the function its name, and assignment gives the function its machine: a function with
  // redefined properties takes more memory than the rest of the breaker.
  // Stryker disable next-line ArrowFunction: what stands around the function would leave it without the name
  const operator = { [rx.name]: <T>(source: Observable<T>) => guard(rx, source) }[rx.name];
  checkHealth(rx);
  return Object.assign(Object.setPrototypeOf(operator, members), { [machine]: rx });
}

const machine: unique symbol = Symbol('machine');

/** The machine of a breaker, for an entry that shares the breaker; undefined for another value. */
export function machineOf(breaker: CircuitBreaker): Machine | undefined {
  return (Object(breaker) as Partial<Handle>)[machine]?.used;
}

/** The scheduler of a breaker; `asyncScheduler` for a handle that this copy of the library did not create. */
export function schedulerOf(breaker: CircuitBreaker): SchedulerLike {
  const rx = (breaker as Partial<Handle>)[machine];
  return (rx?.config.scheduler as SchedulerLike | undefined) ?? asyncScheduler;
}

/** The machine for acts of a handle. */
function used(handle: Handle): RxMachine {
  linkSubscribing();
  return handle[machine].used;
}

/** The machine for looks of a handle. */
function seen(handle: Handle): RxMachine {
  linkSubscribing();
  return handle[machine].seen;
}

/** The members of every breaker. A breaker is a function that inherits the prototype of this class. */
abstract class Handle extends Function {
  declare readonly [machine]: RxMachine;

  get state(): CircuitState {
    return seen(this).state();
  }

  get state$(): Observable<CircuitState> {
    return this[machine].state$;
  }

  get events$(): Observable<CircuitEvent> {
    return this[machine].events$;
  }

  get retryAfter(): number {
    return seen(this).retryAfter();
  }

  with(options: CallOptions): <T>(source: Observable<T>) => Observable<T> {
    ensureCallOptions(options);
    const owner = this[machine];
    const { successOn } = options;
    // copies: what the caller does with the options later changes no call
    const call = {
      ...options,
      ...(typeof successOn === 'object' && { successOn: { ...successOn } }),
    };
    let { config } = owner;
    let judge = judgeOf(config, call);
    const own = (rx: Machine): Judge => {
      if (config !== rx.config) {
        config = rx.config; // `configure` was called since
        judge = judgeOf(config, call);
      }
      return judge;
    };
    return (source) => guard(owner, source, own);
  }

  snapshot(): CircuitSnapshot {
    return seen(this).snapshot();
  }

  totals(): CircuitTotals {
    return seen(this).totals();
  }

  acquire(call?: CallOptions): Permit {
    if (call !== undefined) ensureCallOptions(call);
    const rx = used(this);
    const judge = call ? judgeOf(rx.config, call) : rx.config;
    const refusal = rx.refusal(judge);
    if (refusal) throw refusal;
    return new HandedPermit(rx, judge);
  }

  execute<T>(task: (signal: AbortSignal) => T | PromiseLike<T>, call?: Caller): Promise<T> {
    try {
      return execute(used(this), task, call);
    } catch (error) {
      return Promise.reject(error); // bad options of the call, or of a key
    }
  }

  trip(error?: unknown): void {
    used(this).trip(error);
  }

  halfOpen(): void {
    used(this).halfOpen();
  }

  isolate(): Subscription {
    return new Subscription(used(this).hold(1, 0, 'isolate'));
  }

  disable(): Subscription {
    return new Subscription(used(this).hold(0, 1, 'disable'));
  }

  reset(): void {
    used(this).hold(0, 0, 'reset');
  }

  configure(options: Omit<CircuitBreakerOptions, 'name' | 'scheduler' | 'restore'>): void {
    const config = configure(options, this[machine].config);
    const given: CircuitBreakerOptions = options;
    for (const option of ['name', 'scheduler', 'restore'] as const) {
      if (given[option] === undefined) continue;
      throw new TypeError(`${option} belongs to the making of a breaker`);
    }
    const rx = used(this);
    rx.reconfigure(config);
    checkHealth(rx);
  }
}

/** The members of every breaker, and the text that `console.log` shows on Node. */
const members: Handle = /* @__PURE__ */ inspectable(Handle);

function inspectable({ prototype }: typeof Handle): Handle {
  const inspect = Symbol.for('nodejs.util.inspect.custom');
  // a machine is in every permit and subscription, and those are logged, too
  Object.assign(RxMachine.prototype, { [inspect]: RxMachine.prototype.toJSON });
  return Object.assign(prototype, {
    [inspect](this: CircuitBreaker): object {
      const { name, state, retryAfter, why, counts } = this.snapshot();
      const reason = why && `${why.reason}, ${why.ago} ms ago`;
      return { circuitBreaker: name, state, ...(why && { why: reason, retryAfter }), counts };
    },
  });
}
