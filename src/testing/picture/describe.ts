import { states } from '../marble/letters.js';
import type { Frame } from './frame.js';
import { counts } from './outcomes.js';

/** The picture in words, for people who cannot see it. */
export function describe(frame: Frame): string {
  return [...before(frame), stays(frame), ...calls(frame)].join(' ');
}

function before({ restored }: Frame): string[] {
  if (restored === null) return [];
  return [`The snapshot is ${states[restored.letter]}: ${restored.lines.join('; ')}.`];
}

function stays(frame: Frame): string {
  const all = frame
    .of('state')
    .map(({ frame: at, letter }, i) => states[letter] + (i === 0 ? '' : ` at ${at} ms`));
  return `The breaker is ${all.join(', ')}.`;
}

function calls(frame: Frame): string[] {
  const all = frame.of('call').length;
  const refused = frame.refused.length;
  const uncounted = frame.lanes.filter(({ outcome }) => !counts(outcome)).length;
  if (all === 0) return ['No call is made.'];
  const parts = [`${number(refused)} refused`];
  if (uncounted > 0) parts.push(`${number(uncounted)} admitted but not counted`);
  return [`Of ${all} ${all === 1 ? 'call' : 'calls'}, ${parts.join(' and ')}.`];
}

function number(n: number): string {
  return n === 0 ? 'none is' : n === 1 ? '1 is' : `${n} are`;
}
