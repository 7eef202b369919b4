import { Subscriber } from 'rxjs';

/** Who made an attempt. */
interface Caller {
  succeed(slot: number): void;
  fail(slot: number, error: unknown): void;
}

/** The subscriber of one call: an RxJS Subscriber of our own, since a wrapped observer costs twice as much. */
export class Attempt extends Subscriber<unknown> {
  private readonly caller: Caller;
  private readonly slot: number;

  constructor(caller: Caller, slot: number) {
    super();
    this.caller = caller;
    this.slot = slot;
  }

  protected override _next(): void {}

  protected override _error(error: unknown): void {
    this.unsubscribe();
    this.caller.fail(this.slot, error);
  }

  protected override _complete(): void {
    this.unsubscribe();
    this.caller.succeed(this.slot);
  }
}
