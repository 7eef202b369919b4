import { show } from '../../core/index.js';
import { milliseconds } from '../expect/time.js';
import { errors, hang, type Incident, type Occasion, outage, slow } from '../service/incident.js';
import { type Distribution, lognormal } from '../service/latency.js';
import { bursty, diurnal, poisson, steady, type Traffic } from '../traffic/traffic.js';
import type { RetryPlan } from '../world/plan.js';
import { UsageError } from './usage.js';

/** A time of a flag in milliseconds. */
export function timeOf(flag: string, text: string): number {
  const value = milliseconds(text);
  if (Number.isNaN(value)) {
    throw new UsageError(`${flag} must be a time as 500ms, 2s, 1m or 3h, got ${show(text)}`);
  }
  return value;
}

/** A percentage of a flag as a fraction. */
export function fractionOf(flag: string, text: string): number {
  const value = /^\d+(\.\d+)?%$/.test(text) ? Number.parseFloat(text) / 100 : Number.NaN;
  if (!(value >= 0 && value <= 1)) {
    throw new UsageError(`${flag} must be a percentage from 0% to 100%, got ${show(text)}`);
  }
  return value;
}

/** A whole number of a flag. */
export function wholeOf(flag: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) {
    throw new UsageError(`${flag} must be a whole number, got ${show(text)}`);
  }
  return Number(text);
}

function rateOf(flag: string, text: string, form: string): number {
  const found = /^(\d+(?:\.\d+)?)\/(s|m|min|h)$/.exec(text);
  const seconds = { s: 1, m: 60, min: 60, h: 3_600 }[found?.[2] as 's' | 'm' | 'min' | 'h'];
  if (found === null || seconds === undefined) {
    throw new UsageError(`${flag} must be ${form}, got ${show(text)}`);
  }
  return Number(found[1]) / seconds;
}

/** Puts the flag in front of the message of the lab: the user knows the flag, not the function of the lab. */
function named<T>(flag: string, read: (text: string) => T): (text: string) => T {
  return (text) => {
    try {
      return read(text);
    } catch (error) {
      if (error instanceof UsageError) throw error;
      throw new UsageError(`${flag} ${show(text)}: ${(error as Error).message}`);
    }
  };
}

/** `poisson:5/s` and its like. */
export const trafficOf: (text: string) => Traffic = named('--traffic', readTraffic);

/** `outage:1m@2m~10s` and its like. */
export const incidentOf: (text: string) => Incident = named('--incident', readIncident);

/** `50ms` or `50ms..400ms`. */
export const latencyOf: (text: string) => number | Distribution = named('--latency', readLatency);

function readTraffic(text: string): Traffic {
  const [kind = '', rest = ''] = split(text, ':');
  const form = 'as steady:20/s, poisson:5/s, bursty:5/s+100/s,2s/1m or diurnal:2/s..40/s,24h';
  const rate = (it: string): number => rateOf('--traffic', it, form);
  if (kind === 'steady') return steady(rate(rest));
  if (kind === 'poisson') return poisson(rate(rest));
  const bursts = /^([^+,]+)\+([^,]+),([^/]+)\/(.+)$/.exec(rest);
  if (kind === 'bursty' && bursts) {
    const [, usual = '', burst = '', length = '', every = ''] = bursts;
    return bursty({
      rate: rate(usual),
      burst: rate(burst),
      for: timeOf('--traffic bursty', length),
      every: timeOf('--traffic bursty', every),
    });
  }
  const days = /^(.+?)\.\.([^,]+)(?:,(.+))?$/.exec(rest);
  if (kind === 'diurnal' && days) {
    const [, low = '', high = '', period = '24h'] = days;
    return diurnal({
      low: rate(low),
      high: rate(high),
      period: timeOf('--traffic diurnal', period),
    });
  }
  throw new UsageError(`--traffic must be ${form}, got ${show(text)}`);
}

function readIncident(text: string): Incident {
  const form =
    'as outage:1m@2m, hang:30s@2m, errors:30%,1m@2m or slow:20x,1m@2m, with ~10s for a jitter and ,open, ,closed or ,either';
  const wrong = new UsageError(`--incident must be ${form}, got ${show(text)}`);
  const [kind = '', rest = ''] = split(text, ':');
  const parts = rest.split(',');
  const last = parts.at(-1);
  const expect: Incident['expect'] =
    last === 'open' || last === 'closed' || last === 'either' ? last : undefined;
  if (expect !== undefined) parts.pop();
  const size = kind === 'errors' || kind === 'slow' ? parts.shift() : undefined;
  const found = /^([^@~]+)@([^@~]+)(?:~([^@~]+))?$/.exec(parts[0] ?? '');
  if (found === null || parts.length !== 1) throw wrong;
  const [, length = '', at = '', jitter] = found;
  const when: Occasion = {
    for: timeOf('--incident', length),
    at: timeOf('--incident', at),
    ...(jitter !== undefined && { jitter: timeOf('--incident', jitter) }),
    ...(expect !== undefined && { expect }),
  };
  if (kind === 'outage') return outage(when);
  if (kind === 'hang') return hang(when);
  if (kind === 'errors')
    return errors({ ...when, rate: fractionOf('--incident errors', size ?? '') });
  const factor = /^(\d+(?:\.\d+)?)x$/.exec(size ?? '');
  if (kind === 'slow' && factor) return slow({ ...when, factor: Number(factor[1]) });
  throw wrong;
}

function readLatency(text: string): number | Distribution {
  const [p50 = '', p99] = split(text, '..');
  if (p99 === undefined) return timeOf('--latency', p50);
  return lognormal({ p50: timeOf('--latency', p50), p99: timeOf('--latency', p99) });
}

/** `2x200ms`. */
export function retriesOf(text: string): RetryPlan {
  const found = /^(\d+)x(.+)$/.exec(text);
  if (found === null) throw new UsageError(`--retries must be as 2x200ms, got ${show(text)}`);
  return { count: Number(found[1]), delay: timeOf('--retries', found[2] as string) };
}

function split(text: string, by: string): string[] {
  const at = text.indexOf(by);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + by.length)];
}
