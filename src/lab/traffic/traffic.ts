import { ensure, show } from '../../core/index.js';
import { ensureFields, notNegative, positive, span } from '../check.js';
import { cosineOfTurn, log, type Stream } from '../random/index.js';
import type { Recording } from '../recording/recording.js';

/** When requests come. Made by `steady`, `poisson`, `bursty`, `diurnal` and `recorded`. */
export interface Traffic {
  /** The sort of traffic in words, with its numbers; for reports. */
  readonly label: string;
  /** Mean requests per second. */
  readonly rate: number;
  /** Requests that came with their outcome; only `recorded` has these. */
  readonly recording?: Recording;
  /** The instants of the requests in ascending order, in milliseconds; `Infinity` when there are no more. */
  arrivals(stream: Stream): () => number;
}

function rateOf(subject: string, rate: number): number {
  ensure(subject, rate, positive);
  return rate;
}

/**
 * Requests at equal distances, the first one at 0.
 *
 * @param rate Requests per second, more than 0.
 * @throws RangeError or TypeError naming the parameter.
 * @example
 * ```ts
 * steady(20); // at 0, 50, 100, 150 ... ms
 * ```
 */
export function steady(rate: number): Traffic {
  rateOf('steady rate', rate);
  return {
    label: `steady ${show(rate)}/s`,
    rate,
    arrivals: () => {
      let n = 0;
      return () => (n++ * 1_000) / rate;
    },
  };
}

/**
 * Requests of many independent users: the distances are random, with an exponential distribution.
 *
 * @param rate Mean requests per second, more than 0.
 * @throws RangeError or TypeError naming the parameter.
 * @example
 * ```ts
 * poisson(5); // five requests a second in the mean
 * ```
 */
export function poisson(rate: number): Traffic {
  rateOf('poisson rate', rate);
  return {
    label: `poisson ${show(rate)}/s`,
    rate,
    arrivals: (stream) => {
      let n = 0;
      let at = 0;
      return () => {
        at -= (log(stream.at(n++)) * 1_000) / rate;
        return at;
      };
    },
  };
}

/**
 * Poisson traffic whose rate changes with time, by thinning (Lewis & Shedler 1979): requests come at the
 * highest rate, and a request stays with the probability `rateAt(t) / highest`.
 */
function thinned(stream: Stream, highest: number, rateAt: (at: number) => number): () => number {
  let n = 0;
  let at = 0;
  return () => {
    do {
      at -= (log(stream.at(n++)) * 1_000) / highest;
    } while (stream.at(n++) * highest > rateAt(at));
    return at;
  };
}

/**
 * Poisson traffic with bursts: every so often the rate is higher for a while.
 *
 * @param shape.rate Mean requests per second between the bursts, 0 or more.
 * @param shape.burst Mean requests per second in a burst, more than 0.
 * @param shape.every Milliseconds from the beginning of a burst to the beginning of the next one.
 * @param shape.for The length of a burst in milliseconds, at most `every`.
 * @throws RangeError or TypeError naming the field.
 * @example
 * ```ts
 * bursty({ rate: 5, burst: 100, every: 60_000, for: 2_000 });
 * ```
 */
export function bursty(shape: {
  readonly rate: number;
  readonly burst: number;
  readonly every: number;
  readonly for: number;
}): Traffic {
  ensureFields('bursty', shape, { rate: notNegative, burst: positive, every: span, for: span });
  const { rate, burst, every, for: length } = shape;
  ensure('bursty.for', length, ['at most every', (value: number) => value <= every]);
  const highest = Math.max(rate, burst);
  return {
    label: `bursty ${rate}/s, ${burst}/s for ${length} of every ${every} ms`,
    rate: rate + ((burst - rate) * length) / every,
    arrivals: (stream) => thinned(stream, highest, (at) => (at % every < length ? burst : rate)),
  };
}

/**
 * Poisson traffic that rises and falls with the day, along a cosine: least at 0, most after half of a period.
 *
 * @param shape.low Mean requests per second at the quietest instant, 0 or more.
 * @param shape.high Mean requests per second at the busiest instant, at least `low`.
 * @param shape.period Milliseconds of one round. @default 86_400_000
 * @throws RangeError or TypeError naming the field.
 * @example
 * ```ts
 * diurnal({ low: 2, high: 40 }); // nights with 2 requests a second, days with 40
 * ```
 */
export function diurnal(shape: {
  readonly low: number;
  readonly high: number;
  readonly period?: number;
}): Traffic {
  ensureFields('diurnal', shape, { low: notNegative, high: positive, 'period?': span });
  const { low, high, period = 86_400_000 } = shape;
  ensure('diurnal.high', high, ['at least low', (value: number) => value >= low]);
  const rateAt = (at: number): number =>
    low + ((high - low) * (1 - cosineOfTurn((at % period) / period))) / 2;
  return {
    label: `diurnal ${low} to ${high}/s`,
    rate: (low + high) / 2,
    arrivals: (stream) => thinned(stream, high, rateAt),
  };
}
