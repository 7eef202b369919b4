export { classifyUpstream } from './classifyUpstream.js';
export type { CircuitBreakerFeature } from './feature.js';
export { CircuitOpenFilter } from './filter.js';
export {
  CircuitBreakerHealthIndicator,
  type CircuitBreakerHealthOptions,
  type CircuitBreakerHealthResult,
} from './health.js';
export { CircuitBreakerModule, type CircuitBreakerModuleAsyncOptions } from './module.js';
export { type CircuitBreakerModuleOptions, CircuitBreakerRegistry } from './registry.js';
export { getCircuitBreakerToken, InjectCircuitBreaker } from './token.js';
export { type PromiseMethodDecorator, UseCircuitBreaker } from './useCircuitBreaker.js';
