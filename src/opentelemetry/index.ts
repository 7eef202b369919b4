export { type ObserveOptions, observeCircuitBreakers } from './observeCircuitBreakers.js';
export { type TraceOptions, traceRefusals } from './traceRefusals.js';
