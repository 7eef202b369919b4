import { Redis } from 'ioredis';
import type { SchedulerLike } from 'rxjs';
import {
  type CircuitBreaker,
  type CircuitBreakerOptions,
  circuitBreaker,
} from '../../../src/index.ts';
import { Stream, sequence } from '../../../src/lab/random/index.ts';
import { Timeline, TimelineScheduler } from '../../../src/lab/time/index.ts';
import {
  type CircuitSharing,
  type SharedStore,
  type SharingOptions,
  shareCircuit,
} from '../../../src/redis/index.ts';
import { SCRIPT } from '../../../src/redis/script.ts';
import type { RedisServer } from './server.ts';

/**
 * The script as it is, in a Redis whose clock, expiry and channel are virtual: TIME answers what the simulation says,
 * keys do not expire, and messages come back with the reply, for the simulation to deliver.
 */
const VIRTUAL_SCRIPT: string = `
local server, published = redis, {}
local redis = {
  call = function(name, ...)
    if name == 'TIME' then return { ARGV[3], ARGV[4] } end
    if name == 'PEXPIRE' then return 1 end
    return server.call(name, ...)
  end,
  pcall = function(_, _, message) published[#published + 1] = message return 0 end,
}
local function run()
${SCRIPT}
end
return { run(), unpack(published) }
`;

/** The library computes the digest of the script once, in real time: before a fleet starts. */
const digested: Promise<void> = new Promise((done) => {
  const sharing = shareCircuit(circuitBreaker(), {
    store: {
      async command() {
        sharing.unsubscribe();
        done();
      },
    },
  });
});

/** An instant of 2026, so that epochs and buckets have their usual size. */
const START = Date.UTC(2026, 0, 1);

/** The length of a command as a client sends it: an array of bulk strings. */
const wireLength = (words: readonly string[]) =>
  words.reduce((sum, word) => sum + Buffer.byteLength(word) + String(word.length).length + 5, 5);

/** What the store had to do. */
export interface Load {
  readonly scripts: number;
  /** Messages of the channel, each to one process. */
  readonly messages: number;
  /** Bytes of commands, replies and messages. */
  readonly bytes: number;
}

/** One process of a virtual fleet: a breaker, its part in the fleet, a clock, a way to the store. */
export class VirtualProcess {
  readonly breaker: CircuitBreaker;
  readonly sharing: CircuitSharing | undefined;
  /** The store does not hear this process, and the process hears nothing. */
  cutOff = false;
  /** Milliseconds that the wall clock of this process is ahead. */
  readonly ahead: number;
  private readonly fleet: VirtualFleet;
  private stopped: (() => void)[] | null = null;
  private readonly listeners: Set<(message: string) => void> = new Set();

  constructor(
    fleet: VirtualFleet,
    options: CircuitBreakerOptions,
    sharing: Partial<SharingOptions> | null,
    ahead: number,
  ) {
    this.fleet = fleet;
    this.ahead = ahead;
    const scheduler = fleet.scheduler as SchedulerLike;
    this.breaker = circuitBreaker({ name: 'service', ...options, scheduler });
    this.sharing = sharing
      ? this.within(() => shareCircuit(this.breaker, { store: this.store(), ...sharing }))
      : undefined;
  }

  private store(): SharedStore {
    return {
      command: (words) => this.fleet.command(this, words),
      subscribe: async (_, listener) => {
        this.listeners.add(listener);
        return () => this.listeners.delete(listener);
      },
    };
  }

  hear(message: string): void {
    for (const listener of this.listeners) listener(message);
  }

  get listens(): boolean {
    return this.listeners.size > 0;
  }

  /** Runs work as this process: with its clock, and later when the process is stopped. */
  run(work: () => void): void {
    if (this.stopped) this.stopped.push(work);
    else this.within(work);
  }

  private within<T>(work: () => T): T {
    const { fleet } = this;
    fleet.present = this;
    return work();
  }

  /** SIGSTOP: timers and answers wait. */
  stop(): void {
    this.stopped ??= [];
  }

  /** SIGCONT: everything that waited happens now. */
  go(): void {
    const waiting = this.stopped ?? [];
    this.stopped = null;
    for (const work of waiting) this.fleet.scheduler.schedule(() => this.run(work));
  }

  get isStopped(): boolean {
    return this.stopped !== null;
  }

  /** One call that succeeds or fails after some milliseconds; false when the breaker refused the call. */
  call(fails: boolean, takes = 0): boolean {
    this.fleet.present = this;
    try {
      const permit = this.breaker.acquire();
      const settle = () => (fails ? permit.failure(new Error('down')) : permit.success());
      if (takes === 0) settle();
      else this.fleet.scheduler.schedule(() => this.run(settle), takes);
      return true;
    } catch {
      return false;
    }
  }
}

/**
 * A fleet in virtual time: the library as it is, a real server that runs the real script at virtual instants, and one
 * random seed. Nothing waits for the machine, so a minute of a stopped process costs nothing.
 */
export class VirtualFleet {
  readonly scheduler: TimelineScheduler = new TimelineScheduler(new Timeline());
  readonly processes: VirtualProcess[] = [];
  /** Milliseconds from a process to the store, and as many back. */
  latency = 0.25;
  /** Milliseconds that the clock of the store is ahead. */
  storeAhead = 0;
  /** The process that runs: its clock is the one that Date.now() tells. */
  present: VirtualProcess | null = null;
  private load = { scripts: 0, messages: 0, bytes: 0 };
  private readonly client: Redis;
  private sha = '';
  /** Work of the real server that is not answered yet. */
  private pending = 0;
  private wake: (() => void) | undefined;
  private microtasks = false;
  private readonly restore: (() => void)[] = [];

