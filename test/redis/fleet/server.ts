import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './until.ts';

/** Set `REDIS_SERVER` to the path of another server (`valkey-server`) to run the tests against it. */
const BINARY = process.env['REDIS_SERVER'] ?? 'redis-server';

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
  private child: ChildProcess | undefined;

  private constructor(port: number, extra: readonly string[]) {
    this.port = port;
    this.extra = extra;
  }

  static async start(...extra: string[]): Promise<RedisServer> {
    return RedisServer.startOn(await freePort(), ...extra);
  }

  static async startOn(port: number, ...extra: string[]): Promise<RedisServer> {
    const server = new RedisServer(port, extra);
    await server.restart();
    return server;
  }

  /** The port of a cluster's bus. */
  get busPort(): number {
    return Number(this.extra[this.extra.indexOf('--cluster-port') + 1]);
  }

  /** Starts it again, empty, on the same port. */
  async restart(): Promise<void> {
    const always = [
      '--port',
      String(this.port),
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--dir',
      this.folder,
    ];
    const child = spawn(BINARY, [...always, '--appendonly', 'no', ...this.extra], {
      stdio: 'ignore',
    });
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
