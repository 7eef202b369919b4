import { of } from 'rxjs';
import { circuitBreaker, circuitBreakers } from '../../src/index.ts';
import { lognormal, poisson } from '../../src/lab/index.ts';

/** The names that examples take as given, for the type check. */
export const declarations = `
import type { Observable } from 'rxjs';
import type { CircuitBreaker, CircuitBreakers, CircuitBreakerOptions } from 'rxjs-circuit-breaker';
import type { Plan } from 'rxjs-circuit-breaker/lab';
import type { NodeRedisClient, NodeRedisSubscriber } from 'rxjs-circuit-breaker/redis';
import type { Redis } from 'ioredis';

declare global {
  interface Order { readonly id: string; readonly item: string }
  interface Receipt { readonly id: number }
  interface Rates { readonly EUR: number }
  interface User { readonly name: string }
  class OutOfStock extends Error {}
  class ConfigService { get<T = any>(path: string): T }

  const http: {
    get<T>(url: string): Observable<T>;
    post<T>(url: string, body: unknown): Observable<T>;
  };
  const payments: CircuitBreaker;
  const rates: CircuitBreaker;
  const users: CircuitBreaker;
  const hosts: CircuitBreakers;
  const order: Order;
  const paymentOptions: CircuitBreakerOptions;
  const text: string;
  function readFileSync(path: string, encoding: 'utf8'): string;
  function writeFileSync(path: string, text: string): void;
  const plan: Plan;
  const candidates: { readonly none: null; readonly defaults: CircuitBreakerOptions };
  const newSettings: CircuitBreakerOptions;
  const lines: Iterable<string>;
  function createInterface(options: { readonly input: unknown }): AsyncIterable<string>;
  function createReadStream(path: string): unknown;
  const log: (text: unknown) => void;
  const client: Redis & NodeRedisClient & { duplicate(): Redis };
  const subscriber: NodeRedisSubscriber;
  const it: (claim: string, test: () => void) => void;
  const socket: { send(message: string, done: (error?: Error) => void): void };
}
`;

const marbles = `
Five failures in a row are enough

  calls    -fffff-s
  source   -fffff--
  results  -xxxxx-o
  state    C----O--
`;

/** A line of an access log, in the combined format with the duration of the request. */
const access =
  '203.0.113.9 - - [10/Oct/2026:13:55:36 +0000] "GET / HTTP/1.1" 200 23 "-" "curl" 0.050';

/** A working service, and breakers for it. New for each example. */
const values = (): Record<string, unknown> => ({
  http: { get: () => of({ EUR: 0.9 }), post: () => of({ id: 1 }) },
  payments: circuitBreaker({ name: 'payments' }),
  rates: circuitBreaker({ name: 'rates' }),
  users: circuitBreaker({ name: 'users' }),
  hosts: circuitBreakers(),
  order: { id: 'order-1', item: 'tea' },
  paymentOptions: { consecutiveFailureThreshold: 5 },
  text: marbles,
  readFileSync: () => marbles,
  writeFileSync: () => {},
  plan: {
    traffic: poisson(5),
    service: { latency: lognormal({ p50: 20, p99: 100 }) },
    duration: 60_000,
  },
  candidates: { none: null, defaults: {} },
  newSettings: {},
  lines: [access],
  createInterface: () => [access],
  createReadStream: () => null,
  log: () => {},
  it: (_: string, test: () => void) => test(),
  socket: { send: (_: string, done: (error?: Error) => void) => done() },
  OutOfStock: class extends Error {},
  ConfigService: class {},
});

/** The values that an example takes as given: all but those that the example declares itself. */
export function valuesFor(code: string): Record<string, unknown> {
  const isGiven = ([name]: [string, unknown]) => !new RegExp(`^const ${name}\\b`, 'm').test(code);
  return Object.fromEntries(Object.entries(values()).filter(isGiven));
}

/** The network of the examples: every request gets an answer. */
export const answer = async (): Promise<Response> => new Response('{ "name": "Ada" }');
