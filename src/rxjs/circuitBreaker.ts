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
import { guard } from './call.js';
import { checkHealth } from './checkHealth.js';
import { surroundings } from './surroundings.js';
import { RxMachine } from './watch.js';

/** How a breaker is to behave. Checked once, at creation; see each option for its unit and range. */
export interface CircuitBreakerOptions extends CoreOptions {
  /**
   * The only source of time; its `now()` is in milliseconds.
   * @default asyncScheduler
   */
  readonly scheduler?: SchedulerLike;
  /**
   * A health check of the breaker's own, instead of users' calls: made when the open time is over, and judged as a
   * call is. While it runs, calls are refused. A check without an answer for `probeTimeout` has failed.
   * @default none: calls are the probes
   */
  readonly probe?: () => ObservableInput<unknown>;
}

/**
 * A circuit breaker: the operator that guards a source, and the handle to watch and control it. Make one
 * for each thing that can fail by itself, and keep it: the breaker is the memory of how its calls went.
 */
export interface CircuitBreaker {
  /** Guards a source. Each subscription to the result is one call. */
  <T>(source: Observable<T>): Observable<T>;
  /**
   * The operator for calls that are judged in their own way.
   *
   * @throws RangeError or TypeError that names the option, the rule and the value.
   * @example
   * ```ts
   * http.post('/pay', order).pipe(payments.with({ mayProbe: false, context: order.id }));
   * ```
   */
  with(call: CallOptions): <T>(source: Observable<T>) => Observable<T>;
  readonly name: string;
  /** The state as of now, with or without traffic. */
  readonly state: CircuitState;
  /** The state as it is now, then each change, on time. Never ends. Keeps no Node process alive. */
  readonly state$: Observable<CircuitState>;
  /** What happens, as it happens. Never ends; costs nothing while nobody listens. Keeps no Node process alive. */
  readonly events$: Observable<CircuitEvent>;
  /**
   * Milliseconds until it is worth asking again: 0 is now, `Infinity` never (isolated). In half-open with all places
   * taken: as long again as the oldest probe has been out.
   */
  readonly retryAfter: number;
  /** The breaker as plain JSON, for a look or for `restore`. It says why the breaker is not closed, and since when. */
  snapshot(): CircuitSnapshot;
  /** What happened since the breaker was made. Every number only grows, and a call pays nothing for it. */
  totals(): CircuitTotals;
  /** Asks for one call that is no Observable. Throws a `CircuitOpenError` when the breaker refuses it. */
  acquire(call?: CallOptions): Permit;
  /**
   * Runs a task as one call, for code that has promises. Rejects with a `CircuitOpenError` when the breaker refuses
   * the call; never throws. When the caller's signal aborts, the promise rejects at once and the call was given up; it
   * is a failure where the reason is a `TimeoutError`, as of `AbortSignal.timeout()`.
   *
   * @example
   * ```ts
   * const user = await users.execute((signal) => load('/users/1', { signal }), AbortSignal.timeout(2_000));
   * ```
   */
  execute<T>(
    task: (signal: AbortSignal) => T | PromiseLike<T>,
    call?: AbortSignal | (CallOptions & { readonly signal?: AbortSignal | undefined }),
  ): Promise<T>;
  /**
   * Opens the breaker now, as if a rule had decided, with the normal way back. `error` becomes the `cause` of
   * refusals. Does nothing while the breaker is open or held.
   */
  trip(error?: unknown): void;
  /** Ends the open time now. Does nothing in other states. */
  halfOpen(): void;
  /** Refuses every call until every such handle is unsubscribed; wins over `disable`. */
  isolate(): Subscription;
  /** Lets every call through, counts, and never trips, until every such handle is unsubscribed. */
  disable(): Subscription;
  /** Starts again with a fresh closed state. Held states stay held. Calls in flight are late. */
  reset(): void;
  /**
   * Takes these settings from now on, and the default for each option left out. The state stays, and the evidence as
   * far as it fits: a window keeps its contents if its kind stays. `name`, `scheduler` and `restore` belong to the
   * making of a breaker.
   *
   * @throws RangeError or TypeError that names the option, the rule and the value; the settings are then as before.
   */
  configure(options: Omit<CircuitBreakerOptions, 'name' | 'scheduler' | 'restore'>): void;
}

/**
 * Makes a circuit breaker: an operator that stops calls to a source that keeps failing, and lets them
 * through again when it has recovered.
 *
 * <span class="informal">Made once, used for every call of one dependency.</span>
 *
 * ![Six more failures than successes open the breaker](../../marbles/02-excess/01-six-failures-and-nothing-else-open-it.svg)
 *
 * Without options the breaker opens when there have been six more failures than successes, for a second; at once where
 * most calls have failed. It stays open for a second, then twice as long each time up to 15 seconds. Then it lets
 * probes through: one, and two more with each good round, until no call is refused.
 *
 * @example
 * ```ts
 * const payments = circuitBreaker({ name: 'payments', retryTimeout: 5_000 }); // made once
 *
 * const pay = (order: Order) => http.post<Receipt>('/pay', order).pipe(payments);
 * ```
 *
 * @throws RangeError or TypeError that names the option, the rule and the value.
 */
