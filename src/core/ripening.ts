import { NEVER } from './clock.js';

/**
 * Calls that become successes at an age (`successOn: { after }`), grouped by that age. Calls of one age ripen in the order
 * of admission: the order of a Map.
 */
export class Ripening<Call> {
  private readonly byAge = new Map<number, Map<Call, number>>();

  /** The instant at which the next call ripens; `Infinity` without a call. */
  get due(): number {
    return this.next.at;
  }

  add(call: Call, now: number, age: number): void {
    const calls = this.byAge.get(age) ?? new Map();
    this.byAge.set(age, calls.set(call, now + age));
  }

  /** Removes a call that has ended or ripened. */
  remove(call: Call, age: number): void {
    const calls = this.byAge.get(age);
    if (calls?.delete(call) && calls.size === 0) this.byAge.delete(age);
  }

  /** Removes and returns the call that ripens next; call only when one is due. */
  take(): Call {
    const { call, age } = this.next as { call: Call; age: number };
    this.remove(call, age);
    return call;
  }

  /** The call that ripens next. Of each age only the first call is a candidate: the first call is the oldest. */
  private get next(): { readonly call?: Call; readonly age: number; readonly at: number } {
    let next: { call?: Call; age: number; at: number } = { age: NEVER, at: NEVER };
    for (const [age, calls] of this.byAge) {
      for (const [call, at] of calls) {
        if (at < next.at) next = { call, age, at };
        break;
      }
    }
    return next;
  }
}
