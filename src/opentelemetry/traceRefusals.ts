import { SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import { Subscription } from 'rxjs';
import { show } from '../core/index.js';
import { checkOptions } from '../telemetry/checkOptions.js';

/**
 * The options of `traceRefusals`.
 *
 * @example
 * ```ts
 * import { trace } from '@opentelemetry/api';
 *
 * const options: TraceOptions = { tracer: trace.getTracer('shop') };
 * traceRefusals(options);
 * ```
 */
export interface TraceOptions {
  /**
   * The tracer that makes the spans.
   * @default the tracer `rxjs-circuit-breaker` of the global provider
   */
  readonly tracer?: Tracer;
}

/** The message of a refusal. */
interface Refusal {
  readonly name: string;
  readonly state: string;
  /** Milliseconds. */
  readonly retryAfter: number;
}

/** The used part of Node's `diagnostics_channel`. */
interface Channels {
  subscribe(channel: string, listener: (message: unknown) => void): void;
  unsubscribe(channel: string, listener: (message: unknown) => void): void;
}

const REJECTED = 'rxjs-circuit-breaker:rejected';

/**
 * Makes a short error span for each refused call, in the place of the span that the call would have had. Without
 * such a span a trace has a gap before the fallback. Admitted calls cost nothing more.
 *
 * The span has the name `circuit breaker refusal`, the status error, and the attributes `circuit_breaker.name`,
 * `circuit_breaker.state`, `circuit_breaker.retry_after` (seconds; missing while isolated) and `error.type`. The
 * parent is the active span of the caller. The error that opened the breaker is left out: errors may hold secrets.
 *
 * The refusals of all breakers in the process come by the channel `rxjs-circuit-breaker:rejected` of Node's
 * `diagnostics_channel`. Unsubscribe to end the tracing.
 *
 * @example
 * ```ts
 * import { traceRefusals } from 'rxjs-circuit-breaker/opentelemetry';
 *
 * traceRefusals();
 * ```
 *
 * @throws TypeError naming the option; Error without `diagnostics_channel`, as in a browser.
 */
export function traceRefusals(options: TraceOptions = {}): Subscription {
  checkOptions(options, ['tracer']);
  const { tracer = trace.getTracer('rxjs-circuit-breaker') } = options;
  if (typeof Object(tracer).startSpan !== 'function') {
    throw new TypeError(`tracer must be a tracer of @opentelemetry/api, got ${show(tracer)}`);
  }
  const channels = diagnosticsChannels();
  const listener = (message: unknown): void => traceRefusal(tracer, message as Refusal);
  channels.subscribe(REJECTED, listener);
  return new Subscription(() => channels.unsubscribe(REJECTED, listener));
}

function traceRefusal(tracer: Tracer, { name, state, retryAfter }: Refusal): void {
  const span = tracer.startSpan('circuit breaker refusal', {
    attributes: {
      'circuit_breaker.name': name,
      'circuit_breaker.state': state,
      ...(Number.isFinite(retryAfter) && { 'circuit_breaker.retry_after': retryAfter / 1_000 }),
      'error.type': 'CircuitOpenError',
    },
  });
  span.setStatus({
    code: SpanStatusCode.ERROR,
    message: `the circuit breaker "${name}" is ${state}`,
  });
  span.end();
}

/** Loads the module at run time, so that bundlers look for no module. */
function diagnosticsChannels(): Channels {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  const channels = process?.getBuiltinModule?.('node:diagnostics_channel');
  if (channels) return channels as Channels;
  throw new Error('traceRefusals needs the diagnostics_channel of Node 20.16 or later');
}
