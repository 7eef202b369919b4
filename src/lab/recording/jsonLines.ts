import { type FieldNames, readFields } from './fields.js';
import type { LineParser } from './lineReader.js';

/** Lines that are a JSON object each. */
export function jsonLines(
  names: Required<FieldNames>,
  how: { readonly unit: number; readonly isFailure: (status: number) => boolean },
): LineParser {
  return (line, into) => {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      return 'no JSON';
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return 'no JSON object';
    const fields = value as Record<string, unknown>;
    for (const name of [names.time, names.duration, names.status]) {
      if (fields[name] === undefined) return `no field "${name}"`;
    }
    return readFields(fields[names.time], fields[names.duration], fields[names.status], into, how);
  };
}
