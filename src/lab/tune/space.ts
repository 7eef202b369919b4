import { ensure, show } from '../../core/index.js';
import { type CircuitBreakerOptions, circuitBreaker, exponential } from '../../index.js';
import { ensureFields, positive } from '../check.js';

/** A level of an option whose value is no literal: the value, and the code that makes it. */
export interface Level {
  readonly value: unknown;
  /** How a user writes the value. */
  readonly code: string;
}

/**
 * The levels that an option may have, in their order: literals, `undefined` for "left out", or a `Level`. Or a
 * range, which becomes ten levels at equal ratios.
 */
export type Dimension =
  | readonly unknown[]
  | { readonly from: number; readonly to: number; readonly whole?: boolean };

/** The tuned options, by name. */
export type Space = { readonly [option in keyof CircuitBreakerOptions]?: Dimension };

/** An option with its levels, ready for the search. */
export interface Axis {
  readonly option: string;
  /** The first level is always "left out", or what the settings to begin with have. */
  readonly levels: readonly Level[];
}

function level(value: unknown): Level {
  if (typeof value === 'object' && value !== null && 'code' in value && 'value' in value) {
    return value as Level;
  }
  return { value, code: literal(value) };
}

/** A value as code: numbers with groups of digits. */
export function literal(value: unknown): string {
  if (typeof value === 'number' && Number.isInteger(value) && Math.abs(value) >= 1_000) {
    return String(value).replace(/\B(?=(\d{3})+$)/g, '_');
  }
  if (typeof value === 'function') return value.name || 'a function';
  return show(value);
}

function grown(initial: number, max: number): Level {
  return {
    value: exponential({ initial, max }),
    code: `exponential({ initial: ${literal(initial)}, max: ${literal(max)} })`,
  };
}

/** Levels that suit most services. */
function usual(): Space {
  return {
    excessFailureThreshold: [undefined, 2, 3, 4, 5, 6, 8, 10, 15, 25],
    excessDuration: [undefined, 0, 250, 500, 1_000, 2_000, 4_000],
    failureRateThreshold: [undefined, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8],
    minimumCalls: [undefined, 2, 3, 5, 10, 20, 50],
    rollingWindow: [undefined, 1_000, 2_000, 5_000, 10_000, 20_000, 60_000],
    consecutiveFailureThreshold: [undefined, 2, 3, 4, 5, 6, 8, 10, 15],
    slowCallDuration: [undefined, 50, 100, 200, 500, 1_000, 2_000, 5_000],
    retryTimeout: [
      undefined,
      250,
      500,
      1_000,
      2_000,
      5_000,
      10_000,
      30_000,
      grown(250, 5_000),
      grown(500, 5_000),
      grown(500, 15_000),
      grown(1_000, 15_000),
      grown(1_000, 60_000),
      grown(5_000, 60_000),
    ],
    successThreshold: [undefined, 1, 2, 3, 5, 10],
    probeGrowth: [undefined, 1, 2, 4, 8, Infinity],
    probeTimeout: [undefined, 1_000, 5_000, 20_000],
  } as Space;
}

/** The axes of a search. Throws a TypeError or a RangeError naming the option of a bad dimension. */
export function axesOf(space: Space | undefined, from: CircuitBreakerOptions): Axis[] {
  ensure('space', space ?? {}, ['an object', (it: object) => !Array.isArray(it), 'object']);
  const axes: Axis[] = [];
  for (const [option, dimension] of Object.entries(space ?? usual())) {
    const own: unknown = from[option as keyof CircuitBreakerOptions];
    const values = Array.isArray(dimension) ? dimension : ranged(`space.${option}`, dimension);
    const levels = [undefined, own, ...values].map(level);
    const unique = levels.filter(
      (it, n) => levels.findIndex((other) => other.code === it.code) === n,
    );
    if (space !== undefined && !isKnown(option)) {
      throw new TypeError(`space has an unknown option ${show(option)}`);
    }
    axes.push({ option, levels: unique });
  }
  return axes;
}

/** Whether the library knows an option of this name. */
function isKnown(option: string): boolean {
  try {
    circuitBreaker({ [option]: undefined });
    return true;
  } catch {
    return false;
  }
}

function ranged(subject: string, dimension: unknown): number[] {
  ensureFields(subject, dimension, { from: positive, to: positive, 'whole?': null });
  const { from, to, whole } = dimension as { from: number; to: number; whole?: boolean };
  ensure(`${subject}.to`, to, ['more than from', (value: number) => value > from]);
  const levels = Array.from({ length: 10 }, (_, n) => {
    const value = from * nthRoot(to / from, n);
    return whole || value >= 20 ? Math.round(value) : Number(value.toPrecision(2));
  });
  return [...new Set(levels)];
}

/** `ratio` to the power of `n / 9`, by square and cube roots alone. */
function nthRoot(ratio: number, n: number): number {
  const ninth = cubeRoot(cubeRoot(ratio));
  let value = 1;
  for (let k = 0; k < n; k++) value *= ninth;
  return value;
}

/** Newton's method: additions, multiplications and divisions, so the same on every engine. */
function cubeRoot(value: number): number {
  let root = value > 1 ? value : 1;
  for (let n = 0; n < 100; n++) root = (2 * root + value / (root * root)) / 3;
  return root;
}
