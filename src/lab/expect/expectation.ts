import { ensure, show } from '../../core/index.js';
import type { Standing } from '../compare/compare.js';
import { inWords, round } from '../score/words.js';
import { milliseconds } from './time.js';

/**
 * What settings have to reach, as text: a measure, `<` or `>`, and a limit.
 *
 * - `open < 2s`: the p95 of the time to open, over all breakers and all incidents that expect an opening; a
 *   breaker that does not open counts as never.
 * - `close < 10s`: the p95 of the time to close, over all breakers that opened.
 * - `false openings < 1`: per day. `openings < 5`: per day.
 * - `answered > 95%`, `failed < 2%`, `refused < 5%`, `refused in vain < 1%`: of the requests.
 * - `waited < 60s`: what callers waited in vain, per day.
 */
export type ExpectationText = string;

/** An expectation that was understood. */
export interface Expectation {
  readonly text: ExpectationText;
  /** Only a plan with an incident for which an opening is expected can show the measure. */
  readonly needsOutage: boolean;
  /** By how much the limit is missed, as a fraction of it, and in words what was seen instead. */
  judge(standing: Standing): Judgement;
}

/** What became of an expectation. */
export interface Judgement {
  readonly text: ExpectationText;
  readonly met: boolean;
  /** What was seen, in words; a dash for what cannot be seen. */
  readonly seen: string;
  /** 0 for met; else how far off, for the search: 1 is as far as the limit is large. */
  readonly missedBy: number;
}

/** The distance of a finite value that misses its limit by five times the limit or more; no value is twice as far. */
const FAR = 5;

interface Measure {
  /** Null for what cannot be seen. */
  readonly of: (standing: Standing) => number | null;
  /** Where the value may be infinite: the fraction of breakers for which it is. */
  readonly never?: (standing: Standing) => number | null;
  readonly limit: (text: string) => number;
  readonly show: (value: number) => string;
  readonly limits: string;
}

const time = {
  limit: milliseconds,
  show: (value: number) => (value === Infinity ? 'never' : inWords(value)),
  limits: 'a time as 2s or 500ms',
};
const count = {
  limit: (text: string) => (/^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN),
  show: (value: number) => String(round(value)),
  limits: 'a number',
};
const percent = {
  limit: (text: string) =>
    /^\d+(\.\d+)?\s*%$/.test(text) ? Number.parseFloat(text) / 100 : Number.NaN,
  show: (value: number) => `${round(value * 100)} %`,
  limits: 'a percentage as 5%',
};

function share(measure: 'answered' | 'failed' | 'refused' | 'refusedInVain'): Measure {
  return { of: ({ score }) => score[measure] / Math.max(1, score.requests), ...percent };
}

/** The worst of the incidents for which an opening is expected; null if there is none, or nothing to see. */
function worst(
  { incidents }: Standing,
  time: (incident: Standing['incidents'][number]) => number | null,
): number | null {
  const times = incidents
    .filter(({ expect, breakers }) => expect === 'open' && breakers > 0)
    .map(time)
    .filter((it) => it !== null);
  return times.length === 0 ? null : Math.max(...times);
}

const measures: Readonly<Record<string, Measure>> = {
  open: {
    of: (it) => worst(it, ({ openP95 }) => openP95),
    never: (it) => worst(it, ({ opened }) => 1 - opened),
    ...time,
  },
  close: {
    of: (it) => worst(it, ({ closeP95 }) => closeP95),
    never: (it) =>
      worst(it, ({ breakers, opened, notClosed }) => notClosed / Math.max(1, breakers * opened)),
    ...time,
  },
  'false openings': { of: ({ score }) => score.falseOpenings, ...count },
  openings: { of: ({ score }) => score.openings, ...count },
  answered: share('answered'),
  failed: share('failed'),
  refused: share('refused'),
  'refused in vain': share('refusedInVain'),
  waited: { of: ({ score }) => score.secondsInVain * 1_000, ...time },
};

/**
 * Reads an expectation.
 *
 * @throws RangeError or TypeError that names the expectation and the rule.
 * @example
 * ```ts
 * const soon = expectation('open < 2s');
 * console.log(soon.text); // open < 2s
 * ```
 */
export function expectation(text: ExpectationText): Expectation {
  ensure('an expectation', text, ['text as "open < 2s"', Boolean, 'string']);
  const found = /^\s*([a-z ]+?)\s*([<>])\s*(.+?)\s*$/.exec(text);
  const name = found?.[1] ?? '';
  const measure = Object.hasOwn(measures, name) ? measures[name] : undefined;
  if (found === null || measure === undefined) {
    throw new RangeError(
      `an expectation is a measure, < or >, and a limit, as "open < 2s", got ${show(text)}; ` +
        `the measures are ${Object.keys(measures).join(', ')}`,
    );
  }
  const limit = measure.limit(found[3] as string);
  if (Number.isNaN(limit)) {
    throw new RangeError(`the limit of "${name}" is ${measure.limits}, got ${show(found[3])}`);
  }
  const below = found[2] === '<';
  return {
    text,
    needsOutage: name === 'open' || name === 'close',
    judge: (standing) => {
      const value = measure.of(standing);
      if (value === null) return { text, met: false, seen: '-', missedBy: 2 * FAR };
      const met = below ? value < limit : value > limit;
      // a search has to see that fewer breakers never open, so "never" is as far as the part of them
      const off =
        value === Infinity
          ? FAR * (1 + (measure.never?.(standing) ?? 1))
          : Math.min(FAR, Math.abs(value - limit) / Math.max(limit, 1e-9));
      return { text, met, seen: measure.show(value), missedBy: met ? 0 : off + 1e-9 };
    },
  };
}
