import { type ParseArgsConfig, parseArgs } from 'node:util';
import { lognormal } from '../service/latency.js';
import { ensurePlan, type Plan } from '../world/plan.js';
import { loadPlan } from './load.js';
import { UsageError } from './usage.js';
import {
  fractionOf,
  incidentOf,
  latencyOf,
  retriesOf,
  timeOf,
  trafficOf,
  wholeOf,
} from './words.js';

type One =
  | 'from'
  | 'traffic'
  | 'plan'
  | 'latency'
  | 'background'
  | 'timeout'
  | 'processes'
  | 'retries'
  | 'workers'
  | 'duration'
  | 'seeds'
  | 'svg'
  | 'budget'
  | 'seed'
  | 'format'
  | 'unit'
  | 'stamp'
  | 'failing';
type Many = 'settings' | 'incident' | 'expect' | 'require' | 'field';
type Yes = 'json' | 'help';
type Name = One | Many | Yes;

/** The flags of a command line. */
export type Flags = { readonly [name in One]?: string } & { readonly [name in Many]?: string[] } & {
  readonly [name in Yes]?: boolean;
};

const one = { type: 'string' } as const;
const many = { type: 'string', multiple: true } as const;
const yes = { type: 'boolean' } as const;

const flags: NonNullable<ParseArgsConfig['options']> & Readonly<Record<Name, object>> = {
  settings: { ...many, short: 's' },
  from: one,
  traffic: { ...one, short: 't' },
  incident: { ...many, short: 'i' },
  plan: { ...one, short: 'p' },
  latency: one,
  background: one,
  timeout: one,
  processes: one,
  retries: one,
  workers: one,
  duration: one,
  seeds: one,
  expect: { ...many, short: 'e' },
  require: many,
  json: yes,
  svg: one,
  budget: one,
  seed: one,
  format: one,
  unit: one,
  stamp: one,
  field: many,
  failing: one,
  help: { ...yes, short: 'h' },
};

const planned = [
  'traffic',
  'incident',
  'latency',
  'background',
  'timeout',
  'processes',
  'retries',
  'workers',
  'duration',
] as const;
const playing = [...planned, 'plan', 'seeds', 'json', 'svg'] as const;

/** The flags that each command takes; another flag would be without effect, so it is a mistake. */
const taken: Readonly<Record<string, readonly Name[]>> = {
  check: [...playing, 'settings', 'expect'],
  compare: [...playing, 'settings', 'expect'],
  tune: [...planned, 'plan', 'json', 'svg', 'from', 'require', 'budget', 'seed'],
  replay: [
    'settings',
    'expect',
    'format',
    'unit',
    'stamp',
    'field',
    'timeout',
    'processes',
    'json',
    'svg',
  ],
  'can-open': ['settings', 'traffic', 'processes', 'latency', 'failing', 'json'],
};

export const commands: readonly string[] = Object.keys(taken);

/** A command line, taken apart. Throws a UsageError that names the flag. */
export function read(args: readonly string[]): { flags: Flags; words: readonly string[] } {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: flags,
      allowPositionals: true,
    });
    return { flags: values as unknown as Flags, words: positionals };
  } catch (error) {
    // after the first sentence parseArgs explains words that begin with a dash, which no command takes
    throw new UsageError((error as Error).message.split('. ')[0] as string);
  }
}

/** Throws for flags that the command does not take. */
export function ensureTaken(command: string, given: Flags): void {
  for (const name of Object.keys(given) as Name[]) {
    if (name === 'help' || taken[command]?.includes(name)) continue;
    throw new UsageError(
      `${command} does not take --${name}; its flags are ${taken[command]?.map((it) => `--${it}`).join(', ')}`,
    );
  }
}

/** Milliseconds that a day goes on after its last incident. */
const AFTERWARDS = 120_000;
/** The time limit of clients where a hang needs one and none is given. */
const PATIENCE = 10_000;

/** The plan of the flags. */
export async function planOf(given: Flags): Promise<Plan> {
  if (given.plan !== undefined) {
    const other = planned.find((name) => given[name] !== undefined);
    if (other !== undefined) throw new UsageError(`--plan and --${other} exclude each other`);
    const plan = await loadPlan(given.plan);
    ensurePlan(plan);
    return plan;
  }
  if (given.traffic === undefined) {
    throw new UsageError('--traffic is missing, as in -t poisson:5/s (or --plan)');
  }
  const incidents = (given.incident ?? []).map(incidentOf);
  const last = Math.max(0, ...incidents.map((it) => it.at + it.for + (it.jitter ?? 0)));
  const hangs = incidents.some(({ kind }) => kind === 'hang');
  const timeout =
    given.timeout !== undefined ? timeOf('--timeout', given.timeout) : hangs ? PATIENCE : undefined;
  const plan: Plan = {
    traffic: trafficOf(given.traffic),
    service: {
      latency:
        given.latency === undefined ? lognormal({ p50: 50, p99: 400 }) : latencyOf(given.latency),
      failureRate: fractionOf('--background', given.background ?? '0%'),
      ...(given.workers !== undefined && { workers: wholeOf('--workers', given.workers) }),
      incidents,
    },
    clients: {
      processes: wholeOf('--processes', given.processes ?? '1'),
      ...(timeout !== undefined && { timeout }),
      ...(given.retries !== undefined && { retry: retriesOf(given.retries) }),
    },
    duration:
      given.duration === undefined ? last + AFTERWARDS : timeOf('--duration', given.duration),
  };
  ensurePlan(plan);
  return plan;
}
