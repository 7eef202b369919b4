import { describe, expect, it } from 'vitest';
import {
  type CircuitBreaker,
  CircuitOpenError,
  circuitBreaker,
  type Permit,
} from '../../src/index.ts';
import { boom, events } from '../rxjs/calls.ts';
import { HandClock } from '../rxjs/handClock.ts';

const make = () => {
  const clock = new HandClock();
  const breaker = circuitBreaker({
    consecutiveFailureThreshold: 2,
    retryTimeout: 100,
    successThreshold: 1,
    classifyError: (error) => (error === 'ignore me' ? 'ignored' : 'failure'),
    scheduler: clock,
  });
  return { breaker, clock };
};

describe('a permit', () => {
  const ways: Record<string, (permit: Permit) => void> = {
    success: (permit) => permit.success(),
    failure: (permit) => permit.failure(boom),
    ignored: (permit) => permit.ignore(),
  };
  const pairs = Object.keys(ways).flatMap((a) => Object.keys(ways).map((b) => [a, b] as const));

  it.each(pairs)('settled as %s stays so, though %s is said after', (first, second) => {
    const { breaker } = make();
    const heard = events(breaker);
    const permit = breaker.acquire();
    ways[first]?.(permit);
    const before = breaker.snapshot();
    for (let i = 0; i < 3; i++) ways[second]?.(permit);
    expect(breaker.snapshot()).toEqual(before);
    expect(heard.map(({ type }) => type)).toEqual([first]);
  });

  it('takes a place until it is settled', () => {
    const { breaker } = make();
    const permit = breaker.acquire();
    expect(breaker.snapshot().counts.inFlight).toBe(1);
    permit.ignore();
    expect(breaker.snapshot().counts).toMatchObject({ inFlight: 0, ignored: 1, calls: 0 });
  });

  it('lets classifyError have its say over a failure', () => {
    const { breaker } = make();
    breaker.acquire().failure('ignore me');
    expect(breaker.snapshot().counts).toMatchObject({ ignored: 1, failures: 0 });
    breaker.acquire().failure();
    expect(breaker.snapshot().counts.failures).toBe(1);
  });

  it('is refused with a thrown CircuitOpenError, which takes no place', () => {
    const { breaker, clock } = make();
    breaker.acquire().failure();
    breaker.acquire().failure(boom);
    expect(() => breaker.acquire()).toThrow(CircuitOpenError);
    expect(() => breaker.acquire()).toThrow(expect.objectContaining({ cause: boom }));
    clock.advance(100);
    const probe = breaker.acquire();
    expect(() => breaker.acquire()).toThrow('half-open');
    probe.success();
    expect(breaker.state).toBe('closed');
  });

  it('never settled gives its probe place back after probeTimeout', () => {
    const { breaker, clock } = make();
    breaker.acquire().failure();
    breaker.acquire().failure();
    clock.advance(100);
    breaker.acquire();
    clock.advance(10_000);
    breaker.acquire().success();
    expect(breaker.state).toBe('closed');
  });
});

describe('a permit that is forgotten', () => {
  it('gives its place back at the end of the block, once', () => {
    const { breaker } = make();
    const heard = events(breaker);
    const settle = (way: (permit: Permit) => void): void => {
      using permit = breaker.acquire();
      way(permit);
    };
    settle(() => {});
    settle((permit) => permit.success());
    expect(() =>
      settle(() => {
        throw boom;
      }),
    ).toThrow(boom);
    expect(heard.map(({ type }) => type)).toEqual(['cancelled', 'success', 'cancelled']);
    expect(breaker.snapshot().counts.inFlight).toBe(0);
  });
});

describe('a permit whose settling runs user code', () => {
  it('is settled once, though a listener settles it again', () => {
    const { breaker } = make();
    const permit = breaker.acquire();
    const heard: string[] = [];
    breaker.events$.subscribe(({ type }) => {
      heard.push(type);
      permit.success();
      permit.failure();
      permit.cancel();
    });
    permit.failure(boom);
    expect(heard).toEqual(['failure']);
    expect(breaker.totals()).toMatchObject({ failures: 1, successes: 0, cancelled: 0, late: 0 });
  });

  it('is settled once, though its own classifier settles it', () => {
    let permit: Permit | undefined;
    const breaker = circuitBreaker({
      classifyError: () => {
        permit?.success();
        return 'failure';
      },
    });
    permit = breaker.acquire();
    permit.failure(boom);
    expect(breaker.totals()).toMatchObject({ failures: 0, successes: 1 });
    expect(breaker.snapshot().counts.inFlight).toBe(0);
  });

  it.each(['reset', 'isolate', 'disable', 'trip'] as const)(
    'is late where its classifier calls %s()',
    (deed) => {
      const breaker: CircuitBreaker = circuitBreaker({
        classifyError: () => {
          breaker[deed]();
          return 'failure';
        },
      });
      const heard = events(breaker);
      breaker.acquire().failure(boom);
      expect(heard.map(({ type }) => type).at(-1)).toBe('late');
      expect(breaker.totals()).toMatchObject({ failures: 0, late: 1 });
    },
  );
});
