import {
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker as cockatielBreaker,
  handleAll,
  SamplingBreaker,
} from 'cockatiel';
import Opossum from 'opossum';
import * as api from 'rxjs-circuit-breaker';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { origins } from '../switch/rows.ts';

// Time is faked, so that every breaker lives on the same virtual clock.
beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

const codes = new Map(origins.flatMap(({ rows }) => rows.map(({ id, ours }) => [id, ours])));

/** The breaker of a row, made from the code that the page shows. */
function ours(id: string): api.CircuitBreaker {
  const code = codes.get(id);
  if (code === undefined) throw new Error(`the page has no row ${id}`);
  tried.add(id);
  return api.circuitBreaker(new Function(`return (${code})`)() as api.CircuitBreakerOptions);
}

const tried = new Set<string>();

/** Makes a call that ends at once; true if the breaker let it through. */
function call(
  breaker: api.CircuitBreaker,
  good: boolean,
  error: unknown = new Error('no'),
): boolean {
  try {
    const permit = breaker.acquire();
    if (good) permit.success();
    else permit.failure(error);
    return true;
  } catch (refusal) {
    if (!api.isCircuitOpenError(refusal)) throw refusal;
    return false;
  }
}

/** Makes calls by their letters: `s` succeeds, `f` fails. The states after each of them. */
function play(breaker: api.CircuitBreaker, letters: string): string[] {
  return [...letters].map((letter) => {
    call(breaker, letter === 's');
    return breaker.state;
  });
}

/** All sequences of `s` and `f` of a length. */
function sequences(length: number): string[] {
  if (length === 0) return [''];
  return sequences(length - 1).flatMap((it) => [`${it}s`, `${it}f`]);
}

/** An error by the verdict of a row's `classifyError`, seen in the counts. */
async function countsAfter(
  breaker: api.CircuitBreaker,
  error: unknown,
): Promise<readonly number[]> {
  await breaker.execute(() => Promise.reject(error)).catch(() => {});
  const { successes, failures, ignored } = breaker.snapshot().counts;
  return [successes, failures, ignored];
}

describe('opossum', () => {
  const settle = (letter: string): Promise<string> =>
    letter === 's' ? Promise.resolve('ok') : Promise.reject(new Error('no'));
  const opossum = (options: Opossum.Options): Opossum<[string], string> =>
    new Opossum(settle, {
      timeout: false,
      rollingCountTimeout: 10_000,
      rollingCountBuckets: 10,
      ...options,
    });
  const stateOf = (it: Opossum<[string], string>): string =>
    it.opened ? 'open' : it.halfOpen ? 'half-open' : 'closed';

  test('opens at the same call for every sequence of twelve around its volume and percentage', async () => {
    for (const tail of sequences(5)) {
      const theirs = opossum({
        errorThresholdPercentage: 50,
        volumeThreshold: 10,
        resetTimeout: 30_000,
      });
      const mine = ours('opossum-rate');
      for (const letter of `sfsfsfs${tail}`) {
        await theirs.fire(letter).catch(() => {});
        call(mine, letter === 's');
        expect([tail, mine.state]).toEqual([tail, stateOf(theirs)]);
        if (mine.state === 'open') break;
      }
      theirs.shutdown();
    }
  });

  test('is open for the same time, and one probe decides', async () => {
    for (const probe of ['s', 'f']) {
      const theirs = opossum({
        errorThresholdPercentage: 50,
        volumeThreshold: 1,
        resetTimeout: 30_000,
      });
      const mine = ours('opossum-reset');
      await theirs.fire('f').catch(() => {});
      mine.trip();
      expect([stateOf(theirs), mine.state]).toEqual(['open', 'open']);
      await vi.advanceTimersByTimeAsync(29_999);
      expect([stateOf(theirs), mine.state]).toEqual(['open', 'open']);
      await vi.advanceTimersByTimeAsync(1);
      expect([stateOf(theirs), mine.state]).toEqual(['half-open', 'half-open']);
      await theirs.fire(probe).catch(() => {});
      call(mine, probe === 's');
      expect(mine.state).toBe(stateOf(theirs));
      theirs.shutdown();
    }
  });

  test('forgets a failure when the window of ten seconds is over', () => {
    const mine = ours('opossum-window');
    play(mine, 'ffffsssss');
    vi.advanceTimersByTime(10_000);
    expect(mine.snapshot().counts.calls).toBe(0);
    expect(play(mine, 'fffffffff').at(-1)).toBe('closed');
    expect(play(mine, 'f')).toEqual(['open']);
  });

  test('a filtered error is a success on both sides', async () => {
    const theirs = new Opossum((code: number) => Promise.reject({ statusCode: code }), {
      timeout: false,
      errorFilter: (error: { statusCode: number }) => error.statusCode < 500,
    });
    await theirs.fire(404).catch(() => {});
    expect([theirs.stats.successes, theirs.stats.failures]).toEqual([1, 0]);
    expect(await countsAfter(ours('opossum-filter'), { statusCode: 404 })).toEqual([1, 0, 0]);
    expect(await countsAfter(ours('opossum-filter'), { statusCode: 503 })).toEqual([0, 1, 0]);
    theirs.shutdown();
  });
});

