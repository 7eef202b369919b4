import type { SchedulerLike } from 'rxjs';
import type { CircuitTotals } from '../../src/core/totals.ts';
import {
  type CircuitBreaker,
  type CircuitBreakerOptions,
  circuitBreaker,
} from '../../src/rxjs/circuitBreaker.ts';

/** A key, its breaker, and what the group has to know of it. */
export interface Entry {
  readonly key: string;
  readonly breaker: CircuitBreaker;
  /** What happened at the breaker, in words. */
  readonly log: string[];
  since: number;
  turn: number;
  claims: number;
  readonly heldForAll: { unsubscribe(): void }[];
}

/**
 * A group of breakers as anybody would write it first: a plain breaker for each key, and everything looked
 * at each time. It keeps a log for each key.
 */
export class NaiveGroup {
  readonly logs = new Map<string, string[]>();
  private readonly options: CircuitBreakerOptions;
  private readonly maxKeys: number;
  private readonly idleTime: number;
  private readonly scheduler: SchedulerLike;
  private entries: Entry[] = [];
  private leaving: Entry[] = [];
  private strays: Entry[] = [];
  /** The totals of breakers that are forgotten. */
  private readonly gone: CircuitTotals[] = [];
  private turns = 0;
  private isolations = 0;
  private disables = 0;

  constructor(
    options: CircuitBreakerOptions,
    scheduler: SchedulerLike,
    maxKeys: number,
    idleTime: number,
  ) {
    this.options = options;
    this.scheduler = scheduler;
    this.maxKeys = maxKeys;
    this.idleTime = idleTime;
  }

  /** The keys, the least recently used first. */
  get keys(): string[] {
    this.tick();
    return this.sorted().map(({ key }) => key);
  }

  states(): Record<string, string> {
    return Object.fromEntries(this.keys.map((key) => [key, this.find(key)?.breaker.state ?? '']));
  }

  /** The totals of all breakers that there have been, as pairs of a name and a number. */
  totals(): Map<string, number> {
    this.tick();
    const kept = [...this.entries, ...this.leaving, ...this.strays];
    const sums = new Map<string, number>();
    for (const totals of [...this.gone, ...kept.map(({ breaker }) => breaker.totals())]) {
      for (const [name, number] of flat(totals)) sums.set(name, (sums.get(name) ?? 0) + number);
    }
    return sums;
  }

  find(key: string): Entry | undefined {
    return this.entries.find((entry) => entry.key === key);
  }

  tick(): void {
    const now = this.scheduler.now();
    for (const entry of this.sorted()) {
      if (now - entry.since >= this.idleTime && !isBusy(entry)) this.drop(entry, 'idle');
    }
  }

  touch(entry: Entry): void {
    if (!this.entries.includes(entry)) return;
    entry.since = this.scheduler.now();
    entry.turn = ++this.turns;
  }

  /** The entry of a key that is used: kept, unless there is no room and nobody insists. */
  use(key: string, insist = false): Entry {
    this.tick();
    let entry = this.find(key);
    if (entry === undefined) {
      const back = this.leaving.find((it) => it.key === key);
      entry = back ?? this.make(key);
      if (!back) {
        while (this.entries.length >= this.maxKeys) {
          const free = this.sorted().find((it) => !isBusy(it));
          if (free === undefined) break;
          this.drop(free, 'limit');
        }
      }
      if (!back && !insist && this.entries.length >= this.maxKeys) return entry;
      this.leaving = this.leaving.filter((it) => it !== entry);
      this.entries.push(entry);
      this.logOf(key).push('key-added');
      this.settleIn(entry);
    }
    this.touch(entry);
    return entry;
  }

  /** A call; undefined where it is refused. */
  call(key: string): { entry: Entry; permit: ReturnType<CircuitBreaker['acquire']> } | undefined {
    const entry = this.use(key);
    const isStray = !this.entries.includes(entry);
    if (isStray) {
      this.strays.push(entry);
      this.logOf(key).push('key-refused');
      this.settleIn(entry);
    }
    try {
      const permit = entry.breaker.acquire();
      entry.claims++;
      return { entry, permit };
    } catch {
      if (isStray) this.gone.push(entry.breaker.totals());
      this.strays = this.strays.filter((it) => it !== entry);
      return undefined;
    }
  }

