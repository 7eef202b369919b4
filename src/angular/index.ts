export {
  classifyHttp,
  type HttpClassifier,
  type HttpVerdict,
} from './classify.js';
export {
  CIRCUIT_BYPASS,
  CIRCUIT_CLASSIFY,
  CIRCUIT_FALLBACK,
  CIRCUIT_KEY,
  CIRCUIT_PROBE,
} from './context.js';
export { type Circuit, injectCircuit } from './injectCircuit.js';
export { type CircuitBreakerInterceptorOptions, circuitBreakerInterceptor } from './interceptor.js';
export {
  injectCircuitBreakers,
  type ProvideCircuitBreakersOptions,
  provideCircuitBreakers,
  type RetryAfterLimits,
} from './provide.js';
