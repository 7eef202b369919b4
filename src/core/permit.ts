import { Admission } from './admission.js';
import { fail } from './classify.js';
import type { Machine } from './machine.js';

/**
 * The right to make one call that is no Observable. Settle it, or its place stays taken (in half-open
 * until `probeTimeout`). It settles once; what comes after does nothing. Throws what `tripWhen`,
 * `retryTimeout` or `classifyError` throws over it.
 */
export interface Permit {
  /** The call succeeded. */
  success(): void;
  /** The call failed; `classifyError` has its say. */
  failure(error?: unknown): void;
  /** The call showed nothing: its place comes back, nothing but `ignored` is counted. */
  ignore(): void;
}

export class ManualPermit extends Admission implements Permit {
  private readonly machine: Machine;

  constructor(machine: Machine) {
    super();
    this.machine = machine;
  }

  success(): void {
    this.machine.settle(this, 'success');
  }

  failure(error?: unknown): void {
    fail(this.machine, this, error);
  }

  ignore(): void {
    this.machine.settle(this, 'ignored');
  }
}
