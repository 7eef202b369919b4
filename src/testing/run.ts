import { Observable, type SchedulerLike, type Subscriber, Subscription } from 'rxjs';
import {
  type CircuitBreaker,
  type CircuitEvent,
  type CircuitState,
  isCircuitOpenError,
} from '../index.js';
import type { Claim, Kind, Row } from './claim.js';
import type { Mark } from './strip.js';
import { onVirtualTime } from './virtualTime.js';

/** What really happened, row by row. */
export interface Run {
  /** By the row's name as it is written: `results`, `results p`. */
  readonly rows: ReadonlyMap<string, readonly Mark[]>;
  readonly reasons: readonly string[];
  /** What each look saw, by its letter, look after look. */
  readonly looks: ReadonlyMap<string, readonly unknown[]>;
}

/** Makes the breaker that a claim is about. Called in virtual time, once for every run. */
export type MakeBreaker = (scheduler: SchedulerLike) => CircuitBreaker;

/** Plays a claim's inputs; `watched` is with a subscriber to the breaker's state. */
export function runClaim(claim: Claim, make: MakeBreaker, watched: boolean): Run {
  const stage = new Stage(claim);
  onVirtualTime(claim.horizon, (scheduler) => stage.play(scheduler, make(scheduler), watched));
  return stage;
}

const stateLetters: { readonly [state in CircuitState]: string } = {
  closed: 'C',
  open: 'O',
  'half-open': 'H',
  isolated: 'I',
  disabled: 'D',
};

const eventLetters: { readonly [type in Exclude<CircuitEvent['type'], 'state-change'>]: string } = {
  success: 's',
  failure: 'x',
  ignored: 'i',
  cancelled: 'c',
  rejected: 'o',
  late: 'l',
  'probe-expired': 'e',
};

class Stage implements Run {
  readonly rows = new Map<string, Mark[]>();
  readonly reasons: string[] = [];
  readonly looks = new Map<string, unknown[]>();
  private readonly claim: Claim;
  private readonly running = new Map<string, Subscription[]>();
  private readonly held: { readonly [letter: string]: Subscription[] } = { I: [], D: [] };
  private now = (): number => 0;

  constructor(claim: Claim) {
    this.claim = claim;
  }

  play(scheduler: SchedulerLike, breaker: CircuitBreaker, watched: boolean): void {
    const { claim } = this;
    this.now = () => scheduler.now();
    if (watched) this.watch(breaker);
    // Scheduled in this order, so done in this order within a millisecond, and before what sources and
    // timers do then.
    const inputs: { readonly [name in Row['name']]?: (letter: string) => void } = {
      control: (letter) => this.control(breaker, letter),
      cancel: (letter) => this.running.get(letter)?.shift()?.unsubscribe(),
      calls: (letter) => this.call(breaker, claim.kinds.get(letter) as Kind, scheduler),
      // scheduled once more, to come after what is due by then
      look: (letter) => scheduler.schedule(() => this.look(breaker, letter)),
    };
    for (const [name, input] of Object.entries(inputs)) {
      for (const { marks } of claim.rows.filter((row) => row.name === name)) {
        for (const mark of marks) {
          scheduler.schedule(() => {
            if (name === 'cancel') this.ensureRunning(mark);
            input(mark.letter);
          }, mark.frame);
        }
      }
    }
  }

  private watch(breaker: CircuitBreaker): void {
    const { rows, reasons } = this.claim;
    breaker.state$.subscribe((state) => this.mark('state', stateLetters[state]));
    if (reasons === null && !rows.some(({ name }) => name === 'events')) return;
    breaker.events$.subscribe((event) => {
      if (event.type === 'state-change') this.reasons.push(event.reason);
      this.mark(
        'events',
        event.type === 'state-change' ? stateLetters[event.to] : eventLetters[event.type],
      );
    });
  }

  private call(breaker: CircuitBreaker, kind: Kind, scheduler: SchedulerLike): void {
    const { letter } = kind;
    const values = new Map(kind.marks.map((mark) => [valueFor(kind, mark.letter), mark.letter]));
    const say = (said: string): void => {
      if (said !== '|') this.mark('results', said);
      this.mark(`results ${letter}`, said);
    };
    const calls = this.running.get(letter) ?? [];
    this.running.set(letter, calls);
    const call = new Subscription();
    calls.push(call);
    const over = (said: string): void => {
      const index = calls.indexOf(call);
      if (index >= 0) calls.splice(index, 1);
      say(said);
    };
    call.add(
      breaker(this.source(kind, scheduler)).subscribe({
        next: (value) => say(values.get(value) ?? '?'),
        error: (error) => over(isCircuitOpenError(error) ? 'o' : 'x'),
        complete: () => over('|'),
      }),
    );
  }

  private source(kind: Kind, scheduler: SchedulerLike): Observable<unknown> {
    return new Observable((subscriber) => {
      this.mark('source', kind.letter);
      this.mark(`source ${kind.letter}`, '^');
      subscriber.add(() => this.mark(`source ${kind.letter}`, '!'));
      for (const { frame, letter } of kind.marks) {
        if (frame === 0) emit(subscriber, kind, letter);
        else subscriber.add(scheduler.schedule(() => emit(subscriber, kind, letter), frame));
      }
    });
  }

  private control(breaker: CircuitBreaker, letter: string): void {
    if (letter === 'R') breaker.reset();
    else if (letter === 'I') this.held['I']?.push(breaker.isolate());
    else if (letter === 'D') this.held['D']?.push(breaker.disable());
    else this.held[letter.toUpperCase()]?.shift()?.unsubscribe();
  }

  private look(breaker: CircuitBreaker, letter: string): void {
    const seen = { ...breaker.snapshot(), retryAfter: breaker.retryAfter };
    this.looks.set(letter, [...(this.looks.get(letter) ?? []), seen]);
    this.mark('look', letter);
  }

  private mark(row: string, letter: string): void {
    const mark = { frame: this.now(), letter };
    const marks = this.rows.get(row);
    if (marks) marks.push(mark);
    else this.rows.set(row, [mark]);
  }

  private ensureRunning(mark: Row['marks'][number]): void {
    if ((this.running.get(mark.letter)?.length ?? 0) > 0) return;
    const { frame, letter } = mark;
    this.claim.text.fail(mark, `no call of the kind ${letter} is running at ${frame} ms`);
  }
}

function valueFor({ given }: Kind, letter: string): unknown {
  return given.has(letter) ? given.get(letter) : letter;
}

function emit(subscriber: Subscriber<unknown>, kind: Kind, letter: string): void {
  if (letter === '|') subscriber.complete();
  else if (letter !== '#') subscriber.next(valueFor(kind, letter));
  else subscriber.error(kind.given.has('#') ? kind.given.get('#') : new Error(kind.letter));
}
