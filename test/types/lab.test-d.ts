import type { Observable, SchedulerLike, Subscription } from 'rxjs';
import { describe, expectTypeOf, test } from 'vitest';
import {
  type CircuitBreaker,
  type CircuitBreakerOptions,
  type CircuitState,
  type Counts,
  circuitBreaker,
  type StateChangeReason,
} from '../../src/index.ts';
import * as lab from '../../src/lab/index.ts';

describe('a plan', () => {
  test('is made of traffic, a service and clients', () => {
    expectTypeOf(lab.steady).toEqualTypeOf<(rate: number) => lab.Traffic>();
    expectTypeOf(lab.poisson).toEqualTypeOf<(rate: number) => lab.Traffic>();
    expectTypeOf(lab.bursty).returns.toEqualTypeOf<lab.Traffic>();
    expectTypeOf(lab.diurnal).returns.toEqualTypeOf<lab.Traffic>();
    expectTypeOf(lab.recorded).toEqualTypeOf<(recording: lab.Recording) => lab.Traffic>();
    expectTypeOf<lab.Plan['traffic']>().toEqualTypeOf<lab.Traffic>();
    expectTypeOf<lab.Plan['service']>().toEqualTypeOf<lab.ServicePlan | undefined>();
    expectTypeOf<lab.Plan['clients']>().toEqualTypeOf<lab.ClientsPlan | undefined>();
    expectTypeOf<lab.ClientsPlan['retry']>().toEqualTypeOf<lab.RetryPlan | undefined>();
    // @ts-expect-error a plan ends
    const endless: lab.Plan = { traffic: lab.steady(1), service: { latency: 1 } };
    expectTypeOf(endless).toEqualTypeOf<lab.Plan>();
  });

  test('has incidents', () => {
    for (const make of [lab.outage, lab.hang]) {
      expectTypeOf(make({ at: 1, for: 1 })).toEqualTypeOf<lab.Incident>();
    }
    expectTypeOf(lab.errors({ at: 1, for: 1, rate: 1 })).toEqualTypeOf<lab.Incident>();
    expectTypeOf(lab.slow({ at: 1, for: 1, factor: 2 })).toEqualTypeOf<lab.Incident>();
    expectTypeOf<lab.Incident>().toExtend<lab.Occasion>();
    expectTypeOf<lab.Scheduled['incident']>().toEqualTypeOf<lab.Incident>();
    // @ts-expect-error errors have a rate
    lab.errors({ at: 1, for: 1 });
    // @ts-expect-error slow has a factor or a latency
    lab.slow({ at: 1, for: 1 });
  });

  test('has latencies', () => {
    expectTypeOf(lab.lognormal({ p50: 1, p99: 2 })).toEqualTypeOf<lab.Distribution>();
    expectTypeOf(lab.memoryless(1)).toEqualTypeOf<lab.Distribution>();
    expectTypeOf(lab.empirical).parameters.toEqualTypeOf<[readonly number[] | lab.Recording]>();
    expectTypeOf<lab.ServicePlan['latency']>().toEqualTypeOf<number | lab.Distribution>();
  });
});

test('a candidate is options, null, or a function that makes a breaker', () => {
  expectTypeOf<null>().toExtend<lab.Candidate>();
  expectTypeOf<CircuitBreakerOptions>().toExtend<lab.Candidate>();
  expectTypeOf<(env: lab.CandidateEnv) => CircuitBreaker>().toExtend<lab.Candidate>();
  expectTypeOf<lab.CandidateEnv['scheduler']>().toEqualTypeOf<SchedulerLike>();
});

test('a world plays lanes, and its service can be broken by hand', () => {
  const plan: lab.Plan = { traffic: lab.steady(1), service: { latency: 1 }, duration: 1 };
  const options: lab.WorldOptions = {};
  expectTypeOf(lab.World).toBeConstructibleWith(plan, { it: {}, none: null }, 1);
  expectTypeOf(lab.World).toBeConstructibleWith(plan, { it: {} }, 1, options);
  // @ts-expect-error a world has a seed
  new lab.World(plan, { it: {} });
  expectTypeOf<lab.World['lanes']>().toEqualTypeOf<readonly lab.Lane[]>();
  expectTypeOf<lab.World['service']>().toEqualTypeOf<lab.WorldService>();
  expectTypeOf<lab.World['advance']>().toEqualTypeOf<(to: number) => void>();
  expectTypeOf<lab.WorldOptions['access']>().toEqualTypeOf<lab.Access | undefined>();
  expectTypeOf<lab.WorldOptions['spectator']>().toEqualTypeOf<lab.Spectator | undefined>();
  expectTypeOf<NonNullable<lab.Spectator['refused']>>().parameters.toEqualTypeOf<
    [call: lab.SpectatorCall]
  >();
  expectTypeOf<lab.Lane['tally']>().toEqualTypeOf<lab.Tally>();
  expectTypeOf<lab.Lane['records']>().toEqualTypeOf<readonly lab.StateRecord[]>();
  expectTypeOf<lab.StateRecord['openings']>().toEqualTypeOf<lab.Opening[]>();
});

