import { type Observable, of } from 'rxjs';
import { expect, vi } from 'vitest';
import { CircuitOpenError, circuitBreaker } from '../../../src/index.ts';
import { down, type Scenes } from '../scene.ts';
import { guardedApp } from './angular.ts';

/** What the snippets of README.md do. */
export const front: Scenes = {
  async 'rxjs-circuit-breaker'({ play, printed }) {
    const fetch = vi.fn(async () => new Response('{ "name": "Ada" }'));
    vi.stubGlobal('fetch', fetch);
    const { users, getUser } = await play();
    expect(fetch).toHaveBeenCalledWith('https://users.example/1', expect.anything());
    expect(printed).toEqual(['Ada']);

    fetch.mockImplementation(async () => new Response('', { status: 503 }));
    const told: unknown[] = [];
    const call = () => getUser(2).subscribe({ error: (error: unknown) => told.push(error) });
    for (let i = 0; i < 9; i++) call();
    await vi.advanceTimersByTimeAsync(100);
    expect(users.state).toBe('open');
    expect(told.map(String)).toEqual(Array(9).fill('Error: HTTP 503'));
    call();
    expect(fetch).toHaveBeenCalledTimes(10);
    expect(told.at(-1)).toBeInstanceOf(CircuitOpenError);
  },

  async 'A first breaker'({ play }) {
    const source = vi.fn(() => down);
    const wrong = await play({ http: { get: source } });
    for (let i = 0; i < 50; i++) wrong['getUser'](i).subscribe({ error: () => {} });
    expect(source, 'made anew per call, it never trips').toHaveBeenCalledTimes(50);

    const { payments, pay } = await play({ http: { post: () => down } }, 1);
    for (let i = 0; i < 10; i++) pay({ item: 'tea' }).subscribe({ error: () => {} });
    expect(payments.retryAfter).toBe(5_000);
  },

  async Options({ play }) {
    await play();
  },

  async Errors({ play }) {
    const showMessage = vi.fn();
    const payments = circuitBreaker({ consecutiveFailureThreshold: 1, retryTimeout: 4_200 });
    const sources: Observable<{ id: number }>[] = [of({ id: 7 }), down, of({ id: 8 })];
    const pay = () => (sources.shift() as Observable<{ id: number }>).pipe(payments);
    for (let i = 0; i < 3; i++) await play({ pay, order: {}, showMessage });
    expect(showMessage.mock.calls.flat()).toEqual([
      'Paid, receipt 7',
      'The payment failed',
      'Try again in 5 seconds',
    ]);
  },

  async 'Watch and control'({ play }) {
    const showBanner = vi.fn();
    await play({ payments: circuitBreaker(), showBanner });
    expect(showBanner.mock.calls).toEqual([[false], [true], [false]]);
  },

  async Testing({ play }) {
    await play(); // throws if its claim does not hold
  },

  async Angular({ play }) {
    await guardedApp(play);
  },
};
