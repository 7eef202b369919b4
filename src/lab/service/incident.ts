import { ensure } from '../../core/index.js';
import { ensureFields, type Fields, milliseconds, positive, share, span } from '../check.js';
import { Stream } from '../random/index.js';
import { type Distribution, distributionOf } from './latency.js';

/** When trouble begins and how long the trouble lasts. */
export interface Occasion {
  /** Milliseconds from the start of the plan to the beginning of the incident. */
  readonly at: number;
  /** The length of the incident in milliseconds. */
  readonly for: number;
  /**
   * The beginning moves at random, by up to so many milliseconds to either side; each seed has a day of its own.
   * @default 0
   */
  readonly jitter?: number;
  /**
   * What a good breaker does: opens, stays closed, or either.
   * @default 'open' for an outage, a hang, and errors from a rate of 0.5 on; 'either' for other incidents
   */
  readonly expect?: 'open' | 'closed' | 'either';
}

/** Trouble of a service. Made by `outage`, `errors`, `hang` and `slow`. */
export interface Incident extends Occasion {
  readonly kind: 'outage' | 'errors' | 'hang' | 'slow';
  /** Fraction of failing calls; 1 in an outage. */
  readonly rate: number;
  /** Latencies are so many times as long. */
  readonly factor: number;
  /** The latency of calls in the incident; null for the service's own. */
  readonly latency: Distribution | null;
}

const occasion: Fields = {
  at: milliseconds,
  for: span,
  'jitter?': milliseconds,
  'expect?': [
    '"open", "closed" or "either"',
    (value: string) => value === 'open' || value === 'closed' || value === 'either',
    'string',
  ],
};

/**
 * Every call fails after `latency` milliseconds, as behind a closed port.
 *
 * @param when Also `latency`: milliseconds until a call fails. @default 1
 * @throws RangeError or TypeError naming the field.
 * @example
 * ```ts
 * outage({ at: 120_000, for: 60_000, jitter: 30_000 });
 * ```
 */
export function outage(when: Occasion & { readonly latency?: number }): Incident {
  ensureFields('outage', when, { ...occasion, 'latency?': milliseconds });
  const { latency = 1, ...rest } = when;
  return {
    kind: 'outage',
    rate: 1,
    factor: 1,
    expect: 'open',
    ...rest,
    latency: distributionOf('outage.latency', latency),
  };
}

/**
 * A part of the calls fail, after the service's usual latency.
 *
 * @param when Also `rate`: the fraction of the calls that fail, in [0, 1].
 * @throws RangeError or TypeError naming the field.
 * @example
 * ```ts
 * errors({ at: 300_000, for: 60_000, rate: 0.3, expect: 'closed' });
 * ```
 */
export function errors(when: Occasion & { readonly rate: number }): Incident {
  ensureFields('errors', when, { ...occasion, rate: share });
  return {
    kind: 'errors',
    factor: 1,
    latency: null,
    ...(when.rate >= 0.5 && { expect: 'open' as const }),
    ...when,
  };
}

/**
 * No call is answered: the time limit of the client ends it. Needs `clients.timeout`.
 *
 * @throws RangeError or TypeError naming the field.
 * @example
 * ```ts
 * hang({ at: 120_000, for: 30_000 });
 * ```
 */
export function hang(when: Occasion): Incident {
  ensureFields('hang', when, occasion);
  return { kind: 'hang', rate: 0, factor: 1, latency: null, expect: 'open', ...when };
}

/**
 * Answers take longer: `factor` times as long, or as long as `latency` says.
 *
 * @param when Also `factor` (more than 0) or `latency` (milliseconds or a distribution), one of both.
 * @throws RangeError or TypeError naming the field.
 * @example
 * ```ts
 * slow({ at: 120_000, for: 60_000, factor: 20 });
 * ```
 */
export function slow(
  when: Occasion & ({ readonly factor: number } | { readonly latency: number | Distribution }),
): Incident {
  ensureFields('slow', when, { ...occasion, 'factor?': positive, 'latency?': null });
  const { factor, latency, ...rest } = when as Occasion & {
    readonly factor?: number;
    readonly latency?: number | Distribution;
  };
  if ((factor === undefined) === (latency === undefined)) {
    throw new TypeError('slow needs factor or latency, one of both');
  }
  return {
    kind: 'slow',
    rate: 0,
    factor: factor ?? 1,
    ...rest,
    latency: latency === undefined ? null : distributionOf('slow.latency', latency),
  };
}

/** An incident on the calendar of one seed. */
export interface Scheduled {
  readonly incident: Incident;
  /** Index of the incident in the plan. */
  readonly index: number;
  /** Milliseconds from the start of the plan. */
  readonly start: number;
  readonly end: number;
}

/** The calendar of one seed, by beginning. */
export function schedule(
  incidents: readonly Incident[],
  seed: number,
  stream: number,
): Scheduled[] {
  const random = new Stream(seed, stream);
  return incidents
    .map((incident, index) => {
      const jitter = incident.jitter ?? 0;
      const start = Math.max(0, incident.at + jitter * (2 * random.at(index) - 1));
      return { incident, index, start, end: start + incident.for };
    })
    .sort((a, b) => a.start - b.start || a.index - b.index);
}

/** Throws unless every incident came from `outage`, `errors`, `hang` or `slow`. */
export function ensureIncidents(subject: string, incidents: unknown): void {
  ensure(subject, incidents, ['an array of incidents', Array.isArray, 'object']);
  for (const [index, incident] of (incidents as unknown[]).entries()) {
    ensure(`${subject}[${index}]`, incident, [
      'an incident as of outage(), errors(), hang() or slow()',
      ({ kind, rate, factor, at, for: length }: Incident) =>
        ['outage', 'errors', 'hang', 'slow'].includes(kind) &&
        [rate, factor, at, length].every(Number.isFinite),
      'object',
    ]);
  }
}
