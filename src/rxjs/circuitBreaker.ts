import { asyncScheduler, Observable, type SchedulerLike, Subscription } from 'rxjs';
import { configure } from '../core/config.js';
import type { CircuitEvent } from '../core/events.js';
import { execute } from '../core/execute.js';
import type { CoreOptions } from '../core/options.js';
import { Admission, type Permit } from '../core/permit.js';
import type { CircuitSnapshot } from '../core/snapshot.js';
import type { CircuitState } from '../core/state.js';
import { Call, JudgedCall } from './call.js';
import { RxMachine } from './rxMachine.js';

/** How a breaker is to behave. Checked once, at creation; see each option for its unit and range. */
export interface CircuitBreakerOptions extends CoreOptions {
  /**
   * The only source of time; its `now()` is in milliseconds.
   * @default asyncScheduler
   */
  readonly scheduler?: SchedulerLike;
}

/**
 * A circuit breaker: the operator that guards a source, and the handle to watch and control it. Make one
 * for each thing that can fail by itself, and keep it: it is the memory of how its calls went.
 */
export interface CircuitBreaker {
  /** Guards a source. Each subscription to the result is one call. */
  <T>(source: Observable<T>): Observable<T>;
  readonly name: string;
  /** The state as of now, with or without traffic. */
  readonly state: CircuitState;
  /** The state as it is now, then each change, on time. Never ends. */
  readonly state$: Observable<CircuitState>;
  /** What happens, as it happens. Never ends; costs nothing while nobody listens. */
  readonly events$: Observable<CircuitEvent>;
  /**
   * Milliseconds until a call may be admitted: 0 is now, `Infinity` never (isolated). In half-open with
   * all places taken: until one is given back at the latest.
   */
  readonly retryAfter: number;
  /** The breaker as plain JSON, for a look or for `restore`. */
  snapshot(): CircuitSnapshot;
  /** Asks for one call that is no Observable. Throws a `CircuitOpenError` when it is refused. */
  acquire(): Permit;
  /**
   * Runs a task as one call, for code that has promises. Rejects with a `CircuitOpenError` when it is
   * refused. When the caller's signal aborts, the task's does, and the call is given up.
   */
  execute<T>(
    task: (signal: AbortSignal) => T | PromiseLike<T>,
    caller?: AbortSignal | { readonly signal?: AbortSignal | undefined },
  ): Promise<T>;
  /** Refuses everything until every such handle is unsubscribed; wins over `disable`. */
  isolate(): Subscription;
  /** Lets everything through, counts, and never trips, until every such handle is unsubscribed. */
  disable(): Subscription;
  /** Starts again with a fresh closed state. Held states stay held. Calls in flight are late. */
  reset(): void;
}

/**
 * Makes a circuit breaker: an operator that stops calls to a source that keeps failing, and lets them
 * through again when it has recovered.
 *
 * <span class="informal">Made once, used for every call of one dependency.</span>
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
  const config = configure(options, asyncScheduler);
  return operatorOf(new RxMachine(options.name ?? 'circuit-breaker', config, options.restore));
}

/** The operator that guards sources with the machine that `rx` stands for, and its handle. */
export function operatorOf(rx: RxMachine): CircuitBreaker {
  // Named by the computed key, and given what it carries by assignment: a function whose properties are
  // redefined costs more memory than the rest of the breaker.
  // Stryker disable next-line ArrowFunction: what stands around the function would leave it without the name
  const operator = { [rx.name]: <T>(source: Observable<T>) => guard(rx, source) }[rx.name];
  return Object.assign(Object.setPrototypeOf(operator, Handle.prototype), { [machine]: rx });
}

/** Guards a source; each subscription asks the owner for the machine of the call. */
export function guard<T>(owner: Pick<RxMachine, 'used'>, source: Observable<T>): Observable<T> {
  return new Observable<T>((destination) => {
    if (destination.closed) return; // forkJoin subscribes on after one of its sources has ended it
    const rx = owner.used;
    const { classifyValue, onFirstValue } = rx.config;
    const Kind = classifyValue === undefined && !onFirstValue ? Call<T> : JudgedCall<T>;
    const refusal = rx.refusal();
    if (refusal !== null) {
      destination.error(refusal);
      return;
    }
    const call = new Kind(rx, destination);
    if (rx.brief) rx.unlinked = call;
    else call.link(true);
    try {
      call.add(source.subscribe(call)); // as a rule the call itself: then nothing is added
    } catch (error) {
      call.error(error);
    }
    rx.brief = call.closed;
    call.link();
  });
}

const machine: unique symbol = Symbol('machine');

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

  snapshot(): CircuitSnapshot {
    return this[machine].seen.snapshot();
  }

  acquire(): Permit {
    const { used } = this[machine];
    const refusal = used.refusal();
    if (refusal) throw refusal;
    return new Admission(used);
  }

  execute<T>(
    task: (signal: AbortSignal) => T | PromiseLike<T>,
    caller?: AbortSignal | { readonly signal?: AbortSignal | undefined },
  ): Promise<T> {
    const signal = caller && ('aborted' in caller ? caller : caller.signal);
    return execute(this[machine].used, task, signal);
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
}