describe('cockatiel', () => {
  const words: Record<number, string> = {
    [CircuitState.Closed]: 'closed',
    [CircuitState.Open]: 'open',
    [CircuitState.HalfOpen]: 'half-open',
  };
  const run = (policy: ReturnType<typeof cockatielBreaker>, letter: string): Promise<unknown> =>
    policy.execute(() => (letter === 's' ? 'ok' : Promise.reject(new Error('no')))).catch(() => {});

  test('opens after the same failures in a row, and one probe after the open time decides', async () => {
    for (const tail of sequences(6)) {
      const theirs = cockatielBreaker(handleAll, {
        halfOpenAfter: 10_000,
        breaker: new ConsecutiveBreaker(5),
      });
      const mine = ours('cockatiel-consecutive');
      for (const letter of `ffff${tail}`) {
        await run(theirs, letter);
        call(mine, letter === 's');
        expect([tail, mine.state]).toEqual([tail, words[theirs.state]]);
        if (mine.state !== 'open') continue;
        await vi.advanceTimersByTimeAsync(10_000);
      }
    }
  });

  test('a rate opens above the threshold, not at it, and from the same number of calls on', async () => {
    const theirs = cockatielBreaker(handleAll, {
      halfOpenAfter: 10_000,
      breaker: new SamplingBreaker({ threshold: 0.2, duration: 30_000, minimumRps: 5 }),
    });
    const mine = ours('cockatiel-sampling');
    let opened = 0;
    for (let n = 1; n <= 200 && opened === 0; n++) {
      const good = n <= 120;
      await run(theirs, good ? 's' : 'f');
      call(mine, good);
      expect([n, mine.state]).toEqual([n, words[theirs.state]]);
      if (mine.state === 'open') opened = n;
    }
    expect(opened).toBeGreaterThan(150);
  });
});

describe('resilience4j', () => {
  test('a window of ten calls opens at half, when it is full', () => {
    expect(play(ours('r4j-count'), 'sssssfffff').slice(-2)).toEqual(['closed', 'open']);
    expect(play(ours('r4j-count'), 'fffffffff').at(-1)).toBe('closed');
    expect(play(ours('r4j-count'), 'ssssssffff').at(-1)).toBe('closed');
  });

  test('a window of ten seconds opens at half of at least five calls', () => {
    expect(play(ours('r4j-time'), 'ffff').at(-1)).toBe('closed');
    expect(play(ours('r4j-time'), 'sssff').at(-1)).toBe('closed');
    expect(play(ours('r4j-time'), 'ssfff').at(-1)).toBe('open');
  });

  test('ten permitted probes come to the same verdict for every sequence of ten', () => {
    for (const letters of sequences(10)) {
      const mine = ours('r4j-half-open');
      mine.trip();
      mine.halfOpen();
      const states = play(mine, letters);
      const failed = [...letters].filter((it) => it === 'f').length;
      const verdict = states.find((it) => it !== 'half-open');
      expect([letters, verdict]).toEqual([letters, failed / 10 >= 0.5 ? 'open' : 'closed']);
    }
  });

  test('the formula of the row holds for every number of probes and every rate in tenths', () => {
    for (let n = 1; n <= 6; n++) {
      for (let tenths = 1; tenths <= 10; tenths++) {
        const bad = Math.ceil((n * tenths) / 10);
        for (const letters of sequences(n)) {
          const mine = api.circuitBreaker({
            probeFailureThreshold: bad,
            successThreshold: n - bad + 1,
            maxProbes: n,
          });
          mine.trip();
          mine.halfOpen();
          const verdict = play(mine, letters).find((it) => it !== 'half-open');
          const failed = [...letters].filter((it) => it === 'f').length;
          expect([n, tenths, letters, verdict]).toEqual([
            n,
            tenths,
            letters,
            failed * 10 >= tenths * n ? 'open' : 'closed',
          ]);
        }
      }
    }
  });

  test('an ignored exception counts as nothing, one that is not recorded as a success', async () => {
    expect(await countsAfter(ours('r4j-ignore'), { status: 404 })).toEqual([0, 0, 1]);
    expect(await countsAfter(ours('r4j-ignore'), { status: 500 })).toEqual([1, 0, 0]);
  });

  test('slow calls open at eight of ten, already while they run', () => {
    const mine = ours('r4j-slow');
    for (let n = 0; n < 2; n++) call(mine, true);
    for (let n = 0; n < 8; n++) mine.acquire();
    vi.advanceTimersByTime(2_000);
    expect(mine.state).toBe('closed');
    vi.advanceTimersByTime(1);
    expect(call(mine, true) || mine.state === 'open').toBe(true);
    expect(mine.state).toBe('open');
  });
});

