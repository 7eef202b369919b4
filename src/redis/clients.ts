import { ensure } from '../core/index.js';
import type { SharedStore } from './store.js';

/** The common part of the clients: an event `ready`. */
interface Emitter {
  on(event: 'ready', listener: () => void): unknown;
  off(event: 'ready', listener: () => void): unknown;
}

/**
 * A client of the package `redis` (5 or 6), of one server.
 *
 * @example
 * ```ts
 * const client: NodeRedisClient = await createClient().on('error', log).connect();
 * ```
 */
export interface NodeRedisClient extends Emitter {
  sendCommand(words: string[]): Promise<unknown>;
}

/**
 * A Sentinel client of the package `redis` (5 or 6).
 *
 * @example
 * ```ts
 * const sentinelRootNodes = [{ host: 'localhost', port: 26379 }];
 * const sentinel = await createSentinel({ name: 'primary', sentinelRootNodes }).on('error', log).connect();
 * const store = nodeRedis(sentinel, sentinel);
 * ```
 */
export interface NodeRedisSentinel extends Emitter {
  getSentinelNode(): unknown;
  sendCommand(isReadonly: boolean, words: string[]): Promise<unknown>;
}

/**
 * A cluster client of the package `redis` (5 or 6).
 *
 * @example
 * ```ts
 * const rootNodes = [{ url: 'redis://localhost:7000' }];
 * const cluster: NodeRedisCluster = await createCluster({ rootNodes }).on('error', log).connect();
 * ```
 */
export interface NodeRedisCluster extends Emitter {
  readonly masters: unknown;
  sendCommand(key: string, isReadonly: boolean, words: string[]): Promise<unknown>;
}

/**
 * A client of the package `redis` for the channel: a second client, `client.duplicate()`, or the Sentinel client itself.
 *
 * @example
 * ```ts
 * const subscriber: NodeRedisSubscriber = await createClient().on('error', log).connect();
 * ```
 */
export interface NodeRedisSubscriber {
  subscribe(channel: string, listener: (message: string) => void): Promise<unknown>;
  unsubscribe(channel: string, listener: (message: unknown) => void): Promise<unknown>;
}

/**
 * A client of `ioredis` (5 or 6) or `iovalkey`: of one server, of Sentinel, or of a cluster.
 *
 * @example
 * ```ts
 * const client: IORedisClient = new Redis({ sentinels: [{ host: 'localhost', port: 26379 }], name: 'primary' });
 * ```
 */
export interface IORedisClient extends Emitter {
  call(command: string, ...words: string[]): Promise<unknown>;
}

/**
 * A second client of `ioredis` or `iovalkey` for the channel, with its own connection.
 *
 * @example
 * ```ts
 * const subscriber: IORedisSubscriber = client.duplicate();
 * ```
 */
export interface IORedisSubscriber {
  on(event: 'message', listener: (channel: string, message: string) => void): unknown;
  off(event: 'message', listener: (channel: string, message: string) => void): unknown;
  subscribe(channel: string): Promise<unknown>;
  unsubscribe(channel: string): Promise<unknown>;
}

/**
 * A client of `@valkey/valkey-glide`: of one server or of a cluster.
 *
 * @example
 * ```ts
 * const client: ValkeyGlideClient = await GlideClient.createClient({ addresses: [{ host: 'localhost' }] });
 * ```
 */
export interface ValkeyGlideClient {
  customCommand(words: string[], options?: object): Promise<unknown>;
}

function ensureClient(subject: string, client: unknown, ...methods: string[]): void {
  const missing = methods.find((name) => typeof Object(client)[name] !== 'function');
  const words = `a client with ${methods.map((name) => `${name}()`).join(' and ')}`;
  ensure(subject, missing === undefined ? client : null, [
    words,
    () => true,
    typeof client as 'object',
  ]);
}

function readiness(client: Emitter): NonNullable<SharedStore['onReady']> {
  return (listener) => {
    client.on('ready', listener);
    return () => client.off('ready', listener);
  };
}

