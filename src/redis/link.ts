import { type News, readNews } from './protocol.js';
import { SCRIPT } from './script.js';
import type { SharedStore } from './store.js';

/** A circuit that uses a link. */
export interface Linked {
  /** The name that news of this circuit bears. */
  readonly name: string;
  /** When the circuit wants to be called next, on the clock of `clock`. */
  readonly nextBeat: number;
  beat(now: number): void;
  hear(news: News): void;
  /** The store answers again. */
  back(): void;
}

/** A clock that no hand sets: milliseconds since the process began. */
export const clock = (): number => performance.now();

/** A timer that keeps no process alive. */
export function later(milliseconds: number, run: () => void): () => void {
  const timer: unknown = setTimeout(run, milliseconds);
  (timer as { unref?: () => void }).unref?.();
  return () => clearTimeout(timer as number);
}

/** Milliseconds of the pause after a failure; each failure doubles it. */
export const FIRST_PAUSE = 100;
export const LONGEST_PAUSE = 5_000;

/** Between half the pause and all of it, so that a fleet does not return at one instant. */
export const spread = (pause: number): number => pause * (0.5 + Math.random() / 2);

const encode = (name: string) => name.replace(/[{}%]/g, encodeURIComponent);

/** Commands of one process that may be under way at once. */
const AT_ONCE = 64;

let digest: Promise<string> | undefined;

/** The name by which a server knows the script. */
function scriptSha(): Promise<string> {
  digest ??= crypto.subtle
    .digest('SHA-1', new TextEncoder().encode(SCRIPT))
    .then((bytes) =>
      [...new Uint8Array(bytes)].map((it) => it.toString(16).padStart(2, '0')).join(''),
    );
  return digest;
}

/**
 * The connection of one process to one store and prefix, for all circuits that share it: one listener for `ready`, one
 * channel, one timer, and one pause after a failure.
 */
export class Link {
  readonly channel: string;
  private readonly store: SharedStore;
  private readonly prefix: string;
  private readonly circuits: Set<Linked> = new Set();
  private readonly byName: Map<string, Set<Linked>> = new Map();
  private stopTimer: (() => void) | undefined;
  private timerAt = Number.POSITIVE_INFINITY;
  private pause = 0;
  private pausedUntil = 0;
  private silence = new Error('the store is silent');
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  /** One command is under way to find out whether the store is back. */
  private trying = false;
  private stopReady: (() => void) | undefined;
  private stopListening: Promise<(() => unknown) | undefined> | undefined;
  /** News arrives by the channel. */
  listening = false;

  constructor(store: SharedStore, prefix: string) {
    this.store = store;
    this.prefix = encode(prefix);
    this.channel = `${this.prefix}:news`;
  }

  /** The keys of a circuit, in one slot of a cluster. */
  keys(name: string, layout: string): string[] {
    const tag = `{${this.prefix}:${encode(name)}}`;
    return [
      `${tag}:state`,
      `${tag}:evidence:${layout}`,
      `${tag}:members`,
      `${tag}:sequence`,
      `${tag}:failing`,
      `${tag}:votes`,
      `${tag}:prober`,
      `${tag}:holds`,
    ];
  }

  add(circuit: Linked): void {
    this.circuits.add(circuit);
    const named = this.byName.get(circuit.name);
    if (named === undefined) this.byName.set(circuit.name, new Set([circuit]));
    else named.add(circuit);
    if (this.circuits.size === 1) this.start();
    this.setTimer();
  }

  delete(circuit: Linked): void {
    this.circuits.delete(circuit);
    const named = this.byName.get(circuit.name);
    named?.delete(circuit);
    if (named?.size === 0) this.byName.delete(circuit.name);
    if (this.circuits.size === 0) this.stop();
  }

  private start(): void {
    this.stopReady = this.store.onReady?.(() => this.ready());
    this.listen();
  }

  private listen(): void {
    if (this.store.subscribe === undefined || this.stopListening !== undefined) return;
    const subscribed = this.subscribe().then(
      (stop) => {
        this.listening = this.stopListening === subscribed;
        return stop;
      },
      () => {
        // without permission or connection: the next heartbeat brings the news, and another try
        if (this.stopListening === subscribed) this.stopListening = undefined;
        return undefined;
      },
    );
    this.stopListening = subscribed;
  }

