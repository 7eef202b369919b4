/**
 * A Redis or Valkey server for circuits: a command, and if the client can, a channel and an event for a connection that
 * is ready. `nodeRedis`, `ioredis`, `iovalkey` and `valkeyGlide` make a store of a client.
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
   * Sends a command and returns the reply. `key` is a key of the command, for the client of a cluster to find the
   * node.
   */
  command(words: readonly string[], key: string): Promise<unknown>;
  /**
   * Listens to a channel. Returns a function that ends the listening. Without `subscribe` news of the fleet arrives with
   * the next heartbeat.
   */
  subscribe?(channel: string, listener: (message: string) => void): Promise<() => unknown>;
  /** Calls `listener` each time the connection becomes ready. Returns a function that ends the calls. */
  onReady?(listener: () => void): () => void;
}
