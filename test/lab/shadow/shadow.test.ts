import { VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import {
  type CircuitBreaker,
  type CircuitBreakerOptions,
  circuitBreaker,
  isCircuitOpenError,
  type Permit,
} from '../../../src/index.ts';
import { type Shadow, type ShadowChange, shadow, toJSON, toTable } from '../../../src/lab/index.ts';
import fc from '../../fastCheck.ts';

interface Call {
  readonly at: number;
  readonly took: number;
  readonly outcome: 'success' | 'failure' | 'ignored' | 'cancelled';
}

/** Plays calls at their instants through a breaker. */
function traffic(
  breaker: CircuitBreaker,
  scheduler: VirtualTimeScheduler,
  calls: readonly Call[],
): void {
  const end = {
    success: 'success',
    failure: 'failure',
    ignored: 'ignore',
    cancelled: 'cancel',
  } as const;
  for (const { at, took, outcome } of calls) {
    scheduler.schedule(() => {
      let permit: Permit;
      try {
        permit = breaker.acquire();
      } catch (refusal) {
        if (isCircuitOpenError(refusal)) return;
        throw refusal;
      }
      scheduler.schedule(() => permit[end[outcome]](), took);
    }, at);
  }
}

/** The states of a breaker that really has the options, on the same calls. */
function really(options: CircuitBreakerOptions, calls: readonly Call[]): [number, string][] {
  const scheduler = new VirtualTimeScheduler();
  const states: [number, string][] = [];
  const breaker = circuitBreaker({ ...options, scheduler });
  breaker.events$.subscribe((event) => {
    if (event.type === 'state-change') states.push([scheduler.now(), event.to]);
  });
  traffic(breaker, scheduler, calls);
  scheduler.flush();
  return states;
}

function shadowed(
  options: CircuitBreakerOptions,
  calls: readonly Call[],
): { trial: Shadow; changes: ShadowChange[] } {
  const scheduler = new VirtualTimeScheduler();
  const breaker = circuitBreaker({ tripWhen: () => false, scheduler }); // never refuses: all outcomes are known
  const trial = shadow(breaker, options, { scheduler, lag: 1_000 });
  const changes: ShadowChange[] = [];
  trial.changes$.subscribe((change) => changes.push(change));
  traffic(breaker, scheduler, calls);
  scheduler.schedule(() => trial.report(), 1_000_000);
  scheduler.flush();
  return { trial, changes };
}

const settings: CircuitBreakerOptions[] = [
  { consecutiveFailureThreshold: 3, retryTimeout: 200 },
  { failureRateThreshold: 0.5, minimumCalls: 4, rollingWindow: 500, retryTimeout: 300 },
  { slowCallDuration: 100, slowCallRateThreshold: 0.5, minimumCalls: 3, retryTimeout: 250 },
  { excessFailureThreshold: 3, excessDuration: 100, slowCallDuration: 200, retryTimeout: 200 },
];

describe('a shadow', () => {
  it('changes its state at the instants at which a real breaker would', () => {
    const call = fc.record({
      at: fc.integer({ min: 1, max: 4_000 }),
      took: fc.integer({ min: 0, max: 600 }),
      outcome: fc.constantFrom(
        'success',
        'failure',
        'failure',
        'ignored',
        'cancelled',
      ) as fc.Arbitrary<Call['outcome']>,
    });
    fc.assert(
      fc.property(
        fc.array(call, { maxLength: 60 }),
        fc.constantFrom(...settings),
        (calls, options) => {
          // one call an instant: RxJS and the lab may order calls of one instant in different ways
          const taken = new Set<number>();
          const apart = calls.filter(({ at, took }) => {
            if (taken.has(at) || taken.has(at + took)) return false;
            taken.add(at).add(at + took);
            return true;
          });
          const { changes } = shadowed(options, apart);
          expect(changes.map(({ at, to }) => [at, to])).toEqual(really(options, apart));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('reports what it would have refused, rightly and in vain', () => {
    const calls: Call[] = Array.from({ length: 40 }, (_, n) => ({
      at: 100 + n * 10,
      took: 1,
      outcome: n < 20 ? ('failure' as const) : ('success' as const),
    }));
    const { trial } = shadowed({ consecutiveFailureThreshold: 5, retryTimeout: 255 }, calls);
    const report = trial.report();
    expect(report).toMatchObject({ calls: 40, spared: 15, opened: 1, closed: 1, unknown: 0 });
    expect(report.refused).toBe(report.spared + report.refusedInVain);
    expect(toTable(report)).toContain('opened');
    expect(JSON.parse(toJSON(report))).toMatchObject({ kind: 'shadow', opened: 1 });
  });

  it('does not touch the breaker, and counts what nobody can know', () => {
    const scheduler = new VirtualTimeScheduler();
    const breaker = circuitBreaker({
      consecutiveFailureThreshold: 2,
      retryTimeout: 10_000,
      scheduler,
    });
    const trial = shadow(breaker, { consecutiveFailureThreshold: 100 }, { scheduler });
    const calls = Array.from({ length: 10 }, (_, n) => ({
      at: n + 1,
      took: 0,
      outcome: 'failure' as const,
    }));
    traffic(breaker, scheduler, calls);
    scheduler.schedule(() => {
      expect(trial.report()).toMatchObject({ calls: 2, unknown: 8, opened: 0, state: 'closed' });
    }, 200_000);
    scheduler.flush();
    expect(breaker.totals()).toMatchObject({ failures: 2, rejected: 8 });
  });

  it('judges errors anew where the new settings say how', () => {
    const scheduler = new VirtualTimeScheduler();
    const breaker = circuitBreaker({ classifyError: () => 'ignored', scheduler });
    const strict = shadow(
      breaker,
      {
        consecutiveFailureThreshold: 3,
        classifyError: (error) => (error === 404 ? 'ignored' : 'failure'),
      },
      { scheduler, lag: 10 },
    );
    for (const error of [500, 404, 500, 500]) breaker.acquire().failure(error);
    scheduler.schedule(() => expect(strict.report().opened).toBe(1), 100);
    scheduler.flush();
  });

  it('ends when it is unsubscribed, and its report stays', () => {
    const breaker = circuitBreaker();
    const trial = shadow(breaker, {});
    let ended = false;
    trial.changes$.subscribe({
      complete: () => {
        ended = true;
      },
    });
    trial.unsubscribe();
    breaker.acquire().failure();
    expect(ended).toBe(true);
    expect(trial.report().calls).toBe(0);
  });

  it('refuses what is no breaker, and options that cannot be meant', () => {
    expect(() => shadow({} as never, {})).toThrow('breaker must be a circuit breaker');
    expect(() => shadow(circuitBreaker(), {}, { lag: 0 })).toThrow('shadow options.lag must be');
    expect(() => shadow(circuitBreaker(), { minimumCalls: 0 })).toThrow('minimumCalls must be');
  });
});
