/** The words of the design, as the model uses them. No type comes from `src/`: the model shares nothing with it. */
export type State = 'closed' | 'open' | 'half-open' | 'isolated' | 'disabled';
export type Outcome = 'success' | 'failure' | 'ignored' | 'cancelled';
export type ErrorVerdict = 'failure' | 'success' | 'ignored' | 'trip';
export type ValueVerdict = 'success' | 'failure' | 'undecided' | 'trip';
export type SuccessOn = 'complete' | 'first-value' | { readonly after: number };

export interface Counts {
  readonly calls: number;
  readonly successes: number;
  readonly failures: number;
  readonly slow: number;
  readonly slowInFlight: number;
  readonly ignored: number;
  readonly inFlight: number;
  readonly consecutiveSuccesses: number;
  readonly consecutiveFailures: number;
  readonly excessFailures: number;
  readonly troubledFor: number;
  readonly balance: number;
  readonly failureRate: number;
  readonly slowRate: number;
}

/** What a `retryTimeout` function is told, as far as the design names it. */
export interface OpenContext {
  readonly attempt: number;
  readonly error: unknown;
  readonly snapshot: { readonly counts: Counts };
}

/** How one call is judged; what a call leaves out, the breaker's options say. */
export interface CallOptions {
  readonly mayProbe?: boolean;
  readonly classifyError?: (error: unknown, state: State, context: unknown) => ErrorVerdict;
  readonly classifyValue?: (value: unknown, state: State, context: unknown) => ValueVerdict;
  readonly successOn?: SuccessOn;
  readonly context?: unknown;
}

export interface Options {
  readonly name?: string;
  readonly excessFailureThreshold?: number;
  readonly excessDuration?: number;
  readonly failureRateThreshold?: number;
  readonly minimumCalls?: number;
  readonly failureThreshold?: number;
  readonly consecutiveFailureThreshold?: number;
  readonly slowCallDuration?: number;
  readonly slowCallRateThreshold?: number;
  readonly tripWhen?: (counts: Counts) => boolean;
  readonly rollingWindow?:
    | number
    | { readonly duration: number; readonly buckets?: number; readonly calls?: never }
    | { readonly calls: number; readonly duration?: never; readonly buckets?: never };
  readonly retryTimeout?: number | ((context: OpenContext) => number);
  readonly probeGrowth?: number;
  readonly successThreshold?: number;
  readonly maxProbes?: number;
  readonly probeFailureThreshold?: number;
  readonly probeTimeout?: number;
  readonly successOn?: SuccessOn;
  readonly classifyError?: CallOptions['classifyError'];
  readonly classifyValue?: CallOptions['classifyValue'];
}

/** Something that `events$` tells. A field that the kind of event does not have is missing. */
export interface Told {
  readonly type:
    | 'success'
    | 'failure'
    | 'ignored'
    | 'cancelled'
    | 'late'
    | 'rejected'
    | 'probe-expired'
    | 'state-change'
    | 'reset';
  readonly breaker: string;
  readonly state?: State;
  readonly duration?: number;
  readonly slow?: boolean;
  readonly context?: unknown;
  readonly outcome?: Outcome;
  readonly error?: unknown;
  readonly retryAfter?: number;
  readonly from?: State;
  readonly to?: State;
  readonly reason?: string;
  readonly counts?: Counts;
  readonly attempt?: number;
}

export interface Refusal {
  readonly state: State;
  readonly retryAfter: number;
  readonly cause: unknown;
}

export const NEVER: number = Number.POSITIVE_INFINITY;
