import { NEVER, Observable, of, Subject, throwError } from 'rxjs';
import { expect, vi } from 'vitest';
import {
  type CircuitBreaker,
  CircuitOpenError,
  circuitBreaker,
  circuitBreakers,
} from '../../../src/index.ts';
import { down, outage, type Scenes } from '../scene.ts';

/** What the snippets of the recipes do. */
export const recipes: Scenes = {
  async 'Retry, but wait while the circuit is open'({ play }) {
    const payments = circuitBreaker({ consecutiveFailureThreshold: 2, retryTimeout: 5_000 });
    const calls: number[] = [];
    const began = Date.now();
    const pay = () =>
      new Observable<{ id: number }>((subscriber) => {
        calls.push(Date.now() - began);
        (calls.length < 3 ? down : of({ id: 7 })).subscribe(subscriber);
      }).pipe(payments);
    const showMessage = vi.fn();
    await play({ payments, pay, order: {}, showMessage });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(calls).toEqual([0, 200, 5_200]); // the last one when the open time was over
    expect(showMessage).toHaveBeenCalledWith('Paid, receipt 7');

    payments.isolate();
    const again = play({ payments, pay, order: {}, showMessage });
    await expect(again, 'an isolated breaker is not waited for').rejects.toThrow('is isolated');
    expect(calls).toHaveLength(3);
  },

  async 'Fall back'({ play }) {
    const { rates, getRates } = await play({ http: { get: () => down }, lastRates: { EUR: 1 } });
    const told: unknown[] = [];
    for (let i = 0; i < 11; i++) {
      getRates().subscribe({ next: told.push.bind(told), error: told.push.bind(told) });
    }
    expect(rates.state).toBe('open');
    expect(told).toEqual([...Array(6).fill(outage), ...Array(5).fill({ EUR: 1 })]);
  },

  async 'One breaker for each dependency'({ play }) {
    const get = (url: string) => (url.includes('slow') ? down : of('well'));
    const { hosts, load } = await play({ http: { get } });
    for (let i = 0; i < 10; i++) {
      load('https://slow.example/a').subscribe({ error: () => {} });
      load('https://fast.example/a').subscribe();
    }
    expect(hosts.get('slow.example').state).toBe('open');
    expect(hosts.get('fast.example').state).toBe('closed');

    const group = circuitBreakers();
    const { charge } = await play({ hosts: group, http: { post: () => down } }, 1);
    expect([...group.keys()]).toEqual(['payments.example']);
    for (let i = 0; i < 12; i++) charge({ item: 'tea' }).subscribe({ error: () => {} });
    expect(group.get('payments.example').state).toBe('open');
  },

  async 'Time out before the breaker'({ play }) {
    const { search, find } = await play({ http: { get: () => NEVER } });
    for (let i = 0; i < 10; i++) find('tea').subscribe({ error: () => {} });
    await vi.advanceTimersByTimeAsync(2_000);
    expect(search.state).toBe('open');
  },

  async 'Share after the breaker'({ play }) {
    const answer = new Subject<object>();
    const { settings, settings$ } = await play({ http: { get: () => answer } });
    const told: unknown[] = [];
    for (let i = 0; i < 3; i++) settings$.subscribe((value: unknown) => told.push(value));
    answer.next({ theme: 'dark' });
    answer.complete();
    expect(told).toHaveLength(3);
    expect(settings.snapshot().counts.calls).toBe(1);
  },

  async Promises({ play }) {
    const users = circuitBreaker();
    const signals: unknown[] = [];
    const fetch = async (_url: string, init: RequestInit) => {
      signals.push(init.signal);
      return new Response('{ "name": "Ada" }');
    };
    await play({ users, fetch, read: (response: Response) => response.json() });
    expect(signals).toEqual([expect.any(AbortSignal)]);
    expect(users.snapshot().counts.successes).toBe(1);
  },

  async 'Calls that are no Observables'({ play }) {
    const payments = circuitBreaker({ consecutiveFailureThreshold: 1 });
    const answers = [undefined, outage];
    const socket = { send: (_: string, done: (error?: unknown) => void) => done(answers.shift()) };
    const { send } = await play({ payments, socket });
    const told: unknown[] = [];
    for (let i = 0; i < 3; i++) send('hello', (error?: unknown) => told.push(error));
    expect(told).toEqual([undefined, outage, expect.any(CircuitOpenError)]);
    expect(payments.snapshot().counts.inFlight).toBe(0);
  },

  async 'Errors that are no failures'({ play }) {
    const { catalogue } = await play();
    const call = (status: number) =>
      throwError(() => ({ status }))
        .pipe(catalogue as CircuitBreaker)
        .subscribe({ error: () => {} });
    for (let i = 0; i < 20; i++) call(404);
    expect(catalogue.snapshot().counts).toMatchObject({ calls: 0, ignored: 20 });
    for (let i = 0; i < 10; i++) call([500, 503, 429, 0][i % 4] as number);
    expect(catalogue.state).toBe('open');
    await vi.advanceTimersByTimeAsync(1_000);
    call(404);
    expect(catalogue.state).toBe('closed');
  },

  async 'Calls that are judged in their own way'({ play }) {
    const payments = circuitBreaker();
    const { report } = await play({ payments, http: { get: () => of('well') } });
    payments.trip();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(payments.state).toBe('half-open');
    const told: unknown[] = [];
    report().subscribe({ error: (error: unknown) => told.push(error) });
    expect(told).toEqual([expect.any(CircuitOpenError)]);
  },

  async 'Trip rules of your own'({ play }) {
    const { reports } = await play();
    for (let i = 0; i < 5; i++) down.pipe(reports).subscribe({ error: () => {} });
    expect(reports.state).toBe('open');
  },

  async 'Open times that grow, or that the server sets'({ play }) {
    const { orders } = await play();
    const fail = (error: object) => {
      throwError(() => error)
        .pipe(orders as CircuitBreaker)
        .subscribe({ error: () => {} });
    };
    const times: number[] = [];
    for (let attempt = 0; attempt < 3; attempt++) {
      for (let i = 0; i < 10; i++) fail(outage);
      times.push(orders.retryAfter);
      await vi.advanceTimersByTimeAsync(Math.ceil(orders.retryAfter));
    }
    for (const [attempt, time] of times.entries()) {
      expect(time / (1_000 * 2 ** attempt)).toBeCloseTo(1, 0);
      expect(Math.abs(time / (1_000 * 2 ** attempt) - 1)).toBeLessThanOrEqual(0.2);
    }
    fail({ response: { headers: { 'retry-after': '17' } } });
    expect(orders.retryAfter).toBe(17_000);
  },

  async 'Endless streams'({ play }) {
    const answer = new Subject<number>();
    const { prices, prices$ } = await play({ listen: () => answer });
    prices$.subscribe();
    answer.next(1);
    expect(prices.snapshot().counts).toMatchObject({ successes: 1, inFlight: 0 });
  },

  async 'Keep the state over a restart'({ play }) {
    const stored = new Map<string, string>();
    const sessionStorage = {
      getItem: (key: string) => stored.get(key) ?? null,
      setItem: (key: string, value: string) => stored.set(key, value),
    };
    const leaving: (() => void)[] = [];
    const addEventListener = (_: string, listener: () => void) => leaving.push(listener);
    const { payments } = await play({ sessionStorage, addEventListener });
    for (let i = 0; i < 10; i++) down.pipe(payments).subscribe({ error: () => {} });
    for (const listener of leaving) listener();
    const after = await play({ sessionStorage, addEventListener });
    expect(after['payments'].state).toBe('open');
    expect(after['payments'].retryAfter).toBe(1_000);
  },
};
