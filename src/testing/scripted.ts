import { from, Observable, type ObservableInput, throwError } from 'rxjs';
import { show } from '../core/index.js';

/**
 * A source that follows a script and counts its subscriptions.
 *
 * @example
 * ```ts
 * const api: ScriptedSource<string> = scripted([of('ok')]);
 * api.subscribe();
 * api.subscribe();
 * console.log(api.calls); // 2
 * ```
 */
export interface ScriptedSource<T> extends Observable<T> {
  /** Subscriptions so far. */
  readonly calls: number;
}

/**
 * A source that answers each subscription with the next outcome of a script.
 *
 * <span class="informal">A fake service: good, good, down, down, good again.</span>
 *
 * An outcome is any input of `from`, most often an Observable: `of('receipt')`,
 * `throwError(() => new Error('503'))`, `NEVER`, `timer(300)`. The last outcome repeats for ever. A generator
 * makes a long script: each subscription takes one outcome from the generator.
 *
 * @throws TypeError for outcomes that are no iterable, and for an array with an outcome that `from` cannot read.
 * A bad outcome of a generator is an error of the call that meets the outcome.
 *
 * @example
 * ```ts
 * const api = scripted([of('ok'), throwError(() => new Error('503')), of('ok')]);
 *
 * api.pipe(payments).subscribe();
 * console.log(api.calls); // 1
 * ```
 */
export function scripted<T>(outcomes: Iterable<ObservableInput<T>>): ScriptedSource<T> {
  if (typeof outcomes !== 'object' || outcomes === null || !(Symbol.iterator in outcomes)) {
    throw new TypeError(`outcomes must be an array or another iterable, got ${show(outcomes)}`);
  }
  if (Array.isArray(outcomes)) outcomes.forEach(checkOutcome);
  const script = outcomes[Symbol.iterator]();
  let current: ObservableInput<T> = throwError(() => new Error('scripted: the script is empty'));
  let calls = 0;
  const source = new Observable<T>((subscriber) => {
    const next = script.next();
    if (next.done !== true) {
      checkOutcome(next.value, calls);
      current = next.value;
    }
    calls++;
    return from(current).subscribe(subscriber);
  });
  return Object.defineProperty(source, 'calls', { get: () => calls }) as ScriptedSource<T>;
}

/** Throws a TypeError that names the outcome, unless `from` can read it. */
function checkOutcome(outcome: unknown, index: number): void {
  try {
    from(outcome as ObservableInput<unknown>);
  } catch {
    throw new TypeError(`outcomes[${index}] must be an Observable, got ${show(outcome)}`);
  }
}
