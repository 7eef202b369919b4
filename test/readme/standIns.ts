/** What the snippets of the README and of the manual take as given, for the type check. The tests give each its stand-in. */
export const standIns = `
import type { RequestListener } from 'node:http';
import type { Observable } from 'rxjs';
import type { CircuitBreaker, CircuitBreakerOptions, CircuitBreakers } from 'rxjs-circuit-breaker';

declare global {
  interface Order { readonly item: string }
  interface Receipt { readonly id: number }
  interface User { readonly name: string }
  interface Rates { readonly EUR: number }
  interface Settings { readonly theme: string }

  const http: {
    get<T>(url: string): Observable<T>;
    post<T>(url: string, body: unknown): Observable<T>;
  };
  const payments: CircuitBreaker;
  const app: { use(path: string, handler: RequestListener): void };
  const users: CircuitBreaker;
  const hosts: CircuitBreakers;
  const order: Order;
  const lastRates: Rates;
  function pay(order: Order): Observable<Receipt>;
  function read(response: Response): Promise<{ name: string }>;
  function showBanner(visible: boolean): void;
  function showMessage(text: string): void;
  function listen(url: string): Observable<number>;
  const paymentOptions: CircuitBreakerOptions;
  function it(name: string, test: () => void): void;
  function deepStrictEqual(actual: unknown, expected: unknown): void;
  const socket: { send(message: string, done: (error?: unknown) => void): void };
}
`;
