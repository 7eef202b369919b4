import type { Meter, Tracer } from '@opentelemetry/api';

/** The parts of an API and an SDK that the tests use, of either version. */
export interface Stack {
  readonly version: string;
  readonly api: typeof import('@opentelemetry/api');
  /** Makes a meter whose metrics go to the receiver when they are flushed. */
  meter(url: string): Telemetry & { readonly meter: Meter };
  /** Makes a tracer whose spans go to the receiver when they are flushed. */
  tracer(url: string): Telemetry & { readonly tracer: Tracer };
  /** Makes contexts follow asynchronous steps. */
  followContexts(): void;
}

interface Telemetry {
  /** Makes it the provider of the whole process. */
  register(): void;
  flush(): Promise<void>;
  shutdown(): Promise<void>;
}