export function circuitBreaker(options: CircuitBreakerOptions = {}): CircuitBreaker {
  const { name = 'circuit-breaker', restore, ...own } = options ?? {};
  const given = configure(options, surroundings);
  const config = Object.keys(own).length === 0 ? defaults : given;
  return operatorOf(new RxMachine(name, config, restore));
}

/** The settings of every breaker without options of its own: one object, for it is half of what a breaker weighs. */
const defaults: Config = /* @__PURE__ */ configure({}, surroundings);

/** The operator that guards sources with this machine, and its handle. */
export function operatorOf(rx: RxMachine): CircuitBreaker {
  // Named by the computed key, and given what it carries by assignment: a function whose properties are
  // redefined costs more memory than the rest of the breaker.
  // Stryker disable next-line ArrowFunction: what stands around the function would leave it without the name
  const operator = { [rx.name]: <T>(source: Observable<T>) => guard(rx, source) }[rx.name];
  if (rx.config.probe) checkHealth(rx);
  return Object.assign(Object.setPrototypeOf(operator, members), { [machine]: rx });
}

const machine: unique symbol = Symbol('machine');

/** The machine of a breaker, for an entry that shares the breaker; undefined for anything else. */
export function machineOf(breaker: CircuitBreaker): Machine | undefined {
  return (Object(breaker) as Partial<Handle>)[machine]?.used;
}

/** The scheduler of a breaker; the default one for a handle that is not made here. */
export function schedulerOf(breaker: CircuitBreaker): SchedulerLike {
  const rx = (breaker as Partial<Handle>)[machine];
  return (rx?.config.scheduler as SchedulerLike | undefined) ?? asyncScheduler;
}

/** The members of every breaker. Only its prototype is used: breakers are functions that inherit it. */
abstract class Handle extends Function {
  declare readonly [machine]: RxMachine;

  get state(): CircuitState {
    return this[machine].seen.state();
  }

  get state$(): Observable<CircuitState> {
    return this[machine].state$;
  }

  get events$(): Observable<CircuitEvent> {
    return this[machine].events$;
  }

  get retryAfter(): number {
    return this[machine].seen.retryAfter();
  }

  with(options: CallOptions): <T>(source: Observable<T>) => Observable<T> {
    ensureCallOptions(options);
    const owner = this[machine];
    const call = { ...options };
    let { config } = owner;
    let judge = judgeOf(config, call);
    const own = (rx: Machine): Judge => {
      if (config === rx.config) return judge;
      config = rx.config; // the breaker was configured since
      judge = judgeOf(config, call);
      return judge;
    };
    return (source) => guard(owner, source, own);
  }

  snapshot(): CircuitSnapshot {
    return this[machine].seen.snapshot();
  }

  totals(): CircuitTotals {
    return this[machine].seen.totals();
  }

  acquire(call?: CallOptions): Permit {
    if (call !== undefined) ensureCallOptions(call);
    const rx = this[machine].used;
    const judge = call ? judgeOf(rx.config, call) : rx.config;
    const refusal = rx.refusal(judge);
    if (refusal) throw refusal;
    return new HandedPermit(rx, judge);
  }

  execute<T>(task: (signal: AbortSignal) => T | PromiseLike<T>, call?: Caller): Promise<T> {
    let rx: RxMachine;
    try {
      rx = this[machine].used;
    } catch (error) {
      return Promise.reject(error); // the options of a key may be wrong
    }
    return execute(rx, task, call);
  }

  trip(error?: unknown): void {
    this[machine].used.trip(error);
  }

  halfOpen(): void {
    this[machine].used.halfOpen();
  }

  isolate(): Subscription {
    return new Subscription(this[machine].used.hold(1, 0, 'isolate'));
  }

  disable(): Subscription {
    return new Subscription(this[machine].used.hold(0, 1, 'disable'));
  }

  reset(): void {
    this[machine].used.hold(0, 0, 'reset');
  }

  configure(options: Omit<CircuitBreakerOptions, 'name' | 'scheduler' | 'restore'>): void {
    for (const name of ['name', 'scheduler', 'restore'] as const) {
      if (name in Object(options))
        throw new TypeError(`${name} belongs to the making of a breaker`);
    }
    const { scheduler, report } = this[machine].config;
    const config = configure(options, { scheduler, report });
    const rx = this[machine].used;
    rx.reconfigure(config);
    if (config.probe) checkHealth(rx);
  }
}

/** The members of every breaker, and what `console.log` shows of it on Node. */
const members: Handle = /* @__PURE__ */ inspectable(Handle);

function inspectable({ prototype }: typeof Handle): Handle {
  const value = function (this: CircuitBreaker): object {
    const { name, state, retryAfter, why, counts } = this.snapshot();
    const reason = why && `${why.reason}, ${why.ago} ms ago`;
    return { circuitBreaker: name, state, ...(why && { why: reason, retryAfter }), counts };
  };
  return Object.defineProperty(prototype, Symbol.for('nodejs.util.inspect.custom'), { value });
}
