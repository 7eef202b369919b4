import { type Observable, type SchedulerLike, Subscription } from 'rxjs';
import {
  type CallOptions,
  type CircuitBreaker,
  type CircuitEvent,
  type CircuitOpenError,
  isCircuitOpenError,
} from '../../index.js';
import { onVirtualTime } from '../virtualTime.js';
import { callSource, valueFor } from './callSource.js';
import type { Claim, Kind, Row, RowName } from './claim.js';
import { events, letterOf, states } from './letters.js';
import type { MakeBreaker } from './setup.js';
import type { Moment, Run } from './trace.js';

/** The streams that a run subscribes to. Without a subscriber the breaker has no timer. */
export type Watching = readonly ('state$' | 'events$')[];

/** Plays a claim's inputs on virtual time against a new breaker. */
export function runClaim(claim: Claim, make: MakeBreaker, ...watching: Watching): Run {
  let stage: Stage | undefined;
  onVirtualTime(claim.horizon, (scheduler) => {
    stage = new Stage(claim, scheduler);
    stage.play(make(scheduler), watching);
  });
  return stage as Stage;
}

class Stage implements Run {
  readonly trace: Moment[] = [];
  readonly reasons: string[] = [];
  readonly looks = new Map<string, unknown[]>();
  private readonly claim: Claim;
  private readonly scheduler: SchedulerLike;
  private calls = 0;
  private readonly running = new Map<string, { id: number; subscription: Subscription }[]>();
  private readonly isolations: Subscription[] = [];
  private readonly disables: Subscription[] = [];
  /** The call whose source, caller or admission acts now; -1 without. */
  private acting = -1;
  /** What the last refusal said; null before the first one. */
  private refusal: Pick<CircuitOpenError, 'state' | 'retryAfter'> | null = null;

  constructor(claim: Claim, scheduler: SchedulerLike) {
    this.claim = claim;
    this.scheduler = scheduler;
  }

  play(breaker: CircuitBreaker, watching: Watching): void {
    const { claim, scheduler } = this;
    if (watching.includes('state$')) this.watchState(breaker);
    if (watching.includes('events$')) this.watchEvents(breaker);
    // The scheduler keeps this order within a millisecond. Sources and timers are scheduled later, so they
    // act after the inputs of their millisecond.
    const inputs: readonly (readonly [RowName, (mark: Row['marks'][number]) => void])[] = [
      ['control', (mark) => this.control(breaker, mark)],
      ['cancel', (mark) => this.cancel(mark)],
      ['calls', ({ letter }) => this.call(breaker, claim.kinds.get(letter) as Kind)],
      // scheduled a second time: a look comes after all that is due in its millisecond
      ['look', ({ letter }) => scheduler.schedule(() => this.look(breaker, letter))],
    ];
    for (const [name, input] of inputs) {
      for (const mark of claim.rows.find((row) => row.name === name)?.marks ?? []) {
        scheduler.schedule(() => input(mark), mark.frame);
      }
    }
  }

  private watchState(breaker: CircuitBreaker): void {
    breaker.state$.subscribe((state) => this.mark('state', letterOf(states, state)));
  }

  private watchEvents(breaker: CircuitBreaker): void {
    breaker.events$.subscribe((event) => {
      const changes = event.type === 'state-change';
      if (changes) this.reasons.push(event.reason);
      const letter = changes ? letterOf(states, event.to) : letterOf(events, event.type);
      this.mark('event', letter, this.callOf(event));
    });
  }

  /**
   * The call that an event is about: the one that acts. But the time alone makes a call a success
   * (`successOn: { after }`); then it is the first call of that age that is not yet settled.
   */
  private callOf(event: CircuitEvent): number {
    const { acting, trace } = this;
    // without a duration: no call has the age NaN
    const { duration = Number.NaN } = event as { readonly duration?: number };
    const since = this.scheduler.now() - duration;
    const isSettled = (id: number): boolean =>
      trace.some(({ type, letter, call }) => {
        return type === 'event' && call === id && 'sxicl'.includes(letter);
      });
    const ofThatAge = trace
      .filter(({ type, frame, call }) => type === 'admitted' && frame === since && !isSettled(call))
      .map(({ call }) => call);
    return ofThatAge.includes(acting) ? acting : (ofThatAge[0] ?? acting);
  }

