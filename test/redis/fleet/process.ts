// One process of a fleet: a shared breaker, a client, and traffic that a test steers by messages.
import { Subscription } from 'rxjs';
import {
  type CircuitBreaker,
  type CircuitBreakerOptions,
  circuitBreaker,
} from 'rxjs-circuit-breaker';
import {
  type CircuitSharing,
  ioredis,
  iovalkey,
  nodeRedis,
  type SharedStore,
  type SharingOptions,
  shareCircuit,
  valkeyGlide,
} from 'rxjs-circuit-breaker/redis';

export type ClientName = 'redis' | 'redis5' | 'ioredis' | 'ioredis5' | 'iovalkey' | 'glide';

export interface Setup {
  readonly port: number;
  readonly client?: ClientName;
  /** Without a second connection news waits for the heartbeat. */
  readonly channel?: boolean;
  readonly cluster?: boolean;
  /** The ports of the Sentinels that know the primary as `fleet`; `port` is unused then. */
  readonly sentinels?: readonly number[];
  readonly user?: { readonly username: string; readonly password: string };
  readonly breaker?: CircuitBreakerOptions;
  /** Trips when the counts have so many failures. */
  readonly predicate?: number;
  readonly sharing?: Partial<Omit<SharingOptions, 'store'>>;
  /** Milliseconds that this process's clock is ahead. */
  readonly ahead?: number;
}

export interface Traffic {
  /** Calls a second. */
  readonly rate: number;
  /** The fraction of calls that fail. */
  readonly failing: number;
  /** Milliseconds that a call takes. */
  readonly takes?: number;
}

/** One change of state, with the instant in milliseconds, the same clock in all processes of a machine. */
export interface Change {
  readonly at: number;
  readonly to: string;
  readonly reason: string;
}

export interface Tally {
  readonly admitted: number;
  readonly refused: number;
  readonly probes: number;
  readonly successes: number;
  readonly failures: number;
  /** The longest that a call waited to be admitted or refused, in milliseconds. */
  readonly slowest: number;
}

const wallClock = Date.now.bind(Date);
const instant = () => performance.timeOrigin + performance.now();

let breaker: CircuitBreaker;
let sharing: CircuitSharing | undefined;
let store: SharedStore;
let disconnect: () => unknown = () => undefined;
const changes: Change[] = [];
/** The instants of the last failures. */
const failures: number[] = [];
let tally = {
  admitted: 0,
  refused: 0,
  probes: 0,
  successes: 0,
  failures: 0,
  slowest: 0,
};
let traffic: Traffic = { rate: 0, failing: 0 };
let owed = 0;
let last = performance.now();
let timer: NodeJS.Timeout | undefined;
const holds = new Subscription();
const pending: (() => void)[] = [];

/** The packages are asked for by name when they are needed: loading all of them takes a second. */
async function connect(setup: Setup): Promise<void> {
  const { port, client = 'ioredis', channel = true, user, cluster } = setup;
  const quiet = () => undefined;
  const sentinels = setup.sentinels?.map((each) => ({ host: '127.0.0.1', port: each }));
  if (sentinels && (client === 'redis' || client === 'redis5')) {
    const { createSentinel } = (await import(client)) as typeof import('redis');
    const one = createSentinel({ name: 'fleet', sentinelRootNodes: sentinels });
    one.on('error', quiet);
    await one.connect();
    store = nodeRedis(one, one);
    disconnect = () => one.destroy();
  } else if (client === 'redis' || client === 'redis5') {
    const { createClient, createCluster } = (await import(client)) as typeof import('redis');
    if (cluster) {
      const many = createCluster({ rootNodes: [{ url: `redis://127.0.0.1:${port}` }] });
      many.on('error', quiet);
      await many.connect();
      const one = createClient({ url: `redis://127.0.0.1:${port}` });
      one.on('error', quiet);
      if (channel) await one.connect();
      store = nodeRedis(many, channel ? one : undefined);
      disconnect = () => {
        many.destroy();
        if (channel) one.destroy();
      };
      return;
    }
    const reconnectStrategy = 20;
    const one = createClient({ socket: { port, host: '127.0.0.1', reconnectStrategy }, ...user });
    one.on('error', quiet);
    const two = one.duplicate();
    two.on('error', quiet);
    // without a server the client goes on trying, and the process with it
    void one.connect().catch(quiet);
    if (channel) void two.connect().catch(quiet);
    store = nodeRedis(one, channel ? two : undefined);
    disconnect = () => {
      one.destroy();
      if (channel) two.destroy();
    };
  } else if (client === 'glide') {
    const { GlideClient } = await import('@valkey/valkey-glide');
    const one = await GlideClient.createClient({ addresses: [{ host: '127.0.0.1', port }] });
    store = valkeyGlide(one);
    disconnect = () => one.close();
  } else {
    const { Redis, Cluster } = (await import(client)) as unknown as typeof import('ioredis');
    const options = { retryStrategy: () => 20, maxRetriesPerRequest: null, ...user };
    const where = sentinels ? { sentinels, name: 'fleet' } : { port, host: '127.0.0.1' };
    const one = cluster
      ? new Cluster([{ host: '127.0.0.1', port }])
      : new Redis({ ...where, ...options });
    const two = cluster
      ? new Redis({ port, host: '127.0.0.1' })
      : (one as InstanceType<typeof Redis>).duplicate();
    one.on('error', quiet);
    two.on('error', quiet);
    const adapt = client === 'iovalkey' ? iovalkey : ioredis;
    store = adapt(one, channel ? two : undefined);
    disconnect = () => {
      one.disconnect();
      two.disconnect();
    };
  }
}

