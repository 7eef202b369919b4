import fc from 'fast-check';
import type { Subscription } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type CircuitBreaker, circuitBreaker, type Permit } from '../../src/index.ts';
import { type Ending, Model, type ModelOptions } from './plainModel.ts';
import { VirtualTime } from './virtualTime.ts';

const count = (max: number): fc.Arbitrary<number> => fc.integer({ min: 1, max });

const options: fc.Arbitrary<ModelOptions> = fc
  .record({
    window: fc.oneof(
      fc.constant(Number.POSITIVE_INFINITY),
      fc.record({ calls: count(6) }),
      fc.record({ duration: count(30), buckets: count(5) }),
    ),
    failureThreshold: count(6),
    consecutiveFailureThreshold: count(6),
    failureRateThreshold: fc.constantFrom(0.1, 0.28, 0.5, 0.75, 1),
    minimumCalls: count(6),
    retryTimeout: fc.integer({ min: 0, max: 12 }),
    successThreshold: count(3),
    probeFailureThreshold: count(3),
    maxProbes: count(5),
    probeTimeout: count(12),
  })
  .map((drawn) => {
    const held =
      typeof drawn.window === 'object' && 'calls' in drawn.window ? drawn.window.calls : 9;
    return {
      ...drawn,
      failureThreshold: Math.min(drawn.failureThreshold, held),
      minimumCalls: Math.min(drawn.minimumCalls, held),
      maxProbes: Math.min(
        drawn.maxProbes,
        drawn.successThreshold + drawn.probeFailureThreshold - 1,
      ),
    };
  });

type Step =
  | { readonly do: 'acquire' | 'reset' | 'isolate' | 'disable' | 'lift isolate' | 'lift disable' }
  | {
      readonly do: 'end' /** Counted back from the latest. */;
      readonly which: number;
      readonly ending: Ending;
    }
  | { readonly do: 'advance'; readonly by: number }
  /** A clock that is set back; no time passes. */
  | { readonly do: 'set back'; readonly by: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.constant<Step>({ do: 'acquire' }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('end' as const),
      which: fc.nat(6),
      ending: fc.constantFrom<Ending>('success', 'failure', 'failure', 'ignored'),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('advance' as const),
      by: fc.oneof(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 40 })),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('set back' as const),
      by: fc.constantFrom(1, 3_600_000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Step>(
      { do: 'reset' },
      { do: 'isolate' },
      { do: 'disable' },
      { do: 'lift isolate' },
      { do: 'lift disable' },
    ),
  },
);

/** One breaker on time of its own, moved by the same steps as the model. */
class Side {
  readonly time = new VirtualTime();
  readonly breaker: CircuitBreaker;
  private readonly permits: Permit[] = [];
  private readonly holds: { readonly [kind: string]: Subscription[] } = {
    isolate: [],
    disable: [],
  };
  private readonly told: string[] = [];
  private readonly watching: Subscription | undefined;

  constructor({ window, ...rest }: ModelOptions, watched: boolean) {
    this.breaker = circuitBreaker({ ...rest, rollingWindow: window, scheduler: this.time });
    this.watching = watched
      ? this.breaker.state$.subscribe((state) => this.told.push(state))
      : undefined;
    this.watching?.add(this.breaker.events$.subscribe());
  }

  acquire(): boolean {
    try {
      this.permits.push(this.breaker.acquire());
      return true;
    } catch {
      return false;
    }
  }

  run(taken: Exclude<Step, { do: 'acquire' }>): void {
    if (taken.do === 'advance') this.time.advance(taken.by);
    else if (taken.do === 'set back') this.time.setClock(-taken.by);
    else if (taken.do === 'reset') this.breaker.reset();
    else if (taken.do === 'isolate') this.holds['isolate']?.push(this.breaker.isolate());
    else if (taken.do === 'disable') this.holds['disable']?.push(this.breaker.disable());
    else if (taken.do === 'lift isolate') this.holds['isolate']?.pop()?.unsubscribe();
    else if (taken.do === 'lift disable') this.holds['disable']?.pop()?.unsubscribe();
    else if (taken.do === 'end') this.end(this.permits.at(-1 - taken.which), taken.ending);
  }

  look(): object {
    const { state, retryAfter } = this.breaker;
    const { counts, attempt } = this.breaker.snapshot();
    // what was told last is the state, on time, before anybody asks
    if (this.watching !== undefined) expect(this.told.at(-1)).toBe(state);
    return { state, retryAfter, attempt, counts };
  }

  close(): void {
    this.watching?.unsubscribe();
    expect(this.time.waiting).toBe(0);
  }

  private end(permit: Permit | undefined, ending: Ending): void {
    if (ending === 'success') permit?.success();
    else if (ending === 'failure') permit?.failure();
    else permit?.ignore();
  }
}

function play(given: ModelOptions, steps: readonly Step[]): void {
  const model = new Model(given);
  const sides = [new Side(given, false), new Side(given, true)];
  for (const taken of steps) {
    if (taken.do === 'acquire') {
      const admitted = model.acquire() !== null;
      for (const side of sides) expect(side.acquire()).toBe(admitted);
    } else {
      if (taken.do === 'advance') model.advance(taken.by);
      else if (taken.do === 'reset') model.reset();
      else if (taken.do === 'isolate') model.hold(1, 0);
      else if (taken.do === 'disable') model.hold(0, 1);
      else if (taken.do === 'lift isolate' && model.isolations > 0) model.hold(-1, 0);
      else if (taken.do === 'lift disable' && model.disables > 0) model.hold(0, -1);
      else if (taken.do === 'end' && taken.which < model.calls.length) {
        model.end(model.calls.length - 1 - taken.which, taken.ending);
      }
      for (const side of sides) side.run(taken);
    }
    const expected = {
      state: model.state,
      retryAfter: model.retryAfter,
      attempt: model.attempt,
      counts: model.counts(),
    };
    for (const side of sides) expect(side.look()).toEqual(expected);
  }
  for (const side of sides) side.close();
}

/** Ten minutes of it: `PROPERTY_MINUTES=10 npx vitest run test/properties`. */
const minutes = Number(process.env['PROPERTY_MINUTES'] ?? 0);
const length =
  minutes > 0
    ? { interruptAfterTimeLimit: minutes * 60_000, numRuns: 1e9 }
    : { numRuns: 2_000, seed: 1 };

describe('the breaker and the model of the design', () => {
  it(
    'agree on admission, state, counts, attempt and retryAfter after every step, watched or not',
    () => {
      const steps = fc.array(step, { maxLength: 60, size: 'max' });
      fc.assert(fc.property(options, steps, play), { ...length, endOnFailure: false });
    },
    30_000 + minutes * 70_000,
  );
});
