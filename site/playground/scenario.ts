import type { Settings } from './settings.ts';

/** What the service does: all is well, some calls fail, no call is answered, or answers take ten times as long. */
export type Mood = 'well' | 'errors' | 'hang' | 'slow';
export const moods: readonly Mood[] = ['well', 'errors', 'hang', 'slow'];

export type Pattern = 'steady' | 'random' | 'bursts';
export const patterns: readonly Pattern[] = ['steady', 'random', 'bursts'];

/** From an instant on the service is in a mood. */
export interface Turn {
  /** Milliseconds from the beginning. */
  readonly at: number;
  readonly mood: Mood;
}

/** Everything that a play depends on. Equal scenarios give equal figures. */
export interface Scenario {
  readonly a: Settings;
  /** The other settings on the same traffic; null for none. */
  readonly b: Settings | null;
  readonly pattern: Pattern;
  /** Calls a second. */
  readonly rate: number;
  /** Milliseconds that an answer takes. */
  readonly latency: number;
  /** Milliseconds after which a caller gives up. */
  readonly limit: number;
  /** Fraction of the calls that fail in the mood `errors`. */
  readonly broken: number;
  /** Fraction of the calls that fail while all is well. */
  readonly noise: number;
  /** The service's moods, by time. It begins well. */
  readonly turns: readonly Turn[];
  readonly seed: number;
}

/** A scenario and the place on the way through it. */
export interface Place {
  readonly scenario: Scenario;
  /** Milliseconds that have been played. */
  readonly at: number;
  /** Virtual milliseconds for each real one. */
  readonly speed: number;
  readonly paused: boolean;
  /** The play pauses by itself at this instant; null for never. */
  readonly until: number | null;
}

/** The longest play: half an hour. */
export const LONGEST = 1_800_000;
export const speeds: readonly number[] = [1, 2, 5, 10, 30, 100];

/** The settings that are numbers, each with its limits. */
export const numbers = {
  rate: [0.1, 200],
  latency: [1, 10_000],
  limit: [10, 60_000],
  broken: [0, 1],
  noise: [0, 1],
} as const satisfies Partial<Record<keyof Scenario, readonly [number, number]>>;

/** Something in a link that the page cannot read, in a sentence. */
export type Complaint = string;

/** A place as the part of a link behind the `#`. */
export function toHash({ scenario, at, speed, paused, until }: Place): string {
  const { a, b, turns, pattern, seed } = scenario;
  const parts: [string, string][] = [['a', settingsText(a)]];
  if (b !== null) parts.push(['b', settingsText(b)]);
  for (const name of Object.keys(numbers)) {
    parts.push([name, String(scenario[name as keyof typeof numbers])]);
  }
  parts.push(['traffic', pattern]);
  if (turns.length > 0) parts.push(['service', turns.map((it) => `${it.at}:${it.mood}`).join(',')]);
  parts.push(['seed', String(seed)], ['t', String(at)], ['speed', String(speed)]);
  if (until !== null) parts.push(['until', String(until)]);
  if (paused) parts.push(['paused', '1']);
  return parts.map(([name, text]) => `${name}=${escaped(text)}`).join('&');
}

function settingsText(settings: Settings): string {
  return Object.entries(settings)
    .map(([name, text]) => `${name}:${text.replace(/[,:\\]/g, '\\$&')}`)
    .join(',');
}

/** `:` and `,` stay readable in a link. */
function escaped(text: string): string {
  return encodeURIComponent(text).replaceAll('%3A', ':').replaceAll('%2C', ',');
}

/**
 * Reads a link. What cannot be read stays as in `otherwise`, and a complaint says so. Settings are the library's
 * business: the texts go through as they are.
 */
export function fromHash(
  hash: string,
  otherwise: Place,
): { place: Place; complaints: Complaint[] } {
  const complaints: Complaint[] = [];
  const parts = new URLSearchParams(hash.replace(/^#/, ''));
  const base = otherwise.scenario;
  const known = [
    'a',
    'b',
    'traffic',
    'service',
    'seed',
    't',
    'speed',
    'until',
    'paused',
    ...Object.keys(numbers),
  ];
  for (const name of new Set(parts.keys())) {
    if (!known.includes(name))
      complaints.push(`The link has a part "${cut(name)}", which this page does not know.`);
  }
  const number = (
    name: string,
    fallback: number,
    from: number,
    to: number,
    whole = false,
  ): number => {
    const text = parts.get(name);
    if (text === null) return fallback;
    const value = Number(text);
    const good =
      text.trim() !== '' && value >= from && value <= to && (!whole || Number.isInteger(value));
    if (good) return value;
    const kind = whole ? 'a whole number' : 'a number';
    complaints.push(
      `The link says ${name}=${cut(text)}, which must be ${kind} from ${from} to ${to}. The page takes ${fallback}.`,
    );
    return fallback;
  };
  const word = <W extends string>(name: string, words: readonly W[], fallback: W): W => {
    const text = parts.get(name);
    if (text === null) return fallback;
    const found = words.find((it) => it === text);
    if (found !== undefined) return found;
    complaints.push(
      `The link says ${name}=${cut(text)}, which must be ${words.join(', ')}. The page takes ${fallback}.`,
    );
    return fallback;
  };
  const settings = (name: string): Settings | null => {
    const text = parts.get(name);
    if (text === null) return null;
    const pairs = (text.match(/(?:\\.|[^,\\])+/g) ?? []).map((part): [string, string] => {
      const [, key = part, value = ''] = /^([^:]*):(.*)$/s.exec(part) ?? [];
      return [key, value.replace(/\\(.)/gs, '$1')];
    });
    if (pairs.length > 20)
      complaints.push(
        `The link has more than 20 settings in ${name}. The page takes the first 20.`,
      );
    return Object.fromEntries(
      pairs.slice(0, 20).map(([key, value]) => [key.slice(0, 60), value.slice(0, 60)]),
    );
  };
  const scenario: Scenario = {
    a: settings('a') ?? base.a,
    b: settings('b'),
    pattern: word('traffic', patterns, base.pattern),
    rate: number('rate', base.rate, ...numbers.rate),
    latency: number('latency', base.latency, ...numbers.latency),
    limit: number('limit', base.limit, ...numbers.limit),
    broken: number('broken', base.broken, ...numbers.broken),
    noise: number('noise', base.noise, ...numbers.noise),
    turns: turnsOf(parts.get('service'), complaints),
    seed: number('seed', base.seed, 0, 4_294_967_295, true),
  };
  const speed = word('speed', speeds.map(String), String(otherwise.speed));
  return {
    complaints,
    place: {
      scenario,
      at: number('t', otherwise.at, 0, LONGEST, true),
      speed: Number(speed),
      until: parts.has('until') ? number('until', LONGEST, 0, LONGEST, true) : null,
      paused: parts.get('paused') === '1',
    },
  };
}

function turnsOf(text: string | null, complaints: Complaint[]): readonly Turn[] {
  if (text === null || text === '') return [];
  const turns: Turn[] = [];
  for (const part of text.split(',').slice(0, 200)) {
    const [, time, name] = /^(\d+):(.+)$/.exec(part) ?? [];
    const at = Number(time);
    const mood = moods.find((it) => it === name);
    if (mood !== undefined && at <= LONGEST && at >= (turns.at(-1)?.at ?? 0))
      turns.push({ at, mood });
    else {
      complaints.push(
        `The link says "${cut(part)}" of the service, which must be milliseconds, a colon and one of ${moods.join(', ')}, in order of time.`,
      );
    }
  }
  return turns;
}

function cut(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)} ...` : text;
}