  private call(breaker: CircuitBreaker, kind: Kind): void {
    const { letter } = kind;
    const id = this.calls++;
    const values = new Map(kind.marks.map((mark) => [valueFor(kind, mark.letter), mark.letter]));
    const tell = (type: Moment['type'], said: string): void => this.mark(type, said, id, letter);
    const running = this.running.get(letter) ?? [];
    this.running.set(letter, running);
    const subscription = new Subscription();
    const call = { id, subscription };
    running.push(call);
    const over = (said: string): void => {
      running.splice(running.indexOf(call), 1);
      tell('result', said);
    };
    tell('call', letter);
    const act = (deed: () => void): void => this.act(id, deed);
    const guarded = guard(breaker, kind)(callSource(kind, this.scheduler, tell, act));
    act(() => {
      subscription.add(
        guarded.subscribe({
          next: (value) => tell('result', values.get(value) as string),
          error: (error) => over(this.isRefusal(error, id) ? 'o' : 'x'),
          complete: () => over('|'),
        }),
      );
    });
  }

  /** Says whether the breaker refused the call. A call whose source failed with the refusal of another was admitted. */
  private isRefusal(error: unknown, id: number): boolean {
    if (!isCircuitOpenError(error)) return false;
    if (this.trace.some(({ type, call }) => type === 'admitted' && call === id)) return false;
    const { state, retryAfter } = error;
    this.refusal = { state, retryAfter };
    return true;
  }

  /** Does a deed of this call: the events that the breaker tells meanwhile are about the call. */
  private act(call: number, deed: () => void): void {
    const before = this.acting;
    this.acting = call;
    deed();
    this.acting = before;
  }

  private cancel(mark: Row['marks'][number]): void {
    const { frame, letter } = mark;
    const call = this.running.get(letter)?.shift();
    if (call === undefined) {
      this.claim.text.fail(mark, `no call of the kind ${letter} is running at ${frame} ms`);
    }
    this.mark('cancel', letter, call.id, letter);
    this.act(call.id, () => call.subscription.unsubscribe());
  }

  private control(breaker: CircuitBreaker, mark: Row['marks'][number]): void {
    const { letter } = mark;
    this.mark('control', letter);
    if (letter === 'R') breaker.reset();
    else if (letter === 'T') breaker.trip();
    else if (letter === 'H') breaker.halfOpen();
    else if (letter === 'I') this.isolations.push(breaker.isolate());
    else if (letter === 'D') this.disables.push(breaker.disable());
    else this.lift(letter === 'i' ? this.isolations : this.disables, mark);
  }

  private lift(holds: Subscription[], mark: Row['marks'][number]): void {
    const hold = holds.shift();
    if (hold === undefined) {
      const { frame, letter } = mark;
      const capital = letter.toUpperCase();
      this.claim.text.fail(
        mark,
        `no hold to lift at ${frame} ms: write ${capital} before ${letter}`,
      );
    }
    hold.unsubscribe();
  }

  private look(breaker: CircuitBreaker, letter: string): void {
    const { refusal } = this;
    const totals = breaker.totals();
    const seen = { ...breaker.snapshot(), retryAfter: breaker.retryAfter, totals, refusal };
    this.looks.set(letter, [...(this.looks.get(letter) ?? []), seen]);
    this.mark('look', letter);
  }

  private mark(type: Moment['type'], letter: string, call = -1, kind = ''): void {
    this.trace.push({ type, frame: this.scheduler.now(), letter, call, kind });
  }
}

/** The operator that a call of this kind goes through. */
function guard(
  breaker: CircuitBreaker,
  kind: Kind,
): (source: Observable<unknown>) => Observable<unknown> {
  return kind.callOptions === null ? breaker : breaker.with(kind.callOptions.value as CallOptions);
}
