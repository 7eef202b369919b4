/**
 * A Redis or Valkey server, as far as circuits need one: a command, and where the client can, a channel and a word
 * when the connection is ready. `nodeRedis`, `ioredis`, `iovalkey` and `valkeyGlide` make one of a client.
 *
 * @example
 * ```ts
 * const store: SharedStore = {
 *   command: (words) => client.sendCommand([...words]),
 * };
 * ```
 */
export interface SharedStore {
  /**
   * Sends one command and answers with its reply. `key` is one of the command's keys: a client of a cluster finds the
   * node by it.
   */
  command(words: readonly string[], key: string): Promise<unknown>;
  /**
   * Listens to a channel until the function that comes back is called. Without `subscribe` news of the fleet arrives
   * with the next heartbeat.
   */
  subscribe?(channel: string, listener: (message: string) => void): Promise<() => unknown>;
  /** Calls `listener` whenever the connection is ready again, until the function that comes back is called. */
  onReady?(listener: () => void): () => void;
}
