export type { SharingSnapshot } from './circuit.js';
export {
  type IORedisClient,
  type IORedisSubscriber,
  ioredis,
  iovalkey,
  type NodeRedisClient,
  type NodeRedisCluster,
  type NodeRedisSentinel,
  type NodeRedisSubscriber,
  nodeRedis,
  type ValkeyGlideClient,
  valkeyGlide,
} from './clients.js';
export type { JointWindow } from './rules.js';
export { type CircuitSharing, type SharingOptions, shareCircuit } from './shareCircuit.js';
export { type CircuitsSharing, type SharedGroup, shareCircuits } from './shareCircuits.js';
export type { SharedStore } from './store.js';
