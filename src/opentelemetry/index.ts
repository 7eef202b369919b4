export type { CircuitSource } from '../telemetry/sources.js';
export { type ObserveOptions, observeCircuitBreakers } from './observeCircuitBreakers.js';
export { type TraceOptions, traceRefusals } from './traceRefusals.js';