  private async subscribe(): Promise<(() => unknown) | undefined> {
    return this.store.subscribe?.(this.channel, (message) => this.hear(message));
  }

  private stop(): void {
    this.stopReady?.();
    this.stopTimer?.();
    this.stopTimer = undefined;
    this.timerAt = Number.POSITIVE_INFINITY;
    this.stopListening?.then((stop) => stop?.()).catch(() => undefined); // the connection is gone already
    this.stopListening = undefined;
    this.listening = false;
  }

  private hear(message: string): void {
    const news = readNews(message);
    for (const circuit of (news && this.byName.get(news.name)) || []) circuit.hear(news as News);
  }

  private ready(): void {
    this.pause = this.pausedUntil = 0;
    this.trying = false;
    for (const circuit of this.circuits) circuit.back();
  }

  // --- time ---

  /** Sets the timer for whichever circuit wants to be called first. */
  setTimer(): void {
    let at = Number.POSITIVE_INFINITY;
    for (const { nextBeat } of this.circuits) at = Math.min(at, nextBeat);
    if (at >= this.timerAt || at === Number.POSITIVE_INFINITY) return;
    this.stopTimer?.();
    this.timerAt = at;
    this.stopTimer = later(Math.max(1, Math.ceil(at - clock())), () => {
      this.timerAt = Number.POSITIVE_INFINITY;
      const now = clock();
      for (const circuit of this.circuits) if (circuit.nextBeat <= now) circuit.beat(now);
      this.setTimer();
    });
  }

  // --- commands ---

  /** Whether a command may be sent: after silence there is a pause, and then one command goes first. */
  get open(): boolean {
    if (this.pause === 0) return true;
    return !this.trying && clock() >= this.pausedUntil;
  }

  /** Runs the script. Rejects when the store does not answer in time, or answers with an error. */
  async run(keys: readonly string[], request: () => string, timeout: number): Promise<unknown> {
    // a thousand circuits take turns: a store that is slow is not to be flooded
    if (this.running >= AT_ONCE) await new Promise<void>((next) => this.waiting.push(next));
    else this.running++;
    let tries = false;
    try {
      if (!this.open) throw this.silence;
      tries = this.trying = this.pause > 0;
      const answer = await this.inTime(this.evaluate(keys, request()), timeout);
      this.answered();
      return answer;
    } finally {
      if (tries) this.trying = false;
      const next = this.waiting.shift();
      if (next) next();
      else this.running--;
    }
  }

  private async inTime(answer: Promise<unknown>, timeout: number): Promise<unknown> {
    let stop: (() => void) | undefined;
    const late = new Promise<never>((_, reject) => {
      stop = later(timeout, () => {
        this.pause = Math.min(LONGEST_PAUSE, this.pause * 2 || FIRST_PAUSE);
        this.pausedUntil = clock() + spread(this.pause);
        this.silence = new Error(`the store did not answer in ${timeout} ms`);
        reject(this.silence);
      });
    });
    try {
      return await Promise.race([answer, late]);
    } finally {
      stop?.();
    }
  }

  private answered(): void {
    const isBack = this.pause > 0;
    this.pause = this.pausedUntil = 0;
    this.listen();
    if (isBack) for (const circuit of this.circuits) circuit.back();
  }

  private async evaluate(keys: readonly string[], request: string): Promise<unknown> {
    const rest = [String(keys.length), ...keys, request, this.channel];
    const key = keys[0] as string;
    try {
      return await this.store.command(['EVALSHA', await scriptSha(), ...rest], key);
    } catch (error) {
      if (!String((error as Error)?.message ?? error).includes('NOSCRIPT')) throw error;
      return this.store.command(['EVAL', SCRIPT, ...rest], key);
    }
  }
}

const links: WeakMap<SharedStore, Map<string, Link>> = new WeakMap();

/** The link of this process to a store and prefix. */
export function linkTo(store: SharedStore, prefix: string): Link {
  let byPrefix = links.get(store);
  if (byPrefix === undefined) {
    byPrefix = new Map();
    links.set(store, byPrefix);
  }
  let link = byPrefix.get(prefix);
  if (link === undefined) {
    link = new Link(store, prefix);
    byPrefix.set(prefix, link);
  }
  return link;
}
