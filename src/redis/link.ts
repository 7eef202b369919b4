import { type News, readNews } from './protocol.js';
import { SCRIPT } from './script.js';
import type { SharedStore } from './store.js';

/** A circuit that uses a link. */
export interface Linked {
  /** The name in news of this circuit. */
  readonly name: string;
  /** The instant of the next `beat`, on the clock of `clock`. */
  readonly nextBeat: number;
  beat(now: number): void;
  hear(news: News): void;
  /** The store answers again. */
  back(): void;
}

/** A monotonic clock: milliseconds since the start of the process. */
export const clock = (): number => performance.now();

/** Sets a timer that lets the process end. Returns a function that cancels the timer. */
export function later(milliseconds: number, run: () => void): () => void {
  const timer: unknown = setTimeout(run, milliseconds);
  (timer as { unref?: () => void }).unref?.();
  return () => clearTimeout(timer as number);
}

/** Milliseconds of the first pause after a failure; each further failure doubles the pause. */
export const FIRST_PAUSE = 100;
export const LONGEST_PAUSE = 5_000;

/** A random part of the pause, from a half to the whole: the processes of a fleet return one by one. */
export const spread = (pause: number): number => pause * (0.5 + Math.random() / 2);

const encode = (name: string) => name.replace(/[{}%]/g, encodeURIComponent);

/** The most commands of one process under way at once. */
const AT_ONCE = 64;

let digest: Promise<string> | undefined;

/** The SHA-1 of the script, for EVALSHA. */
function scriptSha(): Promise<string> {
  digest ??= crypto.subtle
    .digest('SHA-1', new TextEncoder().encode(SCRIPT))
    .then((bytes) =>
      [...new Uint8Array(bytes)].map((it) => it.toString(16).padStart(2, '0')).join(''),
    );
  return digest;
}

/**
 * The connection of one process to one store and prefix. All circuits of the prefix use one listener for `ready`, one
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
  /** A single command is under way as a test of the store. */
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
        // No permission or no connection: the next heartbeat brings the news, and another try.
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
    this.stopListening?.then((stop) => stop?.()).catch(() => undefined); // the connection has gone already
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

  /** Sets the timer for the circuit with the earliest beat. */
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

  /** True when commands may leave. After silence comes a pause, then a single command as a test. */
  get open(): boolean {
    if (this.pause === 0) return true;
    return !this.trying && clock() >= this.pausedUntil;
  }

  /** Runs the script. Rejects with the store's error, or after `timeout` milliseconds. */
  async run(keys: readonly string[], request: () => string, timeout: number): Promise<unknown> {
    // a thousand circuits take turns, to spare a slow store
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
