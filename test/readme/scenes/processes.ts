import * as redis from 'redis';
import { vi } from 'vitest';
import { circuitBreaker } from '../../../src/index.ts';
import { RedisServer } from '../../redis/fleet/server.ts';
import { until } from '../../redis/fleet/until.ts';
import type { Scenes } from '../scene.ts';

/** What the snippets about several processes do. */
export const processes: Scenes = {
  async 'When it matters'({ play }) {
    await play();
  },

  async 'Redis and Valkey'({ play }) {
    vi.useRealTimers(); // the server is a real one
    await using server = await RedisServer.start();
    const createClient = () => redis.createClient({ socket: { port: server.port } });
    const payments = circuitBreaker({ name: 'payments' });
    const { client, subscriber, sharing } = await play({ payments }, 0, {
      redis: { createClient },
    });
    await until('the process is in touch with the store', async () => sharing.snapshot().inTouch);
    sharing.unsubscribe();
    client.destroy();
    subscriber.destroy();
  },
};