test('reports are told apart by their kind', () => {
  expectTypeOf(lab.play).returns.toEqualTypeOf<lab.Run>();
  expectTypeOf(lab.play).parameter(2).toEqualTypeOf<lab.PlayOptions | undefined>();
  expectTypeOf(lab.compare).returns.toEqualTypeOf<lab.Comparison>();
  expectTypeOf(lab.compare).parameter(2).toEqualTypeOf<lab.CompareOptions | undefined>();
  expectTypeOf(lab.tune).returns.toEqualTypeOf<lab.Tuning>();
  expectTypeOf(lab.tune).parameter(1).toEqualTypeOf<lab.TuneOptions | undefined>();
  expectTypeOf(lab.toTable).toEqualTypeOf<
    (report: lab.Run | lab.Comparison | lab.Tuning | lab.ShadowReport) => string
  >();
  expectTypeOf(lab.toSvg).toEqualTypeOf<
    (report: lab.Run | lab.Comparison | lab.Tuning) => string
  >();
  expectTypeOf(lab.toJSON).toEqualTypeOf<(report: object) => string>();
  expectTypeOf<lab.Run['openings']>().toEqualTypeOf<readonly lab.ExplainedOpening[]>();
  expectTypeOf<lab.ExplainedOpening['counts']>().toEqualTypeOf<Counts>();
  expectTypeOf<lab.Run['strip']>().toEqualTypeOf<lab.Strip>();
  expectTypeOf<lab.Run['score']>().toEqualTypeOf<lab.Score>();
  expectTypeOf<lab.Comparison['standings']>().toEqualTypeOf<readonly lab.Standing[]>();
  expectTypeOf<lab.Standing['incidents']>().toEqualTypeOf<readonly lab.IncidentScore[]>();
  expectTypeOf<lab.IncidentScore['timeToOpen']>().toEqualTypeOf<lab.Spread | null>();
  expectTypeOf<lab.Difference['by']['cost']>().toEqualTypeOf<lab.Bounded>();
  expectTypeOf<lab.Tuning['best']>().toEqualTypeOf<lab.Tuned>();
  expectTypeOf<lab.Tuning['requirements']>().toEqualTypeOf<readonly lab.Judgement[]>();
  expectTypeOf<lab.TuneOptions['space']>().toEqualTypeOf<lab.Space | undefined>();
  expectTypeOf<lab.TuneOptions['weights']>().toEqualTypeOf<lab.Weights | undefined>();
  expectTypeOf<lab.Space['retryTimeout']>().toEqualTypeOf<lab.Dimension | undefined>();
  expectTypeOf<lab.Level['code']>().toEqualTypeOf<string>();
});

test('an expectation is a text that judges a standing', () => {
  expectTypeOf(lab.expectation).toEqualTypeOf<(text: lab.ExpectationText) => lab.Expectation>();
  expectTypeOf<lab.Expectation['judge']>().toEqualTypeOf<
    (standing: lab.Standing) => lab.Judgement
  >();
});

test('canOpen answers with findings', () => {
  expectTypeOf(lab.canOpen).toEqualTypeOf<
    (options: CircuitBreakerOptions, conditions: lab.Conditions) => lab.Finding[]
  >();
  // @ts-expect-error the rate has no default
  lab.canOpen({}, {});
});

test('recordings come from logs and breakers', () => {
  expectTypeOf(lab.readLog).toEqualTypeOf<
    (
      lines: AsyncIterable<string> | Iterable<string>,
      options: lab.ReadLogOptions,
    ) => Promise<lab.Recording>
  >();
  expectTypeOf<lab.ReadLogOptions['fields']>().toEqualTypeOf<lab.FieldNames | undefined>();
  expectTypeOf<lab.Recording['skipped']>().toEqualTypeOf<readonly lab.Skipped[]>();
  expectTypeOf(lab.record(circuitBreaker().events$)).toEqualTypeOf<lab.Recorder>();
  expectTypeOf<lab.Recorder>().toExtend<Subscription>();
});

test('a shadow watches a breaker', () => {
  expectTypeOf(lab.shadow).toEqualTypeOf<
    (breaker: CircuitBreaker, options: CircuitBreakerOptions, how?: lab.ShadowOptions) => lab.Shadow
  >();
  expectTypeOf<lab.Shadow['changes$']>().toEqualTypeOf<Observable<lab.ShadowChange>>();
  expectTypeOf<lab.ShadowChange['to']>().toEqualTypeOf<CircuitState>();
  expectTypeOf<lab.ShadowChange['reason']>().toEqualTypeOf<StateChangeReason>();
});
