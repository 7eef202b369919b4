import { type CircuitBreakerOptions, circuitBreaker } from '../../index.js';
import { type Axis, literal } from './space.js';

/** Settings on the grid of a search: the index of a level for each axis. */
export type Point = readonly number[];

/** The settings that a point stands for: those to begin with, with the options of the axes set or left out. */
export function optionsAt(
  axes: readonly Axis[],
  point: Point,
  from: CircuitBreakerOptions,
): CircuitBreakerOptions {
  const options: Record<string, unknown> = { ...from };
  for (const [n, { option, levels }] of axes.entries()) {
    const value = levels[point[n] as number]?.value;
    if (value === undefined) delete options[option];
    else options[option] = value;
  }
  return options as CircuitBreakerOptions;
}

/** Whether the library takes the settings: options may contradict each other. */
export function isSound(options: CircuitBreakerOptions): boolean {
  try {
    circuitBreaker(options);
    return true;
  } catch {
    return false;
  }
}

/** The point of the settings to begin with. */
export function pointOf(axes: readonly Axis[], options: CircuitBreakerOptions): number[] {
  return axes.map(({ option, levels }) => {
    const own: unknown = options[option as keyof CircuitBreakerOptions];
    return Math.max(
      0,
      levels.findIndex(({ value }) => value === own),
    );
  });
}

/** The settings as code, with what the axes hold as a user would write it. */
export function codeAt(axes: readonly Axis[], point: Point, from: CircuitBreakerOptions): string {
  const tuned = new Map(axes.map(({ option, levels }, n) => [option, levels[point[n] as number]]));
  const lines: string[] = [];
  for (const [option, value] of Object.entries(from)) {
    if (value !== undefined && !tuned.has(option)) lines.push(`  ${option}: ${literal(value)},`);
  }
  for (const [option, level] of tuned) {
    if (level !== undefined && level.value !== undefined) lines.push(`  ${option}: ${level.code},`);
  }
  return lines.length === 0 ? '{}' : `{\n${lines.join('\n')}\n}`;
}
