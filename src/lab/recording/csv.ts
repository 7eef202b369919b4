import { cells } from './cells.js';
import { type FieldNames, readFields } from './fields.js';
import type { LineParser } from './lineReader.js';

/**
 * Comma separated values with a head line.
 *
 * @throws RangeError at the head line, if it lacks one of the fields.
 */
export function csv(
  names: Required<FieldNames>,
  how: { readonly unit: number; readonly isFailure: (status: number) => boolean },
): LineParser {
  let places: readonly number[] | null = null;
  let width = 0;
  return (line, into) => {
    const found = cells(line);
    if (places === null) {
      const head = (found ?? []).map((name) => name.trim().replace('\uFEFF', ''));
      places = [names.time, names.duration, names.status].map((name) => {
        const place = head.indexOf(name);
        if (place >= 0) return place;
        throw new RangeError(
          `the head of the CSV file has no field "${name}"; its fields are ${head.join(', ')}`,
        );
      });
      width = head.length;
      return '';
    }
    if (found === null) return 'quotes that do not match';
    if (found.length !== width) return 'another number of cells than the head line';
    const [time = 0, duration = 0, status = 0] = places;
    return readFields(found[time], found[duration], found[status], into, how);
  };
}