function call(failing: boolean, takes: number): void {
  const before = performance.now();
  try {
    const permit = breaker.acquire();
    tally.admitted++;
    if (breaker.state === 'half-open') tally.probes++;
    const settle = () => {
      if (failing) {
        tally.failures++;
        failures.push(instant());
        permit.failure(new Error('down'));
      } else {
        tally.successes++;
        permit.success();
      }
    };
    if (takes === 0) settle();
    else if (takes < 0) pending.push(settle);
    else setTimeout(settle, takes);
  } catch {
    tally.refused++;
  }
  tally.slowest = Math.max(tally.slowest, performance.now() - before);
}

function drive(): void {
  const now = performance.now();
  owed += ((now - last) * traffic.rate) / 1_000;
  last = now;
  // of a process that was stopped nobody expects the calls of that time
  for (owed = Math.min(owed, 100); owed >= 1; owed--) {
    call(Math.random() < traffic.failing, traffic.takes ?? 0);
  }
}

/** A breaker that is shared like the one of this process, and that nobody listens to. */
function shared(): CircuitBreaker {
  const quiet = circuitBreaker({ name: 'quiet' });
  shareCircuit(quiet, { store });
  return quiet;
}

// a test that is gone must not leave its processes behind
const orphaned = (): never => process.exit();
process.on('disconnect', orphaned);

const methods = {
  async start(setup: Setup) {
    if (setup.ahead) Date.now = () => wallClock() + (setup.ahead ?? 0);
    const { predicate } = setup;
    breaker = circuitBreaker({
      name: 'service',
      ...setup.breaker,
      ...(predicate !== undefined && { tripWhen: ({ failures: count }) => count >= predicate }),
    });
    breaker.events$.subscribe((event) => {
      if (event.type !== 'state-change') return;
      changes.push({ at: instant(), to: event.to, reason: event.reason });
    });
    await connect(setup);
    sharing = shareCircuit(breaker, { store, ...setup.sharing });
  },
  traffic(given: Traffic) {
    traffic = given;
    last = performance.now();
    owed = Math.random(); // the processes do not march in step
    clearInterval(timer);
    if (given.rate > 0) timer = setInterval(drive, 1);
  },
  calls: (count: number, failing: boolean, takes = 0) => {
    for (let left = count; left > 0; left--) call(failing, takes);
  },
  /** Settles the calls that were made to take forever. */
  settle() {
    for (const settle of pending.splice(0)) settle();
  },
  state: () => breaker.state,
  snapshot: () => sharing?.snapshot(),
  left: () => breaker.retryAfter,
  changes: () => changes,
  tally: () => tally,
  failures: () => failures,
  clear() {
    changes.length = failures.length = 0;
    tally = {
      admitted: 0,
      refused: 0,
      probes: 0,
      successes: 0,
      failures: 0,
      slowest: 0,
    };
  },
  isolate: () => void holds.add(sharing?.isolate()),
  disable: () => void holds.add(sharing?.disable()),
  release: () => holds.unsubscribe(),
  reset: () => sharing?.reset(),
  resetOwn: () => breaker.reset(),
  configure: (options: CircuitBreakerOptions) => breaker.configure(options),
  trip: () => sharing?.trip(),
  /** Holds up everything in this process. */
  block(milliseconds: number) {
    const end = performance.now() + milliseconds;
    while (performance.now() < end);
  },
  leave: () => sharing?.unsubscribe(),
  /**
   * Nanoseconds of a call: with the shared breaker, with one that is not shared, and with a second one of those, in
   * turns. The quickest turns, for a busy machine only adds; the difference of the last two is noise.
   */
  async cost(turns: number): Promise<number[]> {
    const made = () => {
      const other = circuitBreaker({ name: 'service' });
      other.events$.subscribe().unsubscribe();
      return other;
    };
    const breakers = [shared(), made(), made()];
    const times: number[][] = [[], [], []];
    for (let turn = 0; turn < turns; turn++) {
      for (const [index, one] of breakers.entries()) {
        const start = performance.now();
        for (let left = 20_000; left > 0; left--) one.acquire().success();
        times[index]?.push((performance.now() - start) * 50);
      }
      await new Promise((done) => setTimeout(done, 1)); // heartbeats are part of the price
    }
    return times.map((it) => Math.min(...it));
  },
  /** What would keep the process alive after it has left. */
  async quit() {
    process.off('disconnect', orphaned);
    sharing?.unsubscribe();
    clearInterval(timer);
    await disconnect();
    setImmediate(() => process.disconnect?.()); // after the answer
  },
};

export type Methods = typeof methods;

process.on(
  'message',
  async ({ id, method, args }: { id: number; method: keyof Methods; args: never[] }) => {
    try {
      const value = await (methods[method] as (...args: never[]) => unknown)(...args);
      process.send?.({ id, value });
    } catch (error) {
      process.send?.({ id, error: String((error as Error)?.stack ?? error) });
    }
  },
);
