/** A mistake of the user: the command says so and ends with 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The help of the command. */
export const help = `Try settings of a circuit breaker before an outage does.

  rxjs-circuit-breaker check    -s SETTINGS -t TRAFFIC -i INCIDENT -e EXPECTATION
  rxjs-circuit-breaker compare  -s SETTINGS -s SETTINGS -t TRAFFIC -i INCIDENT
  rxjs-circuit-breaker tune     --from SETTINGS -t TRAFFIC -i INCIDENT --require EXPECTATION
  rxjs-circuit-breaker replay   FILE --format combined -s SETTINGS
  rxjs-circuit-breaker can-open -s SETTINGS -t TRAFFIC

Settings
  -s, --settings   breakers.ts#payments: the export "payments" of a module (without #: its default export),
                   "defaults" for a breaker without options, "none" for no breaker; may be given again
      --from       the settings that tune begins with (defaults)

The plan
  -t, --traffic    steady:20/s  poisson:5/s  bursty:5/s+100/s,2s/1m  diurnal:2/s..40/s,24h
  -i, --incident   outage:1m@2m  hang:30s@2m  errors:30%,1m@2m  slow:20x,1m@2m: a minute long, from minute 2 on;
                   ~10s for a jitter; ",open", ",closed" or ",either" for what a good breaker does: errors:30%,1m@2m~10s,closed
  -p, --plan       plan.ts#payments: a plan from a module, in place of all these flags
      --latency    50ms, or 50ms..400ms for the p50 and the p99 (50ms..400ms)
      --background fraction of the calls that fail while all is well (0%)
      --timeout    the time limit of the clients (none; 10s with a hang)
      --processes  processes, each with a breaker (1)
      --retries    2x200ms: two retries, each 200 ms after the failure (none)
      --workers    calls that the service works on at once (no limit)
      --duration   of a day (2 min after the last incident)
      --seeds      days to play (20)

The answer
  -e, --expect     open < 2s, close < 10s, false openings < 1, answered > 95%, failed < 2%, refused < 5%,
                   refused in vain < 1%, waited < 60s; times are p95; may be given again
      --require    the same, for tune
      --json       JSON in place of tables
      --svg FILE   a picture beside
      --budget     days that tune may play (8000)
      --seed       another search of tune (1)

A log (replay)
      --format     combined (nginx or Apache, with $request_time), json or csv
      --unit       of the duration: s, ms or us
      --stamp      end or start: what the time of a line is (end)
      --field      time=ts, duration=took, status=code: names of fields in json and csv; may be given again

For can-open
      --failing    fraction of the calls that fail in the trouble (100%)

Ends with 0 if all expectations are met, with 1 if one is not or can-open found something, with 2 for a mistake.
`;
