import { of } from 'rxjs';
import { circuitBreaker, circuitBreakers } from '../../src/index.ts';

/** The names that examples take as given, for the type check. */
export const declarations = `
import type { Observable } from 'rxjs';
import type { CircuitBreaker, CircuitBreakers, CircuitBreakerOptions } from 'rxjs-circuit-breaker';

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
