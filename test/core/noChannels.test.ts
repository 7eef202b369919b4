import { expect, it, vi } from 'vitest';
import { boom, events, fail } from '../rxjs/calls.ts';
import { HandClock } from '../rxjs/handClock.ts';

it('a platform without diagnostics channels has breakers all the same', async () => {
  vi.resetModules();
  vi.stubGlobal('process', { ...process, getBuiltinModule: undefined });
  try {
    const fresh = await import('../../src/index.ts');
    const breaker = fresh.circuitBreaker({ retryTimeout: 100, scheduler: new HandClock() });
    const told = events(breaker);
    breaker.trip(boom);
    fail(breaker);
    breaker.reset();
    expect(told.map(({ type }) => type)).toEqual([
      'state-change',
      'rejected',
      'state-change',
      'reset',
    ]);
    const unheard = fresh.circuitBreaker({ scheduler: new HandClock() });
    unheard.trip();
    fail(unheard);
    expect(unheard.state).toBe('open');
  } finally {
    vi.unstubAllGlobals();
    vi.resetModules();
  }
});
