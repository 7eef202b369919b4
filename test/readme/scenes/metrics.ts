import { channel } from 'node:diagnostics_channel';
import { register } from 'prom-client';
import { of } from 'rxjs';
import { expect, vi } from 'vitest';
import { circuitBreaker, circuitBreakers } from '../../../src/index.ts';
import { down, type Scenes } from '../scene.ts';

/** What the snippets about metrics, the live page, logs and health do. */
export const metrics: Scenes = {
  async 'Metrics of Prometheus and OpenTelemetry'({ play }) {
    const [payments, hosts] = [circuitBreaker(), circuitBreakers()];
    await play({ payments, hosts });
    expect(await register.metrics()).toContain('circuit_breaker_calls_total{name="hosts"');
    register.clear();
    await play({ payments, hosts }, 1);
    expect(channel('rxjs-circuit-breaker:rejected').hasSubscribers).toBe(true);
  },

  async 'A live page'({ play }) {
    const use = vi.fn();
    const given = { payments: circuitBreaker(), hosts: circuitBreakers(), app: { use } };
    const { page } = await play(given);
    expect(use).toHaveBeenCalledExactlyOnceWith('/breakers', expect.any(Function));
    expect((await page(new Request('http://localhost/breakers/'))).status).toBe(200);
  },

  async 'Log lines worth having'({ play }) {
    await play();
    const payments = circuitBreaker({ name: 'payments', minimumCalls: 10, retryTimeout: 5_000 });
    for (let i = 0; i < 10; i++)
      (i % 2 ? down : of(1)).pipe(payments).subscribe({ error: () => {} });
    payments.state$.subscribe();
    await vi.advanceTimersByTimeAsync(5_000);
  },

  async 'A health endpoint that says why and since when'({ play }) {
    const payments = circuitBreaker({ consecutiveFailureThreshold: 1 });
    const { health } = await play({ payments });
    expect(health()).toEqual({ status: 'up', payments: 'closed' });
    const since = new Date().toISOString();
    down.pipe(payments).subscribe({ error: () => {} });
    await vi.advanceTimersByTimeAsync(300);
    expect(health()).toEqual({
      status: 'degraded',
      payments: 'open',
      reason: 'consecutive-failures',
      since,
    });
  },

  async 'Metrics by hand'({ play }) {
    const { payments, lines } = await play();
    of(1).pipe(payments).subscribe();
    down.pipe(payments).subscribe({ error: () => {} });
    payments.isolate();
    of(1)
      .pipe(payments)
      .subscribe({ error: () => {} });
    expect(lines().split('\n')).toEqual([
      'circuit_calls_total{circuit="payments",outcome="success"} 1',
      'circuit_calls_total{circuit="payments",outcome="failure"} 1',
      'circuit_calls_total{circuit="payments",outcome="rejected"} 1',
      'circuit_slow_calls_total{circuit="payments"} 0',
    ]);
  },
};
