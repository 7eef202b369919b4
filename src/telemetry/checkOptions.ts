import { show } from '../core/index.js';

/**
 * Refuses options of other names.
 *
 * @throws TypeError naming the unknown option.
 */
export function checkOptions(options: object, names: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`options must be an object, got ${show(options)}`);
  }
  for (const name of Object.keys(options)) {
    if (names.includes(name)) continue;
    throw new TypeError(`${name} is no option; the options are ${names.join(', ')}`);
  }
}
