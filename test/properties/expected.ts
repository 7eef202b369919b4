import { callKinds } from './calls.ts';
import { Model } from './model/model.ts';
import type { Call } from './model/stay.ts';
import type { CallOptions, Options, Refusal, Told } from './model/words.ts';
import type { Listener } from './options.ts';
import { deedsOf, type Ending, recording, START, told } from './recording.ts';

interface Admitted {
  readonly call: Call;
  readonly permit: boolean;
  /** Its subscriber subscribes once more when it ends. */
  readonly again: boolean;
}

/** How often a listener acts, so that it does not go on for ever. */
export const PATIENCE = 3;

export const hears = (
  { on }: Listener,
  { type, to }: { readonly type: string; readonly to?: string | undefined },
): boolean => (type === 'state-change' ? to === on : type === on);

/** The model, and all that was made of it. */
export class Expected {
  readonly model: Model;
  readonly got: string[] = [];
  readonly contexts: string[] = [];
  readonly calls: Admitted[] = [];
  /** The values `isolate` and `disable` that are held. */
  readonly holds: ('isolate' | 'disable')[] = [];
  private readonly listener: Listener | undefined;
  private clock: number = START;
  private patience = PATIENCE;
  private heard = 0;
  private telling = false;

  constructor(
    options: Options,
    listener: Listener | undefined,
    spread: (attempt: number) => number,
  ) {
    this.model = new Model(recording(options, this.contexts), START, spread);
    this.listener = listener;
  }

  /** Whoever made calls and holds is gone with the old process. */
  restart(clock: number): void {
    this.model.restart(clock);
    this.clock = clock;
    for (const gone of [this.got, this.contexts, this.calls, this.holds]) gone.length = 0;
    this.heard = 0;
    this.patience = PATIENCE;
  }

  configure(options: Options): void {
    this.model.configure(recording(options, this.contexts));
    this.tell();
  }

  tick(clock: number): void {
    this.clock = clock;
    this.model.tick(clock, () => this.tell());
    this.tell();
  }

  /** What is done while others are told may leave something that is due at once. */
  private catchUp(): void {
    this.model.tick(this.clock);
  }

  /** Does something by hand. */
  act(act: (model: Model) => void): void {
    let thrown: { readonly error: unknown } | undefined;
    this.catchUp();
    try {
      act(this.model);
    } catch (error) {
      thrown = { error };
    }
    this.tell();
    if (thrown !== undefined) throw thrown.error;
  }

  start(permit: boolean, kind: number, again = false): Refusal | undefined {
    this.catchUp();
    const answer = this.model.ask(callKinds[kind]?.model as CallOptions);
    if ('cause' in answer) {
      this.tell();
      return answer;
    }
    this.calls.push({ call: answer, permit, again });
    return undefined;
  }

  /** A call whose source does all that it does at once. */
  atOnce(what: string, kind: number, again = false): Refusal | undefined {
    const refusal = this.start(false, kind, again);
    if (refusal !== undefined) return refusal;
    const index = this.calls.length - 1;
    for (const [how, letter] of deedsOf(what)) this.end(index, how, letter);
    return undefined;
  }

  end(index: number, how: Ending, what: string, error: unknown = what): void {
    const { call, permit, again } = this.calls[index] as Admitted;
    if (call.closed) return;
    const sign = how === 'value' ? `:${what}` : how === 'error' ? `#${told(error)}` : '|';
    try {
      this.act((model) => {
        const left = how === 'cancel' || how === 'ignore';
        if (left && !permit) model.leave(call);
        else if (how === 'cancel') model.cancel(call);
        else if (how === 'ignore') model.ignore(call);
        else if (how === 'complete') model.complete(call);
        else if (how === 'error') model.error(call, error);
        else if (!permit) model.value(call, what);
      });
      if (permit || how === 'cancel' || how === 'ignore') return;
      this.got.push(`${index}${sign}`);
    } catch (thrown) {
      this.got.push(`${index}#${told(thrown)}`);
      if (permit) return;
      call.closed = true;
    }
    if (how !== 'value') call.closed = true;
    if (call.closed && again) this.again();
  }

  private again(): void {
    const refusal = this.start(false, 0);
    if (refusal !== undefined) this.got.push(`!${refusal.state}`);
  }

  /** Tells the listener what is new; what it does is told after what was there before. */
  private tell(): void {
    if (this.telling) return;
    this.telling = true;
    const { events } = this.model;
    while (this.heard < events.length) this.hear(events[this.heard++] as Told);
    this.telling = false;
  }

  private hear(event: Told): void {
    const { listener } = this;
    if (listener === undefined || this.patience === 0 || !hears(listener, event)) return;
    this.patience--;
    let refusal: Refusal | undefined;
    try {
      if (listener.does === 'fail') refusal = this.atOnce('#f', 0);
      else if (listener.does === 'succeed') refusal = this.atOnce('g|', 0);
      else if (listener.does === 'acquire') refusal = this.start(true, 0);
      else {
        this.catchUp();
        if (listener.does === 'trip') this.model.trip('L');
        else this.model[listener.does]();
      }
    } catch {
      // told to whoever reports what listeners throw
    }
    if (refusal !== undefined) this.got.push(`!${refusal.state}`);
  }
}
