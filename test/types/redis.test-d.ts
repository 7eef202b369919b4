import { GlideClient, GlideClusterClient } from '@valkey/valkey-glide';
import { Cluster, Redis } from 'ioredis';
import { Cluster as Cluster5, Redis as Redis5 } from 'ioredis5';
import { Redis as Valkey, Cluster as ValkeyCluster } from 'iovalkey';
import { createClient, createCluster, createSentinel } from 'redis';
import { createClient as createClient5, createCluster as createCluster5 } from 'redis5';
import type { Subscription } from 'rxjs';
import { expectTypeOf, test } from 'vitest';
import { circuitBreaker, circuitBreakers } from '../../src/index.ts';
import {
  type CircuitSharing,
  type CircuitsSharing,
  type IORedisClient,
  type IORedisSubscriber,
  ioredis,
  iovalkey,
  type JointWindow,
  type NodeRedisClient,
  type NodeRedisCluster,
  type NodeRedisSentinel,
  type NodeRedisSubscriber,
  nodeRedis,
  type SharedGroup,
  type SharedStore,
  type SharingOptions,
  type SharingSnapshot,
  shareCircuit,
  shareCircuits,
  type ValkeyGlideClient,
  valkeyGlide,
} from '../../src/redis/index.ts';

test('every supported client makes a store as it is', async () => {
  const client = createClient();
  expectTypeOf(nodeRedis(client, client.duplicate())).toEqualTypeOf<SharedStore>();
  expectTypeOf(nodeRedis(createCluster({ rootNodes: [] }))).toEqualTypeOf<SharedStore>();
  const sentinel = createSentinel({ name: 'primary', sentinelRootNodes: [] });
  expectTypeOf(nodeRedis(sentinel)).toEqualTypeOf<SharedStore>();
  expectTypeOf(sentinel).toExtend<NodeRedisSentinel>();
  expectTypeOf(nodeRedis(sentinel, sentinel)).toEqualTypeOf<SharedStore>();
  const five = createClient5();
  expectTypeOf(nodeRedis(five, five.duplicate())).toEqualTypeOf<SharedStore>();
  expectTypeOf(nodeRedis(createCluster5({ rootNodes: [] }))).toEqualTypeOf<SharedStore>();
  for (const one of [new Redis(), new Redis5()]) {
    expectTypeOf(ioredis(one, one.duplicate())).toEqualTypeOf<SharedStore>();
  }
  expectTypeOf(ioredis(new Cluster([]), new Redis())).toEqualTypeOf<SharedStore>();
  expectTypeOf(ioredis(new Cluster5([]))).toEqualTypeOf<SharedStore>();
  const valkey = new Valkey();
  expectTypeOf(iovalkey(valkey, valkey.duplicate())).toEqualTypeOf<SharedStore>();
  expectTypeOf(iovalkey(new ValkeyCluster([]))).toEqualTypeOf<SharedStore>();
  const addresses = { addresses: [] };
  expectTypeOf(valkeyGlide(await GlideClient.createClient(addresses))).toEqualTypeOf<SharedStore>();
  expectTypeOf(
    valkeyGlide(await GlideClusterClient.createClient(addresses)),
  ).toEqualTypeOf<SharedStore>();
});

test('the clients are named by what they can do', () => {
  expectTypeOf(createClient()).toExtend<NodeRedisClient & NodeRedisSubscriber>();
  expectTypeOf(createCluster({ rootNodes: [] })).toExtend<NodeRedisCluster>();
  expectTypeOf<Redis>().toExtend<IORedisClient & IORedisSubscriber>();
  expectTypeOf<GlideClient>().toExtend<ValkeyGlideClient>();
});

test('a sharing is a subscription, with a hand on the fleet', () => {
  const store: SharedStore = { command: async () => null };
  const sharing = shareCircuit(circuitBreaker(), { store });
  expectTypeOf(sharing).toEqualTypeOf<CircuitSharing>();
  expectTypeOf(sharing).toExtend<Subscription>();
  expectTypeOf(sharing.isolate()).toEqualTypeOf<Subscription>();
  expectTypeOf(sharing.disable()).toEqualTypeOf<Subscription>();
  expectTypeOf(sharing.snapshot()).toEqualTypeOf<SharingSnapshot>();
  expectTypeOf(sharing.reset).returns.toBeVoid();
  expectTypeOf(sharing.trip).parameters.toEqualTypeOf<[error?: unknown]>();
});

test('a group is shared by key', () => {
  const store: SharedStore = { command: async () => null };
  const group = circuitBreakers();
  expectTypeOf(group).toExtend<SharedGroup>();
  const sharing = shareCircuits(group, { store, prefix: 'hosts' });
  expectTypeOf(sharing).toEqualTypeOf<CircuitsSharing>();
  expectTypeOf(sharing.of('a')).toEqualTypeOf<CircuitSharing | undefined>();
  expectTypeOf(sharing.snapshot()).toEqualTypeOf<Record<string, SharingSnapshot>>();
});

test('a store is needed, and a window is a duration', () => {
  expectTypeOf<{ prefix: string }>().not.toExtend<SharingOptions>();
  expectTypeOf<JointWindow>().toEqualTypeOf<
    number | { readonly duration: number; readonly buckets?: number }
  >();
});
