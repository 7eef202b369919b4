import type { Line } from './lineReader.js';

/** The names of the fields in JSON lines and CSV. */
export interface FieldNames {
  /** When the call began or ended: milliseconds or seconds since 1970, or an ISO 8601 date. @default 'time' */
  readonly time?: string;
  /** How long the call took. @default 'duration' */
  readonly duration?: string;
  /** An HTTP status, `true` and `false`, or `success` and `failure`. @default 'status' */
  readonly status?: string;
}

const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)$/;
const number = /^-?\d+(?:\.\d+)?$/;

/** Milliseconds since 1970; a number below 1e11 is one of seconds. NaN for anything else. */
function instant(value: unknown): number {
  if (typeof value === 'number') return value < 1e11 ? value * 1_000 : value;
  if (typeof value !== 'string') return Number.NaN;
  if (number.test(value)) return instant(Number(value));
  return iso.test(value) ? Date.parse(value) : Number.NaN;
}

/** Whether a call failed; null if the value does not say. */
function failure(value: unknown, isFailure: (status: number) => boolean): boolean | null {
  if (value === true || value === 'true' || value === 'success' || value === 'ok') return false;
  if (value === false || value === 'false' || value === 'failure' || value === 'error') return true;
  const status = typeof value === 'string' && number.test(value) ? Number(value) : value;
  if (typeof status !== 'number' || !Number.isInteger(status)) return null;
  return status >= 100 && status <= 599 ? isFailure(status) : null;
}

/** Reads the three values of a call into a line. Returns null, or what is wrong. */
export function readFields(
  time: unknown,
  duration: unknown,
  status: unknown,
  into: Line,
  { unit, isFailure }: { readonly unit: number; readonly isFailure: (status: number) => boolean },
): string | null {
  const stamp = instant(time);
  if (!Number.isFinite(stamp) || stamp < 0) return 'a time that is no time';
  const took =
    typeof duration === 'number'
      ? duration
      : typeof duration === 'string' && number.test(duration)
        ? Number(duration)
        : Number.NaN;
  if (!(took >= 0) || took === Infinity) return 'a duration that is no number of 0 or more';
  const failed = failure(status, isFailure);
  if (failed === null) return 'a status that is no HTTP status, true, false, success or failure';
  into.stamp = stamp;
  into.coarse = typeof time === 'string' && iso.test(time) && !time.includes('.');
  into.duration = took * unit;
  into.failed = failed;
  return null;
}