describe('Polly', () => {
  test('a failure trips from the eighth call on, and a success never does', () => {
    expect(play(ours('polly-ratio'), 'fffffff').at(-1)).toBe('closed');
    expect(play(ours('polly-ratio'), 'ffffffff').at(-1)).toBe('open');
    expect(play(ours('polly-ratio'), 'fffffffsf').slice(-2)).toEqual(['closed', 'open']);
    expect(
      play(api.circuitBreaker({ failureRateThreshold: 0.5, minimumCalls: 8 }), 'fffffffs').at(-1),
    ).toBe('open');
    const mine = ours('polly-ratio');
    play(mine, 'ffffffff');
    vi.advanceTimersByTime(4_999);
    expect(mine.state).toBe('open');
    vi.advanceTimersByTime(1);
    expect(play(mine, 's')).toEqual(['closed']);
  });

  test('the break grows by a second with each half-open attempt', () => {
    const mine = ours('polly-generator');
    for (const seconds of [1, 2, 3]) {
      call(mine, false);
      expect(mine.retryAfter).toBe(seconds * 1_000);
      vi.advanceTimersByTime(seconds * 1_000);
    }
  });

  test('an exception that nobody handles is a success', async () => {
    expect(await countsAfter(ours('polly-unhandled'), { handled: false })).toEqual([1, 0, 0]);
    expect(await countsAfter(ours('polly-unhandled'), { handled: true })).toEqual([0, 1, 0]);
  });
});

describe('gobreaker', () => {
  test('the sixth failure in a row opens for a minute, and one success closes', () => {
    const mine = ours('gobreaker-default');
    expect(play(mine, 'fffffsffffff').lastIndexOf('closed')).toBe(10);
    expect(mine.retryAfter).toBe(60_000);
    vi.advanceTimersByTime(60_000);
    expect(play(mine, 's')).toEqual(['closed']);
  });

  test('three requests pass in half-open, and three successes close', () => {
    const mine = ours('gobreaker-max-requests');
    mine.trip();
    mine.halfOpen();
    const permits = [mine.acquire(), mine.acquire(), mine.acquire()];
    expect(() => mine.acquire()).toThrow(api.CircuitOpenError);
    for (const permit of permits) {
      expect(mine.state).toBe('half-open');
      permit.success();
    }
    expect(mine.state).toBe('closed');
  });

  test('requests hold the calls in flight', () => {
    expect(play(ours('gobreaker-requests'), 'ff').at(-1)).toBe('closed');
    expect(play(ours('gobreaker-requests'), 'sff').at(-1)).toBe('open');
    const busy = ours('gobreaker-requests');
    busy.acquire();
    expect(play(busy, 'ff').at(-1)).toBe('open');
  });
});

describe('Hystrix and MicroProfile', () => {
  test('twenty requests with half of them failed open for five seconds', () => {
    const mine = ours('hystrix');
    expect(play(mine, 'ffffffffffsssssssss').at(-1)).toBe('closed');
    expect(play(mine, 'f').at(-1)).toBe('open');
    expect(mine.retryAfter).toBe(5_000);
  });

  test('the last four requests decide, and two successes close', () => {
    const mine = ours('microprofile');
    expect(play(mine, 'fsss').at(-1)).toBe('closed');
    expect(play(mine, 'ff')).toEqual(['closed', 'open']);
    vi.advanceTimersByTime(1_000);
    expect(play(mine, 'ss')).toEqual(['half-open', 'closed']);
  });
});

describe('Istio and Envoy', () => {
  test('the fifth error in a row opens, and each ejection is a base time longer', () => {
    const mine = ours('istio');
    expect(play(mine, 'fffff').slice(-2)).toEqual(['closed', 'open']);
    for (const times of [1, 2, 3]) {
      expect(mine.retryAfter).toBe(times * 30_000);
      vi.advanceTimersByTime(times * 30_000);
      call(mine, false);
    }
  });
});

test('every row of the page has been tried', () => {
  expect([...codes.keys()].filter((id) => !tried.has(id))).toEqual([]);
});
