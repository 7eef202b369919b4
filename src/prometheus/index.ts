export type { CircuitSource } from '../telemetry/sources.js';
export { type CollectOptions, collectCircuitBreakers } from './collectCircuitBreakers.js';
export type { MetricRegistry } from './registry.js';
