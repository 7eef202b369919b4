/** The counts that led to a change. */
interface Tally {
  readonly calls: number;
  readonly failures: number;
  readonly slow: number;
  readonly consecutiveFailures: number;
}

/** The reason of a state change for people, with the counts that led to it. */
export function because(reason: string, counts: Tally): string {
  return (sentences[reason] ?? (() => reason.replaceAll('-', ' ')))(counts);
}

const sentences: Readonly<Record<string, (counts: Tally) => string>> = {
  'excess-failures': ({ calls, failures }) =>
    `failures outweigh successes: ${failures} of ${calls}`,
  'failure-rate': ({ calls, failures }) => `${failures} of ${calls} calls failed`,
  failures: ({ failures }) => `${failures} calls failed`,
  'consecutive-failures': ({ consecutiveFailures: row }) => `${row} calls in a row failed`,
  'slow-call-rate': ({ calls, slow }) => `${slow} of ${calls} calls were slow`,
  'trip-when': ({ calls, failures }) => `tripWhen said so: ${failures} of ${calls} calls failed`,
  trip: () => 'told to trip',
  'retry-timeout': () => 'the open time is over',
  'half-open': () => 'told to ask again',
  'probes-succeeded': () => 'the probes succeeded',
  'probes-failed': ({ calls, failures }) =>
    calls === 1 ? 'the probe failed' : `${failures} of ${calls} probes failed`,
  'peers-opened': () => 'other processes opened it',
  'peers-closed': () => 'other processes closed it',
  isolate: () => 'isolated by hand',
  disable: () => 'disabled by hand',
  release: () => 'released by hand',
  reset: () => 'reset by hand',
};
