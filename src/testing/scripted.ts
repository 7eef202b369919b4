import { from, Observable, type ObservableInput, throwError } from 'rxjs';

/** A source that follows a script, and counts how often it was asked. */
export interface ScriptedSource<T> extends Observable<T> {
  /** Subscriptions so far. */
  readonly calls: number;
}

/**
 * A source that answers each subscription with the next outcome of a script.
 *
 * <span class="informal">A fake service: good, good, down, down, good again.</span>
 *
 * An outcome is anything that `from` takes, most often an Observable: `of('receipt')`,
 * `throwError(() => new Error('503'))`, `NEVER`, `timer(300)`. The last one goes on for ever. A generator
 * makes a script that is long: nothing is taken from it before it is needed.
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
  const script = outcomes[Symbol.iterator]();
  let current: ObservableInput<T> = throwError(() => new Error('scripted: the script is empty'));
  let calls = 0;
  const source = new Observable<T>((subscriber) => {
    calls++;
    const next = script.next();
    if (next.done !== true) current = next.value;
    return from(current).subscribe(subscriber);
  });
  return Object.defineProperty(source, 'calls', { get: () => calls }) as ScriptedSource<T>;
}
