import type { CircuitBreakerOptions } from 'rxjs-circuit-breaker';
import { type Conditions, canOpen } from 'rxjs-circuit-breaker/lab';

/** What the lab is asked about settings. */
export interface Question {
  readonly id: number;
  readonly options: CircuitBreakerOptions;
  readonly conditions: Conditions;
}

/** What the lab found, in sentences; none for nothing. */
export interface Answer {
  readonly id: number;
  readonly sentences: readonly string[];
}

/** In the worker: answers questions. */
export function serveAdvice(): void {
  addEventListener('message', ({ data }: MessageEvent<Question>) => {
    const sentences = canOpen(data.options, data.conditions).map(({ sentence }) => sentence);
    postMessage({ id: data.id, sentences } satisfies Answer);
  });
}

/**
 * Asks in a worker of the page's own module, since the lab plays up to a second. A question that is followed by
 * another one is dropped.
 */
export function adviser(
  module: string,
): (
  options: CircuitBreakerOptions,
  conditions: Conditions,
  tell: (sentences: readonly string[]) => void,
) => void {
  let worker: Worker | null = null;
  let last = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (options, conditions, tell) => {
    const id = ++last;
    clearTimeout(timer);
    timer = setTimeout(() => {
      worker?.terminate();
      worker = new Worker(module, { type: 'module' });
      worker.onmessage = ({ data }: MessageEvent<Answer>) => {
        worker?.terminate();
        worker = null;
        if (data.id === last) tell(data.sentences);
      };
      worker.postMessage({ id, options, conditions } satisfies Question);
    }, 300);
  };
}