  private constructor(client: Redis) {
    this.client = client;
  }

  /** Takes over the clock, the timers and the randomness of this process until the fleet is disposed of. */
  static async start(server: RedisServer, seed: number): Promise<VirtualFleet> {
    const client = new Redis(server.port);
    await client.flushall();
    const fleet = new VirtualFleet(client);
    fleet.sha = (await client.script('LOAD', VIRTUAL_SCRIPT)) as string;
    await digested;
    fleet.takeOver(seed);
    return fleet;
  }

  private takeOver(seed: number): void {
    const { scheduler } = this;
    const replace = (object: object, name: string, value: unknown) => {
      const before = Object.getOwnPropertyDescriptor(object, name);
      Object.defineProperty(object, name, { configurable: true, writable: true, value });
      this.restore.push(() => {
        if (before) Object.defineProperty(object, name, before);
        else Reflect.deleteProperty(object, name);
      });
    };
    replace(performance, 'now', () => scheduler.now());
    replace(Date, 'now', () => START + scheduler.now() + (this.present?.ahead ?? 0));
    replace(Math, 'random', sequence(new Stream(seed, 1)));
    replace(globalThis, 'setTimeout', (work: () => void, delay = 0) => {
      const { present } = this;
      return scheduler.schedule(() => {
        this.microtasks = true; // a timer of the library may go on in promises
        if (present) present.run(work);
        else work();
      }, delay);
    });
    replace(globalThis, 'clearTimeout', (timer?: { unsubscribe?: () => void }) =>
      timer?.unsubscribe?.(),
    );
    const { queueMicrotask: real } = globalThis;
    replace(globalThis, 'queueMicrotask', (work: () => void) => {
      this.microtasks = true;
      real(work);
    });
  }

  add(
    options: CircuitBreakerOptions = {},
    sharing: Partial<SharingOptions> | null = {},
    ahead = 0,
  ): VirtualProcess {
    const process = new VirtualProcess(this, options, sharing, ahead);
    this.processes.push(process);
    this.microtasks = true;
    return process;
  }

  get now(): number {
    return this.scheduler.now();
  }

  /** Plays so many milliseconds. */
  async play(milliseconds: number): Promise<void> {
    const { timeline } = this.scheduler;
    const end = timeline.now + milliseconds;
    await this.settle();
    while (timeline.next <= end) {
      this.scheduler.run(timeline.take());
      if (this.microtasks) await this.settle();
    }
    timeline.now = end;
  }

  /** Plays until a condition holds; fails after a virtual limit. */
  async until(what: string, holds: () => boolean, limit = 60_000, step = 10): Promise<void> {
    const end = this.now + limit;
    while (!holds()) {
      if (this.now > end) throw new Error(`waited ${limit} virtual ms in vain until ${what}`);
      await this.play(step);
    }
  }

  /** Waits until the library has done what it does in the present instant. */
  private async settle(): Promise<void> {
    do {
      this.microtasks = false;
      await new Promise((done) => setImmediate(done));
      while (this.pending > 0) {
        await new Promise<void>((done) => {
          this.wake = done;
        });
      }
    } while (this.microtasks);
  }

  /** The way of a command: to the store, through the real script, and back. */
  command(process: VirtualProcess, words: readonly string[]): Promise<unknown> {
    return new Promise((done, fail) => {
      this.microtasks = true;
      this.scheduler.schedule(() => {
        if (process.cutOff) return;
        void this.evaluate(words).then(
          (answer) => this.later(process, () => done(answer)),
          (error) => this.later(process, () => fail(error)),
        );
      }, this.latency);
    });
  }

  /** Something happens in a process after the way from the store. */
  private later(process: VirtualProcess, work: () => void): void {
    this.scheduler.schedule(() => {
      if (process.cutOff) return;
      this.microtasks = true;
      process.run(work);
    }, this.latency);
  }

  private async evaluate(words: readonly string[]): Promise<unknown> {
    this.pending++;
    this.microtasks = true;
    try {
      const [, , count = '', ...rest] = words;
      const us = Math.round((START + this.now + this.storeAhead) * 1_000);
      const [reply, ...published] = (await this.client.evalsha(
        this.sha,
        Number(count),
        ...rest,
        String(Math.floor(us / 1e6)),
        String(us % 1e6),
      )) as string[];
      this.load.scripts++;
      this.load.bytes += wireLength(words) + Buffer.byteLength(reply ?? '') + 8;
      for (const message of published) this.publish(message);
      return reply;
    } finally {
      this.microtasks = true; // the answer goes on its way
      if (--this.pending === 0) this.wake?.();
    }
  }

  private publish(message: string): void {
    for (const each of this.processes) {
      if (!each.listens) continue;
      this.load.messages++;
      this.load.bytes += Buffer.byteLength(message) + 40;
      this.later(each, () => each.hear(message));
    }
  }

  /** What the store had to do since the last question. */
  takeLoad(): Load {
    const { load } = this;
    this.load = { scripts: 0, messages: 0, bytes: 0 };
    return load;
  }

  /** The store loses its data. */
  async forget(): Promise<void> {
    await this.client.flushall();
  }

  /** Microseconds of the real server for one script. */
  async microsecondsPerScript(): Promise<number> {
    const stats = await this.client.info('commandstats');
    return Number(/cmdstat_evalsha:.*usec_per_call=([\d.]+)/.exec(stats)?.[1]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { sharing } of this.processes) sharing?.unsubscribe();
    await this.settle();
    for (const undo of this.restore.reverse()) undo();
    this.client.disconnect();
  }
}
