import type { Admitting } from './epoch.js';
import type { Flight } from './flights.js';

/** One call that the machine has let through, stamped with the epoch that did. It settles once. */
export class Admission {
  /** The epoch that admitted the call; null before that and once settled. */
  epoch: Admitting | null = null;
  /** The call's age, where somebody asks for it. */
  flight: Flight | null = null;

  /** Asks to be told when the caller leaves; see `Machine.unlinked`. */
  link(): void {}
}
