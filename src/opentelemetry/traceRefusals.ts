import { SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import { Subscription } from 'rxjs';
import { show } from '../core/index.js';
import { checkOptions } from '../telemetry/checkOptions.js';

/** How refusals are traced. */
export interface TraceOptions {
  /**
   * What makes the spans.
   * @default the tracer `rxjs-circuit-breaker` of the global provider
   */
  readonly tracer?: Tracer;
}

/** What the library publishes when a breaker refuses a call. */
interface Refusal {
  readonly name: string;
  readonly state: string;
  /** Milliseconds. */
  readonly retryAfter: number;
}

/** The part of Node's `diagnostics_channel` that is used here. */
interface Channels {
  subscribe(channel: string, listener: (message: unknown) => void): void;
  unsubscribe(channel: string, listener: (message: unknown) => void): void;
}

const REJECTED = 'rxjs-circuit-breaker:rejected';

/**
 * Makes a short error span for each call that a breaker refuses, where the span of the call would have been:
 * without one, a trace has a gap where the fallback ran. Calls that are admitted cost nothing more.
 *
 * The span has the name `circuit breaker refusal`, the status error, and the attributes `circuit_breaker.name`,
 * `circuit_breaker.state`, `circuit_breaker.retry_after` (seconds; missing while it is isolated) and `error.type`.
 * Its parent is the span that is active where the call was made. The error that opened the breaker is left out,
 * for it may hold secrets. Unsubscribe to end the tracing.
 *
 * It rides on the channel `rxjs-circuit-breaker:rejected` of Node's `diagnostics_channel`, and so hears every
 * breaker of the process.
 *
 * @example
 * ```ts
 * import { traceRefusals } from 'rxjs-circuit-breaker/opentelemetry';
 *
 * traceRefusals();
 * ```
 *
 * @throws TypeError that names the option; Error where there is no `diagnostics_channel`, as in a browser.
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

/** By this door a bundler finds nothing to resolve. */
function diagnosticsChannels(): Channels {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  const channels = process?.getBuiltinModule?.('node:diagnostics_channel');
  if (channels) return channels as Channels;
  throw new Error('traceRefusals needs the diagnostics_channel of Node 20.16 or later');
}