  claim(key: string): Entry {
    const entry = this.use(key, true);
    entry.claims++;
    return entry;
  }

  /** The end of a call, a subscription or a hold. */
  release(entry: Entry): void {
    entry.claims--;
    this.touch(entry);
    if (entry.claims > 0 || this.entries.includes(entry)) return;
    this.gone.push(entry.breaker.totals());
    this.leaving = this.leaving.filter((it) => it !== entry);
    this.strays = this.strays.filter((it) => it !== entry);
  }

  delete(key: string): void {
    this.tick();
    const entry = this.find(key);
    if (entry !== undefined) this.remove(entry);
  }

  clear(): void {
    this.tick();
    for (const entry of this.sorted()) this.remove(entry);
  }

  reset(key?: string): void {
    this.tick();
    for (const entry of this.sorted()) {
      if (key === undefined || entry.key === key) entry.breaker.reset();
    }
  }

  holdAll(isolates: boolean): () => void {
    this.tick();
    this.change(isolates, 1);
    return () => {
      this.tick();
      this.change(isolates, -1);
    };
  }

  private change(isolates: boolean, by: number): void {
    if (isolates) this.isolations += by;
    else this.disables += by;
    for (const entry of [...this.sorted(), ...this.leaving, ...this.strays]) this.settleIn(entry);
  }

  /** Brings an entry in line with the holds for all. */
  private settleIn(entry: Entry): void {
    const [isolated, disabled] = [this.isolations > 0, this.disables > 0];
    const [own, other] = entry.heldForAll;
    const hold = [
      isolated ? (own ?? NOTHING) : NOTHING,
      disabled ? (other ?? NOTHING) : NOTHING,
    ] as const;
    const wanted = [
      isolated && hold[0] === NOTHING ? entry.breaker.isolate() : hold[0],
      disabled && hold[1] === NOTHING ? entry.breaker.disable() : hold[1],
    ];
    if (!isolated) own?.unsubscribe();
    if (!disabled) other?.unsubscribe();
    entry.heldForAll.splice(0, 2, ...wanted);
  }

  private remove(entry: Entry): void {
    this.drop(entry, 'deleted');
    if (entry.claims === 0) return;
    this.leaving.push(entry);
    entry.breaker.reset();
  }

  private drop(entry: Entry, reason: string): void {
    this.entries = this.entries.filter((it) => it !== entry);
    if (entry.claims === 0) this.gone.push(entry.breaker.totals());
    this.logOf(entry.key).push(`key-dropped: ${reason}`);
  }

  private sorted(): Entry[] {
    return [...this.entries].sort((a, b) => a.turn - b.turn);
  }

  private make(key: string): Entry {
    const breaker = circuitBreaker({ ...this.options, name: key, scheduler: this.scheduler });
    const log = this.logOf(key);
    breaker.events$.subscribe((event) => log.push(words(event)));
    return { key, breaker, log, since: 0, turn: 0, claims: 0, heldForAll: [NOTHING, NOTHING] };
  }

  private logOf(key: string): string[] {
    const log = this.logs.get(key) ?? [];
    this.logs.set(key, log);
    return log;
  }
}

const NOTHING = { unsubscribe(): void {} };

function isBusy({ claims, breaker }: Entry): boolean {
  const { state } = breaker;
  return claims > 0 || state === 'open';
}

/** Totals as pairs of a name and a number, those that are 0 left out. */
export function flat(totals: CircuitTotals): [name: string, number: number][] {
  const { transitions, time, ...counts } = totals;
  return [
    ...Object.entries(counts),
    ...Object.entries(transitions).map(([state, times]) => [`to ${state}`, times] as const),
    ...Object.entries(time).map(([state, ms]) => [`ms ${state}`, ms] as const),
  ].flatMap(([name, number]) => (number === 0 ? [] : [[name, number] as [string, number]]));
}

/** An event in words. */
export function words(event: { type: string; to?: string; reason?: string }): string {
  if (event.type === 'state-change') return `${event.to}: ${event.reason}`;
  return event.type === 'key-dropped' ? `key-dropped: ${event.reason}` : event.type;
}
