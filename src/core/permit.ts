import { show } from './check.js';
import type { Epoch } from './epoch.js';
import type { Flight } from './flights.js';
import type { Admitted, Machine } from './machine.js';
import type { AdmittingState } from './state.js';

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

/** A call that takes its place by being made, at once after the machine had nothing against it. */
export class Admission implements Admitted, Permit {
  readonly machine: Machine;
  epoch: Epoch | null;
  readonly flight: Flight | null;

  constructor(machine: Machine) {
    this.machine = machine;
    this.epoch = machine.epoch;
    this.flight = machine.admit();
  }

  success(): void {
    this.machine.settle(this, 'success');
  }

  failure(error?: unknown): void {
    const { classifyError } = this.machine.config;
    const outcome = this.epoch && classifyError ? this.ask('classifyError', error) : 'failure';
    this.machine.settle(this, outcome, error);
  }

  ignore(): void {
    this.machine.settle(this, 'ignored');
  }

  /**
   * Whether a value is a success, settling the call where it is certain. Throws what user code threw
   * over it, the call being settled as a failure.
   */
  judge(value: unknown): boolean {
    const { classifyValue, onFirstValue } = this.machine.config;
    const verdict = this.epoch && classifyValue ? this.ask('classifyValue', value) : 'success';
    if (verdict === 'failure') this.machine.settle(this, verdict, value);
    if (verdict === 'success' && onFirstValue) this.success();
    return verdict === 'success';
  }

  private ask<C extends keyof typeof answers>(
    classify: C,
    subject: unknown,
  ): (typeof answers)[C][number] {
    try {
      const { state } = this.epoch as { state: AdmittingState };
      const known: readonly unknown[] = answers[classify];
      const classifier = this.machine.config[classify]; // called as the plain function that it is
      const answer = classifier?.(subject, state);
      if (known.includes(answer)) return answer as (typeof answers)[C][number];
      throw new TypeError(
        `${classify} must answer ${known.map(show).join(' or ')}, got ${show(answer)}`,
      );
    } catch (thrown) {
      try {
        this.machine.settle(this, 'failure', thrown);
      } catch {
        // one error is enough for one caller: the first
      }
      throw thrown;
    }
  }
}

const answers = {
  classifyError: ['failure', 'success', 'ignored'],
  classifyValue: ['failure', 'success', 'undecided'],
} as const;
