import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { build } from 'esbuild';
import type { Change, Methods, Setup, Tally } from './process.ts';
import { until } from './until.ts';

const root: string = resolve(import.meta.dirname, '../../..');
let program: Promise<string> | undefined;

/** Bundles a program with the library as it is in `src`; the answer is the path of the bundle. */
export async function bundled(entry: string): Promise<string> {
  // inside node_modules, so that the clients are found from there
  const folder = join(root, 'node_modules/.fleet');
  mkdirSync(folder, { recursive: true });
  const outfile = join(folder, `${basename(entry, '.ts')}-${process.pid}.mjs`);
  await build({
    entryPoints: [join(root, entry)],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    logLevel: 'error',
    external: ['redis', 'redis5', 'ioredis', 'ioredis5', 'iovalkey', '@valkey/*', 'rxjs'],
    alias: {
      'rxjs-circuit-breaker/redis': join(root, 'src/redis/index.ts'),
      'rxjs-circuit-breaker': join(root, 'src/index.ts'),
    },
  });
  return outfile;
}

type Answer<M extends keyof Methods> = Awaited<ReturnType<Methods[M]>>;

/** A forked process with one shared breaker. */
export class Peer {
  private readonly child: ChildProcess;
  private readonly waiting: Map<number, (message: { value?: unknown; error?: string }) => void> =
    new Map();
  private next = 0;
  readonly exited: Promise<void>;

  private constructor(child: ChildProcess) {
    this.child = child;
    child.on('message', (message: { id: number; value?: unknown; error?: string }) => {
      this.waiting.get(message.id)?.(message);
      this.waiting.delete(message.id);
    });
    this.exited = new Promise((done) => child.once('exit', () => done()));
  }

  static async fork(): Promise<Peer> {
    program ??= bundled('test/redis/fleet/process.ts');
    return new Peer(
      fork(await program, {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
        serialization: 'advanced',
      }),
    );
  }

  ask<M extends keyof Methods>(method: M, ...args: Parameters<Methods[M]>): Promise<Answer<M>> {
    const id = this.next++;
    return new Promise((done, failed) => {
      this.waiting.set(id, ({ value, error }) =>
        error === undefined ? done(value as Answer<M>) : failed(new Error(error)),
      );
      this.child.send({ id, method, args });
    });
  }

  kill(): Promise<void> {
    this.child.kill('SIGCONT');
    this.child.kill('SIGKILL');
    return this.exited;
  }

  freeze(): void {
    this.child.kill('SIGSTOP');
  }

  thaw(): void {
    this.child.kill('SIGCONT');
  }
}

/** Several processes with a breaker of the same name. */
export class Fleet {
  readonly peers: Peer[] = [];

  /** Starts processes and waits until each knows of all. */
  static async start(count: number, setup: Setup | ((index: number) => Setup)): Promise<Fleet> {
    const fleet = new Fleet();
    const setupOf = typeof setup === 'function' ? setup : () => setup;
    await Promise.all(
      Array.from({ length: count }, async (_, index) => {
        const peer = await Peer.fork();
        fleet.peers[index] = peer;
        await peer.ask('start', setupOf(index));
      }),
    );
    return fleet;
  }

  async add(setup: Setup): Promise<Peer> {
    const peer = await Peer.fork();
    this.peers.push(peer);
    await peer.ask('start', setup);
    return peer;
  }

  each<M extends keyof Methods>(method: M, ...args: Parameters<Methods[M]>): Promise<Answer<M>[]> {
    return Promise.all(this.peers.map((peer) => peer.ask(method, ...args)));
  }

  /** Waits until all know of each other, by a few calls; then the fleet is fresh, and old enough to decide. */
  async ready(): Promise<void> {
    await this.each('traffic', { rate: 20, failing: 0 });
    await this.agree('is in touch', async (peer) => {
      const snapshot = await peer.ask('snapshot');
      return snapshot?.settled === true && snapshot.members >= this.peers.length;
    });
    await this.each('traffic', { rate: 0, failing: 0 });
    await this.fresh();
  }

  /** Resets the fleet, and waits until all have heard of it. */
  async fresh(): Promise<void> {
    const epochs = async () => new Set((await this.each('snapshot')).map((it) => it?.epoch));
    const before = await epochs();
    await this.peers[0]?.ask('reset');
    await until('all have heard of the reset', async () => {
      const [epoch, ...others] = await epochs();
      return others.length === 0 && !before.has(epoch);
    });
    await this.each('clear');
  }

  agree(what: string, holds: (peer: Peer) => Promise<boolean>, limit?: number): Promise<void> {
    return until(
      `every process ${what}`,
      async () => (await Promise.all(this.peers.map(holds))).every(Boolean),
      limit,
    );
  }

  allAre(state: string, limit?: number): Promise<void> {
    return this.agree(`is ${state}`, async (peer) => (await peer.ask('state')) === state, limit);
  }

  async tally(): Promise<Tally> {
    const add = (a: Tally, b: Tally): Tally => ({
      admitted: a.admitted + b.admitted,
      refused: a.refused + b.refused,
      probes: a.probes + b.probes,
      successes: a.successes + b.successes,
      failures: a.failures + b.failures,
      slowest: Math.max(a.slowest, b.slowest),
    });
    return (await this.each('tally')).reduce(add);
  }

  /** All changes of state, the oldest first. */
  async changes(): Promise<(Change & { readonly peer: number })[]> {
    const lists = await this.each('changes');
    return lists
      .flatMap((list, peer) => list.map((change) => ({ ...change, peer })))
      .sort((a, b) => a.at - b.at);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.peers.map((peer) => peer.kill()));
  }
}
