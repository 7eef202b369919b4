import { NEVER } from './clock.js';

/**
 * Calls that become successes at an age (`successOn: { after }`), by that age. Calls of one age ripen in the order of
 * their admission, which is the order in which a Map keeps them.
 */
export class Ripening<Call> {
  private readonly byAge = new Map<number, Map<Call, number>>();

  /** When the next call ripens; `Infinity` without one. */
  get due(): number {
    return this.next.at;
  }

  add(call: Call, now: number, age: number): void {
    let calls = this.byAge.get(age);
    if (calls === undefined) {
      calls = new Map();
      this.byAge.set(age, calls);
    }
    calls.set(call, now + age);
  }

  /** A call ended before it was ripe, or has ripened. */
  remove(call: Call, age: number): void {
    const calls = this.byAge.get(age);
    calls?.delete(call);
    if (calls?.size === 0) this.byAge.delete(age);
  }

  /** Takes out the call that ripens next. */
  take(): Call | undefined {
    const { call, age } = this.next;
    if (call !== undefined) this.remove(call, age);
    return call;
  }

  /** The call that ripens next: the first of its age, for the first is the oldest. */
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
