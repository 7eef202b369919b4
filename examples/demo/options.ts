import { parseArgs } from 'node:util';

/** What the flags of the demo say. */
export interface DemoOptions {
  readonly calls: number;
  readonly pace: number;
  readonly failureRate: number;
  readonly recoverAt: number;
  readonly recoveredRate: number;
  readonly openTime: number;
  readonly seed: number;
}

/** A flag that cannot be used; its message is meant for the person who typed it. */
export class UsageError extends Error {}

interface Flag {
  readonly value: string;
  readonly fallback: number;
  readonly help: string;
  readonly rule: string;
  readonly holds: (value: number) => boolean;
}

const whole = {
  rule: 'a whole number from 1 on',
  holds: (n: number) => Number.isSafeInteger(n) && n > 0,
};
const fraction = { rule: 'a number from 0 to 1', holds: (n: number) => n >= 0 && n <= 1 };
// longer delays overflow the timers of Node
const milliseconds = {
  rule: 'a number of milliseconds from 1 to 3600000',
  holds: (n: number) => n >= 1 && n <= 3_600_000,
};

const flags: Record<string, Flag> = {
  calls: { value: 'n', fallback: 20, help: 'calls to make', ...whole },
  pace: { value: 'ms', fallback: 500, help: 'time from one call to the next', ...milliseconds },
  'failure-rate': {
    value: 'rate',
    fallback: 0.6,
    help: 'how many of the calls the service fails, 0 to 1',
    ...fraction,
  },
  'recover-at': {
    value: 'call',
    fallback: Number.POSITIVE_INFINITY,
    help: 'the call from which on the service is better',
    ...whole,
  },
  'recovered-rate': {
    value: 'rate',
    fallback: 0,
    help: 'how many of the calls it fails from there on, 0 to 1',
    ...fraction,
  },
  'open-time': {
    value: 'ms',
    fallback: 5_000,
    help: 'how long the breaker stays open',
    ...milliseconds,
  },
  seed: {
    value: 'n',
    fallback: 61,
    help: 'the same seed fails the same calls again',
    rule: 'a whole number',
    holds: Number.isSafeInteger,
  },
};

/** The text that `--help` prints. */
export function help(): string {
  const lines = Object.entries(flags).map(([name, { value, fallback, help }]) => {
    const standard = Number.isFinite(fallback) ? `${fallback}` : 'never';
    return `  ${`--${name} <${value}>`.padEnd(24)}${help} (default: ${standard})`;
  });
  return `Calls an HTTP service that fails at random, through a circuit breaker.

Usage: npm run demo -- [flags]

${lines.join('\n')}
  ${'--help'.padEnd(24)}print this and end

A full trip and recovery, in 25 seconds:
  npm run demo -- --calls 50 --failure-rate 0.9 --recover-at 25
`;
}

/** Reads the flags; `null` when help is asked for. Throws a `UsageError` that says what is wrong. */
export function readOptions(args: readonly string[]): DemoOptions | null {
  const values = parse(args);
  if (values['help'] === true) return null;
  const number = (name: string): number => {
    const { fallback, rule, holds } = flags[name] as Flag;
    const text = values[name];
    if (typeof text !== 'string') return fallback;
    const given = text.trim() === '' ? Number.NaN : Number(text);
    if (holds(given)) return given;
    const hint =
      rule === fraction.rule && given > 1 && given <= 100 ? `; did you mean ${given / 100}?` : '';
    throw new UsageError(`--${name} must be ${rule}, got "${text}"${hint}`);
  };
  return {
    calls: number('calls'),
    pace: number('pace'),
    failureRate: number('failure-rate'),
    recoverAt: number('recover-at'),
    recoveredRate: number('recovered-rate'),
    openTime: number('open-time'),
    seed: number('seed'),
  };
}

function parse(args: readonly string[]): Record<string, string | boolean | undefined> {
  const texts = Object.keys(flags).map((name) => [name, { type: 'string' }] as const);
  try {
    return parseArgs({
      args: [...args],
      options: { ...Object.fromEntries(texts), help: { type: 'boolean' } },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
