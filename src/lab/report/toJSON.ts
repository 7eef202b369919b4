/**
 * A report as JSON text with an indent of two. JSON knows no `Infinity` and no `NaN`: both become `null`, and a
 * function becomes its name.
 *
 * @param report A run, a comparison, a tuning, findings, or what a shadow saw.
 * @example
 * ```ts
 * writeFileSync('comparison.json', toJSON(compare(plan, candidates)));
 * ```
 */
export function toJSON(report: object): string {
  return JSON.stringify(
    report,
    (_, value: unknown) => {
      if (typeof value === 'number' && !Number.isFinite(value)) return null;
      if (typeof value === 'function') return `[function ${value.name || 'without a name'}]`;
      return ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value;
    },
    2,
  );
}
