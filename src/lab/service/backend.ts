/** What stands behind the breakers of a lane: a modelled service, or the recorded outcomes of a log. */
export interface Backend {
  /** Whether the call begun last gets a good answer. */
  readonly ok: boolean;
  /** Whether trouble struck the call begun last. */
  readonly broken: boolean;
  /** Called when every call in the service has to end now. */
  onCrash: (() => void) | undefined;
  /** Takes call number `key` in; returns the instant of its answer, `Infinity` for none. */
  begin(now: number, key: number): number;
  /** Whether call number `key` would be answered well now. */
  wouldAnswer(now: number, key: number): boolean;
  /** Whether trouble is on. */
  isBroken(now: number): boolean;
  /** Whether a breaker has a reason to open now. */
  isTroubled(now: number): boolean;
  /** Calls in the queue. */
  waiting(now: number): number;
}
