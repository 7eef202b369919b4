import { ensure, show } from '../../core/index.js';
import { ensureFields } from '../check.js';
import { combined } from './combined.js';
import { csv } from './csv.js';
import type { FieldNames } from './fields.js';
import { jsonLines } from './jsonLines.js';
import { LineReader } from './lineReader.js';
import type { Recording } from './recording.js';

/** How a log is to be read. */
export interface ReadLogOptions {
  /**
   * `'combined'`: nginx or Apache, the combined format and then `$request_time`. `'json'`: a JSON object a line.
   * `'csv'`: a head line, then values.
   */
  readonly format: 'combined' | 'json' | 'csv';
  /**
   * The unit of the duration: seconds, milliseconds, or microseconds (Apache's `%D`).
   * @default 's' for combined, 'ms' for JSON and CSV
   */
  readonly unit?: 's' | 'ms' | 'us';
  /**
   * What the time of a line is: nginx stamps the end of a request, Apache its beginning.
   * @default 'end'
   */
  readonly stamp?: 'end' | 'start';
  /** The names of the fields in JSON lines and CSV. @default time, duration and status */
  readonly fields?: FieldNames;
  /**
   * Whether an HTTP status is a failure.
   * @default 500 and above, and 499: a client that gave up on nginx
   */
  readonly isFailure?: (status: number) => boolean;
}

const units = { s: 1_000, ms: 1, us: 0.001 } as const;

/** A reader for the lines of a log. Throws for options that cannot be meant. */
export function lineReader(options: ReadLogOptions): LineReader {
  ensureFields('readLog options', options, {
    format: [
      '"combined", "json" or "csv"',
      (value: string) => ['combined', 'json', 'csv'].includes(value),
      'string',
    ],
    'unit?': ['"s", "ms" or "us"', (value: string) => Object.hasOwn(units, value), 'string'],
    'stamp?': [
      '"end" or "start"',
      (value: string) => value === 'end' || value === 'start',
      'string',
    ],
    'fields?': null,
    'isFailure?': ['a function', Boolean, 'function'],
  });
  const { format, stamp = 'end', fields = {} } = options;
  const { unit = format === 'combined' ? 's' : 'ms' } = options;
  const { isFailure = (status: number) => status >= 500 || status === 499 } = options;
  const text = ['a name', Boolean, 'string'] as const;
  ensureFields('readLog fields', fields, { 'time?': text, 'duration?': text, 'status?': text });
  if (options.fields !== undefined && format === 'combined') {
    throw new TypeError(`readLog fields must be left out for combined, got ${show(fields)}`);
  }
  const names = { time: 'time', duration: 'duration', status: 'status', ...fields };
  const how = { unit: units[unit], isFailure };
  const parse =
    format === 'combined'
      ? combined(how.unit, isFailure)
      : format === 'json'
        ? jsonLines(names, how)
        : csv(names, how);
  return new LineReader(parse, stamp === 'end');
}

/**
 * Reads the calls of an access log. A line that cannot be read is counted under its reason and believed in no
 * part; `recording.skipped` says which.
 *
 * nginx stamps the *end* of a request, in whole seconds: the beginning is that minus `$request_time`, and the
 * lines of one second are spread over the second. With `$msec` in place of `$time_local` nothing is spread.
 *
 * @param lines The lines without their line ends, as of `readline`.
 * @throws RangeError or TypeError naming the option; an error of the lines as it comes.
 * @example
 * ```ts
 * const lines = createInterface({ input: createReadStream('access.log') });
 * const recording = await readLog(lines, { format: 'combined' });
 * console.log(recording.length, recording.skipped);
 * ```
 */
export async function readLog(
  lines: AsyncIterable<string> | Iterable<string>,
  options: ReadLogOptions,
): Promise<Recording> {
  const reader = lineReader(options);
  const given: unknown = Object(lines);
  const iterate = (given as never)[Symbol.asyncIterator] ?? (given as never)[Symbol.iterator];
  ensure('lines', iterate, ['an iterable of lines', Boolean, 'function']);
  if (Symbol.asyncIterator in lines) {
    for await (const line of lines) reader.read(line);
  } else {
    for (const line of lines) reader.read(line); // an await for each line would be half of the work
  }
  return reader.finish();
}
