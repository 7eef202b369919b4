import { digits } from './digits.js';
import type { LineParser } from './lineReader.js';
import { localTime } from './localTime.js';

/** The index after the closing quote of a string that opens at `at`; -1 if the string never ends. */
function afterQuotes(line: string, at: number): number {
  for (let n = line.indexOf('"', at + 1); n >= 0; n = line.indexOf('"', n + 1)) {
    let slashes = 0;
    while (line.charCodeAt(n - 1 - slashes) === 92) slashes++;
    if (slashes % 2 === 0) return n + 1;
  }
  return -1;
}

const named = /(?:^|\s)(?:rt|request_time)="?(\d+(?:\.\d+)?)"?(?=\s|$)/;
const plain = /^\d+(?:\.\d+)?$/;

/** The first number after the user agent, or the one that is named `rt=` or `request_time=`; NaN for none. */
function requestTime(rest: string): number {
  if (plain.test(rest)) return Number(rest); // the usual case
  const found = named.exec(rest);
  if (found) return Number(found[1]);
  const token = rest
    .replaceAll(/"(?:[^"\\]|\\.)*"/g, '')
    .split(' ')
    .find((it) => plain.test(it));
  return token === undefined ? Number.NaN : Number(token);
}

/**
 * Lines of nginx or Apache: the combined format, then the duration of the request.
 *
 *     log_format timed '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent '
 *                      '"$http_referer" "$http_user_agent" $request_time';
 *
 * In the brackets may also stand `$msec`, which is exact to the millisecond.
 *
 * @param unit milliseconds of one unit of the duration
 */
export function combined(unit: number, isFailure: (status: number) => boolean): LineParser {
  let lastText = '';
  let lastStamp = Number.NaN;
  let lastCoarse = true;
  return (line, into) => {
    const open = line.indexOf('[');
    const close = line.indexOf('] "', open);
    if (open < 0 || close < 0) return 'no [time] before a quoted request';
    const text = line.slice(open + 1, close);
    if (text !== lastText) {
      lastText = text;
      lastCoarse = !/^\d{9,11}\.\d{3}$/.test(text);
      lastStamp = lastCoarse ? localTime(text) : Number(text) * 1_000;
    }
    if (Number.isNaN(lastStamp)) return 'a time that is no time';
    const request = afterQuotes(line, close + 2);
    if (request < 0) return 'a request whose quotes never end';
    const status = digits(line, request + 1, 3);
    if (!(status >= 100 && status <= 599) || line[request] !== ' ' || line[request + 4] !== ' ') {
      return 'a status that is no HTTP status';
    }
    const referer = line.indexOf('"', request + 5);
    if (referer < 0) return 'no referer and user agent in quotes';
    const agent = line.indexOf('"', afterQuotes(line, referer));
    const rest = agent < 0 ? -1 : afterQuotes(line, agent);
    if (rest < 0) return 'no referer and user agent in quotes';
    const duration = requestTime(line.slice(rest + 1).trim()) * unit;
    if (!Number.isFinite(duration)) return 'no $request_time after the user agent';
    into.stamp = lastStamp;
    into.coarse = lastCoarse;
    into.duration = duration;
    into.failed = isFailure(status);
    return null;
  };
}
