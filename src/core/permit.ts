/// <reference lib="esnext.disposable" />

import type { Admitted } from './circuit.js';
import type { Epoch } from './epoch.js';
import { isCircuitOpenError } from './errors.js';
import type { Flight } from './flights.js';
import { ensureVerdict, type Judge, type verdicts } from './judge.js';
import type { Machine } from './machine.js';
import type { AdmittingState } from './state.js';

/**
 * The right to make one call that is no Observable. The first method settles the permit; later calls do nothing. An
 * unsettled permit keeps its place (in half-open until `probeTimeout`); `using` gives the place of a forgotten permit
 * back.
 *
 * The methods are bound: `promise.then(permit.success, permit.failure)` works.
 *
 * @throws Each method throws the error that `tripWhen`, `retryTimeout` or `classifyError` throws over the call.
 *
 * @example
 * ```ts
 * const permit = payments.acquire();
 * socket.send('hello', (error) => (error ? permit.failure(error) : permit.success()));
 * ```
 */
export interface Permit extends Disposable {
  /** The call succeeded. */
  success(): void;
  /** The call failed; `classifyError` judges the error. */
  failure(error?: unknown): void;
  /** Ignores the call: its place is free again, and no rule counts the call. */
  ignore(): void;
  /** The caller gave up: the place is free again. A call older than `slowCallDuration` is a failure. */
  cancel(): void;
}

/** An admitted call. The constructor takes the place: construct at once after `refusal` returned null. */
export class Admission implements Admitted {
  readonly machine: Machine;
  readonly judge: Judge;
  epoch: Epoch | null;
  readonly flight: Flight | null;

  constructor(machine: Machine, judge: Judge) {
    this.machine = machine;
    this.judge = judge;
    this.epoch = machine.epoch;
    this.flight = machine.admit();
    if (judge.successAfter !== undefined) machine.ripen(this, judge.successAfter);
  }

  /** True while the call is unsettled as of now. By `successOn: { after }` the time may have settled the call. */
  private get isRunning(): boolean {
    if (this.judge.successAfter !== undefined) this.machine.state();
    return this.epoch !== null;
  }

  /** What a log shows of a call. */
  toJSON(): { readonly call: Machine; readonly settled: boolean } {
    return { call: this.machine, settled: this.epoch === null };
  }

  succeed(): void {
    if (!this.machine.settleQuickly(this)) this.machine.settle(this, 'success');
  }

  fail(error?: unknown): void {
    const { classifyError } = this.judge;
    let outcome: (typeof verdicts.classifyError)[number] = 'failure';
    if (classifyError && this.isRunning) outcome = this.ask('classifyError', error);
    else if (isCircuitOpenError(error)) outcome = 'ignored'; // another breaker refused: no news of this service
    this.machine.settle(this, outcome, error);
  }

  giveUp(): void {
    this.machine.settle(this, 'cancelled');
  }

  /**
   * Judges a value, and settles the call where that is certain. Returns true for a success. Throws what user code
   * threw over the value, after settling the call as a failure.
   */
  judgeValue(value: unknown): boolean {
    const { classifyValue, successOnFirstValue } = this.judge;
    const verdict = classifyValue && this.isRunning ? this.ask('classifyValue', value) : 'success';
    if (verdict === 'failure' || verdict === 'trip') this.machine.settle(this, verdict, value);
    if (verdict === 'success' && successOnFirstValue) this.succeed();
    return verdict === 'success';
  }

  private ask<C extends keyof typeof verdicts>(
    classifier: C,
    subject: unknown,
  ): (typeof verdicts)[C][number] {
    try {
      const { state } = this.epoch as { state: AdmittingState };
      const classify = this.judge[classifier] as NonNullable<Judge[C]>; // without `this`, as a user calls a function
      const answer: unknown = classify(subject, state, this.judge.context);
      ensureVerdict(classifier, answer);
      return answer;
    } catch (thrown) {
      try {
        this.machine.settle(this, 'failure', thrown);
      } catch {
        // the caller gets one error: the first
      }
      throw thrown;
    }
  }
}

/** The permit that `acquire` returns. */
export const HandedPermit: new (machine: Machine, judge: Judge) => Permit =
  /* @__PURE__ */ permitClass();

function permitClass(): new (machine: Machine, judge: Judge) => Permit {
  // runtimes without `using` lack Symbol.dispose; no code of such a runtime asks for the method
  const dispose: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for('Symbol.dispose');
  return class BoundPermit extends Admission implements Permit {
    get success(): () => void {
      return () => this.succeed();
    }

    get failure(): (error?: unknown) => void {
      return (error) => this.fail(error);
    }

    get ignore(): () => void {
      return () => this.machine.settle(this, 'ignored');
    }

    get cancel(): () => void {
      return () => this.giveUp();
    }

    [dispose](): void {
      this.giveUp();
    }
  };
}
