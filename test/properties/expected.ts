import type { CircuitBreakerOptions } from '../../src/index.ts';
import type { ModelCall } from './memory.ts';
import { Model, type Refusal } from './model.ts';
import { type Ending, recording, START, told } from './recording.ts';

/** The model, and all that was made of it. */
export class Expected {
  readonly model: Model;
  readonly got: string[] = [];
  readonly contexts: string[] = [];
  readonly calls: { readonly call: ModelCall; readonly permit: boolean }[] = [];
  /** The values `isolate` and `disable` that are held. */
  readonly holds: ('isolate' | 'disable')[] = [];

  constructor(options: CircuitBreakerOptions) {
    this.model = new Model(recording(options, this.contexts), START);
  }

  /** Whoever made calls and holds is gone with the old process. */
  restart(): void {
    this.model.restart();
    for (const gone of [this.got, this.contexts, this.calls, this.holds]) gone.length = 0;
  }

  start(permit: boolean): Refusal | undefined {
    const answer = this.model.ask();
    if ('cause' in answer) return answer;
    this.calls.push({ call: answer, permit });
    return undefined;
  }

  end(index: number, how: Ending, what: string): void {
    const { model } = this;
    const { call, permit } = this.calls[index] as (typeof this.calls)[number];
    if (call.closed) return;
    const gives = how === 'unsubscribe' || how === 'ignore';
    try {
      if (permit) {
        if (how === 'error') model.error(call, what);
        else if (gives) model.ignore(call);
        else model.complete(call);
        return;
      }
      if (gives) {
        model.leave(call);
        return;
      }
      if (how === 'value') model.value(call, what);
      else if (how === 'error') model.error(call, what);
      else model.complete(call);
      this.got.push(`${index}${how === 'value' ? `:${what}` : how === 'error' ? `#${what}` : '|'}`);
      if (how !== 'value') call.closed = true;
    } catch (thrown) {
      this.got.push(`${index}#${told(thrown)}`);
      if (!permit) call.closed = true;
    }
  }
}
