/** A setting of another breaker, and ours. The code of `ours` is what the page shows and what the test runs. */
export interface SwitchRow {
  readonly id: string;
  readonly theirs: string;
  /** Options of `circuitBreaker`, as code. */
  readonly ours: string;
  /** What to look out for; empty for nothing. */
  readonly care: string;
}

/** A breaker that people come from. */
export interface Origin {
  readonly name: string;
  readonly rows: readonly SwitchRow[];
}

export const origins: readonly Origin[] = [
  {
    name: 'opossum',
    rows: [
      {
        id: 'opossum-rate',
        theirs: '`errorThresholdPercentage: 50`, `volumeThreshold: 10`',
        ours: '{ tripWhen: (c) => c.consecutiveFailures > 0 && c.calls >= 10 && c.failureRate > 0.5 }',
        care: 'opossum opens above the percentage, and on a failure only; `failureRateThreshold: 0.5` opens at exactly half, too. `volumeThreshold` is 0 there when left out.',
      },
      {
        id: 'opossum-reset',
        theirs: '`resetTimeout: 30000`',
        ours: '{ retryTimeout: 30_000, successThreshold: 1 }',
        care: 'One probe decides, as in opossum. Without `successThreshold` half-open goes by rounds.',
      },
      {
        id: 'opossum-window',
        theirs: '`rollingCountTimeout: 10000`, `rollingCountBuckets: 10`',
        ours: '{ failureRateThreshold: 0.5, rollingWindow: { duration: 10_000, buckets: 10 } }',
        care: 'After a close our counts are empty; opossum keeps the old ones.',
      },
      {
        id: 'opossum-filter',
        theirs: '`errorFilter: (e) => e.statusCode < 500`',
        ours: "{ classifyError: (e) => (e.statusCode < 500 ? 'success' : 'failure') }",
        care: 'A filtered error is a success in opossum. `timeout` is an operator before the breaker: `timeout(3_000)`.',
      },
    ],
  },
  {
    name: 'cockatiel',
    rows: [
      {
        id: 'cockatiel-consecutive',
        theirs: '`new ConsecutiveBreaker(5)`, `halfOpenAfter: 10_000`',
        ours: '{ consecutiveFailureThreshold: 5, retryTimeout: 10_000, successThreshold: 1 }',
        care: 'While a probe runs, other calls wait in cockatiel; here they are refused at once. `waitWhileOpen` lets them wait.',
      },
      {
        id: 'cockatiel-sampling',
        theirs: '`new SamplingBreaker({ threshold: 0.2, duration: 30_000, minimumRps: 5 })`',
        ours: '{ tripWhen: (c) => c.consecutiveFailures > 0 && c.calls >= 150 && c.failureRate > 0.2, rollingWindow: { duration: 30_000, buckets: 30 } }',
        care: 'cockatiel asks for more than the threshold, and opens on a failure only. `minimumRps: 5` is 150 calls in 30 s; left out, it is 5 / threshold a second: 750 calls here.',
      },
    ],
  },
  {
    name: 'resilience4j',
    rows: [
      {
        id: 'r4j-count',
        theirs:
          '`slidingWindowType: COUNT_BASED`, `slidingWindowSize: 10`, `minimumNumberOfCalls: 10`, `failureRateThreshold: 50`',
        ours: '{ rollingWindow: { calls: 10 }, minimumCalls: 10, failureRateThreshold: 0.5 }',
        care: '`minimumNumberOfCalls` counts at most as the size of the window. Always write the failure rate beside slow options.',
      },
      {
        id: 'r4j-time',
        theirs:
          '`slidingWindowType: TIME_BASED`, `slidingWindowSize: 10`, `minimumNumberOfCalls: 5`',
        ours: '{ rollingWindow: { duration: 10_000, buckets: 10 }, minimumCalls: 5, failureRateThreshold: 0.5 }',
        care: 'Seconds there, milliseconds here.',
      },
      {
        id: 'r4j-half-open',
        theirs: '`permittedNumberOfCallsInHalfOpenState: 10`, `failureRateThreshold: 50`',
        ours: '{ failureRateThreshold: 0.5, maxProbes: 10, successThreshold: 6, probeFailureThreshold: 5 }',
        care: 'Not `successThreshold: 10`. For n probes and a rate r: `probeFailureThreshold` b = ceil(n · r), `successThreshold` = n - b + 1. The n is the smaller of `minimumNumberOfCalls` and the permitted calls. The verdict comes as soon as it is certain.',
      },
      {
        id: 'r4j-ignore',
        theirs: '`ignoreExceptions(NotFound)`, `recordException(e -> false)`',
        ours: "{ classifyError: (e) => (e.status === 404 ? 'ignored' : 'success') }",
        care: '`ignoreExceptions` is `ignored`; an exception that is not recorded is a `success`.',
      },
      {
        id: 'r4j-slow',
        theirs: '`slowCallDurationThreshold: 2s`, `slowCallRateThreshold: 80`',
        ours: '{ slowCallDuration: 2_000, slowCallRateThreshold: 0.8, failureRateThreshold: 0.5 }',
        care: 'A call that hangs counts as slow already while it runs; resilience4j counts it when it ends.',
      },
    ],
  },
  {
    name: 'Polly',
    rows: [
      {
        id: 'polly-ratio',
        theirs:
          '`FailureRatio = 0.5`, `MinimumThroughput = 8`, `SamplingDuration = 10 s`, `BreakDuration = 5 s`',
        ours: '{ tripWhen: (c) => c.consecutiveFailures > 0 && c.calls >= 8 && c.failureRate >= 0.5, rollingWindow: 10_000, retryTimeout: 5_000, successThreshold: 1 }',
        care: 'Polly trips on failures only. With `failureRateThreshold: 0.5, minimumCalls: 8` the eighth call may be a success and trip.',
      },
      {
        id: 'polly-generator',
        theirs: '`BreakDurationGenerator = a => TimeSpan.FromSeconds(a.HalfOpenAttempts + 1)`',
        ours: '{ consecutiveFailureThreshold: 1, retryTimeout: ({ attempt }) => attempt * 1_000, successThreshold: 1 }',
        care: '`HalfOpenAttempts` is `attempt - 1`.',
      },
      {
        id: 'polly-unhandled',
        theirs: 'an exception that `ShouldHandle` does not handle',
        ours: "{ classifyError: (e) => (e.handled ? 'failure' : 'success') }",
        care: 'Polly counts an unhandled exception as a success.',
      },
    ],
  },
  {
    name: 'gobreaker',
    rows: [
      {
        id: 'gobreaker-default',
        theirs:
          '`Settings{}`: `ReadyToTrip` is `ConsecutiveFailures > 5`, `Timeout` 60 s, `MaxRequests` 1',
        ours: '{ consecutiveFailureThreshold: 6, rollingWindow: Infinity, retryTimeout: 60_000, successThreshold: 1 }',
        care: '`> 5` is the sixth failure. Go counts time in nanoseconds.',
      },
      {
        id: 'gobreaker-max-requests',
        theirs: '`MaxRequests: 3`',
        ours: '{ consecutiveFailureThreshold: 6, successThreshold: 3 }',
        care: 'The number of successes that close, and of probes at once.',
      },
      {
        id: 'gobreaker-requests',
        theirs: '`counts.Requests >= 3 && TotalFailures / Requests >= 0.6`, `Interval: 10 s`',
        ours: '{ tripWhen: (c) => c.consecutiveFailures > 0 && c.calls + c.inFlight >= 3 && c.failures / (c.calls + c.inFlight) >= 0.6, rollingWindow: 10_000 }',
        care: '`Requests` holds the calls in flight, too. The interval tumbles there: all counts go at its end; here the window rolls. `Interval` 0 is `rollingWindow: Infinity`.',
      },
    ],
  },
  {
    name: 'Hystrix and MicroProfile',
    rows: [
      {
        id: 'hystrix',
        theirs:
          '`requestVolumeThreshold: 20`, `errorThresholdPercentage: 50`, `sleepWindowInMilliseconds: 5000`',
        ours: '{ minimumCalls: 20, failureRateThreshold: 0.5, rollingWindow: 10_000, retryTimeout: 5_000, successThreshold: 1 }',
        care: 'The time limit is an operator before the breaker; thread pools have no counterpart.',
      },
      {
        id: 'microprofile',
        theirs:
          '`@CircuitBreaker(requestVolumeThreshold = 4, failureRatio = 0.5, delay = 1000, successThreshold = 2)`',
        ours: '{ rollingWindow: { calls: 4 }, minimumCalls: 4, failureRateThreshold: 0.5, retryTimeout: 1_000, successThreshold: 2 }',
        care: "`skipOn` is `classifyError` answering `'success'`.",
      },
    ],
  },
  {
    name: 'Istio and Envoy',
    rows: [
      {
        id: 'istio',
        theirs: '`outlierDetection: { consecutive5xxErrors: 5, baseEjectionTime: 30s }`',
        ours: '{ consecutiveFailureThreshold: 5, retryTimeout: ({ attempt }) => attempt * 30_000, successThreshold: 1 }',
        care: 'Istio ejects one host of many and sends no probes: after the time all calls come back. Here one probe goes first.',
      },
    ],
  },
];