/**
 * Makes a store for `shareCircuit` of a connected client of the package `redis`, version 5 or 6: of one server, of
 * Sentinel, or of a cluster.
 *
 * @param client Sends the commands. Listen to the `error` events of the client: Node ends a process with an unheard
 * `error` event.
 * @param subscriber A second connected client for the channel: `client.duplicate()`, or the Sentinel client itself.
 * Without a subscriber news arrives with the next heartbeat.
 * @throws RangeError or TypeError for a client without `sendCommand`, `on` and `off`.
 *
 * @example
 * ```ts
 * const client = await createClient().on('error', log).connect();
 * const store = nodeRedis(client, await client.duplicate().on('error', log).connect());
 * ```
 */
export function nodeRedis(
  client: NodeRedisClient | NodeRedisSentinel | NodeRedisCluster,
  subscriber?: NodeRedisSubscriber,
): SharedStore {
  ensureClient('nodeRedis client', client, 'sendCommand', 'on', 'off');
  if (subscriber) ensureClient('nodeRedis subscriber', subscriber, 'subscribe', 'unsubscribe');
  return {
    command(words, key) {
      if ('masters' in client) return client.sendCommand(key, false, [...words]);
      if ('getSentinelNode' in client) return client.sendCommand(false, [...words]);
      return client.sendCommand([...words]);
    },
    onReady: readiness(client),
    ...(subscriber && {
      async subscribe(channel: string, listener: (message: string) => void) {
        const hear = (message: unknown) => listener(String(message));
        await subscriber.subscribe(channel, hear);
        return () => subscriber.unsubscribe(channel, hear);
      },
    }),
  };
}

/**
 * Makes a store for `shareCircuit` of a client of `ioredis`, version 5 or 6: of one server, of Sentinel, or a `Cluster`.
 *
 * @param client Sends the commands.
 * @param subscriber A second client for the channel, `client.duplicate()`. Without a subscriber news arrives with the
 * next heartbeat.
 * @throws RangeError or TypeError for a client without `call`, `on` and `off`.
 *
 * @example
 * ```ts
 * const client = new Redis();
 * const store = ioredis(client, client.duplicate());
 * ```
 */
export function ioredis(client: IORedisClient, subscriber?: IORedisSubscriber): SharedStore {
  ensureClient('ioredis client', client, 'call', 'on', 'off');
  if (subscriber) ensureClient('ioredis subscriber', subscriber, 'subscribe', 'unsubscribe', 'on');
  return {
    command: ([command, ...words]) => client.call(command as string, ...words),
    onReady: readiness(client),
    ...(subscriber && {
      async subscribe(channel: string, listener: (message: string) => void) {
        const hear = (from: string, message: string) => {
          if (from === channel) listener(message);
        };
        subscriber.on('message', hear);
        await subscriber.subscribe(channel);
        return () => {
          subscriber.off('message', hear);
          return subscriber.unsubscribe(channel);
        };
      },
    }),
  };
}

/**
 * Makes a store for `shareCircuit` of a client of `iovalkey`, with the parameters of `ioredis`.
 *
 * @example
 * ```ts
 * const client = new Valkey();
 * const store = iovalkey(client, client.duplicate());
 * ```
 */
export const iovalkey: typeof ioredis = ioredis;

/**
 * Makes a store for `shareCircuit` of a client of `@valkey/valkey-glide`: of one server or of a cluster. GLIDE takes
 * channels at the creation of a client only, so news arrives with the next heartbeat.
 *
 * @throws RangeError or TypeError for a client without `customCommand`.
 *
 * @example
 * ```ts
 * const store = valkeyGlide(await GlideClient.createClient({ addresses: [{ host: 'localhost' }] }));
 * ```
 */
export function valkeyGlide(client: ValkeyGlideClient): SharedStore {
  ensureClient('valkeyGlide client', client, 'customCommand');
  return {
    command: (words) => client.customCommand([...words]),
  };
}
