// A consumer's program, which the matrix compiles against the packed declarations. It is compiled, not run.
import { metrics, trace } from '@opentelemetry/api';
import type { Subscription } from 'rxjs';
import { circuitBreaker, circuitBreakers } from '../../src/index.ts';
import { observeCircuitBreakers, traceRefusals } from '../../src/opentelemetry/index.ts';

const payments = circuitBreaker({ name: 'payments' });
const hosts = circuitBreakers();
const meter = metrics.getMeter('shop');

export const observed: Subscription = observeCircuitBreakers({ payments, hosts }, { meter });
export const traced: Subscription = traceRefusals({ tracer: trace.getTracer('shop') });
