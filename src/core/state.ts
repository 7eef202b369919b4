/**
 * The state of a circuit breaker.
 *
 * - `'closed'`: calls pass, and the breaker counts their outcomes.
 * - `'open'`: the breaker refuses calls until the open time is over.
 * - `'half-open'`: a few calls pass, the probes. Their outcomes close the breaker or open it again.
 * - `'isolated'`: a hand holds the breaker open. `'disabled'`: a hand holds the breaker closed, and no rule trips.
 *
 * @example
 * ```ts
 * const colour: Record<CircuitState, string> = {
 *   closed: 'green', 'half-open': 'yellow', open: 'red', isolated: 'black', disabled: 'grey',
 * };
 * payments.state$.subscribe((state) => console.log(colour[state])); // green
 * ```
 */
export type CircuitState = 'closed' | 'open' | 'half-open' | 'isolated' | 'disabled';

/**
 * The states that admit calls.
 *
 * @example
 * ```ts
 * // a 404 proves in half-open that the service answers again
 * const classifyError = (error: unknown, state: AdmittingState): ErrorVerdict =>
 *   httpStatusOf(error) === 404 && state === 'half-open' ? 'success' : 'failure';
 * ```
 */
export type AdmittingState = Exclude<CircuitState, 'open' | 'isolated'>;

/**
 * The states that refuse calls. Half-open refuses a call when all places of the probes are taken.
 *
 * @example
 * ```ts
 * const advice: Record<RefusingState, string> = {
 *   open: 'try again later', 'half-open': 'try again in a moment', isolated: 'maintenance',
 * };
 * const maintenance = payments.isolate();
 * http.post('/pay', order).pipe(payments).subscribe({
 *   error: (error) => console.log(advice[(error as CircuitOpenError).state]), // maintenance
 * });
 * ```
 */
export type RefusingState = Exclude<CircuitState, 'closed' | 'disabled'>;

/**
 * The reason of a state change: the rule that tripped, the verdict of the probes, the verdict of the other processes,
 * the end of the open time, or the method that a hand called.
 *
 * @example
 * ```ts
 * payments.events$.subscribe((event) => {
 *   if (event.type === 'state-change') console.log(event.reason); // trip
 * });
 * payments.trip();
 * ```
 */
export type StateChangeReason =
  | 'excess-failures'
  | 'failure-rate'
  | 'failures'
  | 'consecutive-failures'
  | 'slow-call-rate'
  | 'trip-when'
  | 'trip'
  | 'retry-timeout'
  | 'half-open'
  | 'probes-succeeded'
  | 'probes-failed'
  | 'peers-opened'
  | 'peers-closed'
  | 'isolate'
  | 'disable'
  | 'release'
  | 'reset';

/**
 * The end of a call. `'ignored'` and `'cancelled'` calls count for no rule.
 *
 * @example
 * ```ts
 * const counted: readonly Outcome[] = ['success', 'failure'];
 * ```
 */
export type Outcome = 'success' | 'failure' | 'ignored' | 'cancelled';

/** A count for each state. */
export function byState(): Record<CircuitState, number> {
  return { closed: 0, open: 0, 'half-open': 0, isolated: 0, disabled: 0 };
}

/** The states that admit every call. */
export function admitsAll(state: CircuitState): boolean {
  return state === 'closed' || state === 'disabled';
}
