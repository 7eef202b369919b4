import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { until } from './until.ts';

/** Set `REDIS_SERVER` to the path of another server (`valkey-server`) to run all tests against that server. */
const BINARY = process.env['REDIS_SERVER'] ?? 'redis-server';

function isInstalled(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * The servers that a test of every kind of server runs on: Redis always, so that a machine without Redis fails, and
 * Valkey where the machine has Valkey. With `REDIS_SERVER` that server only.
 */
export const servers: readonly string[] =
  BINARY === 'redis-server' && isInstalled('valkey-server') ? [BINARY, 'valkey-server'] : [BINARY];

const running: Set<ChildProcess> = new Set();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A port of the loopback that nobody listens to. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}

/** A real server, started by the test, that keeps nothing on disk. */
export class RedisServer {
  readonly port: number;
  private readonly folder: string = mkdtempSync(join(tmpdir(), 'circuits-'));
  private readonly extra: readonly string[];
  private readonly binary: string;
  private child: ChildProcess | undefined;

  private constructor(port: number, extra: readonly string[], binary = BINARY) {
    this.port = port;
    this.extra = extra;
    this.binary = binary;
  }

  static async start(...extra: string[]): Promise<RedisServer> {
    return RedisServer.startOn(await freePort(), ...extra);
  }

  static async startOn(port: number, ...extra: string[]): Promise<RedisServer> {
    const server = new RedisServer(port, extra);
    await server.restart();
    return server;
  }

  /** Starts a server of a kind that `servers` lists. */
  static async startKind(binary: string, ...extra: string[]): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), extra, binary);
    await server.restart();
    return server;
  }

  /** Starts a Sentinel, the same program, that watches a primary as `fleet` and asks a second Sentinel to agree. */
  static async startSentinel(binary: string, primary: RedisServer): Promise<RedisServer> {
    const sentinel = new RedisServer(await freePort(), ['--sentinel'], binary);
    const config = [
      `port ${sentinel.port}`,
      'bind 127.0.0.1',
      `dir ${sentinel.folder}`,
      `sentinel monitor fleet 127.0.0.1 ${primary.port} 2`,
      'sentinel down-after-milliseconds fleet 500',
      'sentinel failover-timeout fleet 3000',
    ];
    writeFileSync(sentinel.config, config.join('\n'));
    await sentinel.restart();
    return sentinel;
  }

  private get config(): string {
    return join(this.folder, 'sentinel.conf');
  }

  /** The port of a cluster's bus. */
  get busPort(): number {
    return Number(this.extra[this.extra.indexOf('--cluster-port') + 1]);
  }

  /** Starts it again, empty, on the same port. */
  async restart(): Promise<void> {
    const own = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.folder];
    const nothingOnDisk = ['--save', '', '--appendonly', 'no'];
    const isSentinel = this.extra.includes('--sentinel');
    const always = isSentinel ? [this.config] : [...own, ...nothingOnDisk];
    const child = spawn(this.binary, [...always, ...this.extra], { stdio: 'ignore' });
    this.child = child;
    running.add(child);
    child.once('exit', () => running.delete(child));
    let failed: Error | undefined;
    child.once('error', (error) => {
      failed = error;
    });
    await until('the server listens', async () => {
      if (failed) throw failed;
      return (await this.ask('PING')).startsWith('+PONG');
    });
  }

  /** One command over a connection of its own. */
  ask(...words: string[]): Promise<string> {
    return ask(this.port, words);
  }

  freeze(): void {
    this.child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.child?.kill('SIGCONT');
  }

  kill(): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null)
      return Promise.resolve();
    return new Promise((resolve) => {
      child.once('exit', () => resolve());
      child.kill('SIGCONT');
      child.kill('SIGKILL');
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** One command to a server; the answer as it came, or an empty string without one. */
export function ask(port: number, words: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      const bulk = (word: string) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`;
      socket.write(`*${words.length}\r\n${words.map(bulk).join('')}`);
    });
    let answer = '';
    socket.setTimeout(2_000, () => socket.destroy());
    socket.on('data', (data) => {
      answer += String(data);
      if (answer.endsWith('\r\n')) socket.end();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answer));
  });
}

/** A wire to a server that a test can slow down, cut, or make swallow everything. */
export class Wire {
  port = 0;
  /** Milliseconds that each piece of data is late, in each direction. */
  delay = 0;
  /** Nothing gets through, and nobody is told. */
  swallows = false;
  /** The port that it leads to, for connections to come. */
  to: number;
  private readonly sockets: Set<Socket> = new Set();
  private readonly server: Server;

  private constructor(to: number) {
    this.to = to;
    this.server = createServer((client) => this.join(client));
  }

  static async start(to: number, delay = 0): Promise<Wire> {
    const wire = new Wire(to);
    wire.delay = delay;
    await new Promise<void>((resolve) => wire.server.listen(0, '127.0.0.1', resolve));
    wire.port = (wire.server.address() as { port: number }).port;
    return wire;
  }

  private join(client: Socket): void {
    const server = connect(this.to, '127.0.0.1');
    this.pass(client, server);
    this.pass(server, client);
  }

  private pass(from: Socket, to: Socket): void {
    this.sockets.add(from);
    from.setNoDelay(true);
    from.on('data', (data) => {
      if (this.swallows) return;
      if (this.delay === 0) to.write(data);
      else setTimeout(() => to.destroyed || to.write(data), this.delay);
    });
    from.on('error', () => undefined);
    from.on('close', () => {
      this.sockets.delete(from);
      to.destroy();
    });
  }

  /** Ends all connections at once. */
  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
