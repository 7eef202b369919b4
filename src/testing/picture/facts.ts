import type { CircuitSnapshot } from '../../index.js';
import { letterOf, states } from '../marble/letters.js';
import { widthOf } from './measure.js';

/** The contents of a snapshot, in short lines. */
export interface Facts {
  readonly letter: string;
  readonly lines: readonly string[];
  readonly width: number;
  readonly height: number;
}

/** The least width: every state's word fits. */
const WIDTH = 84;
/** The height of a line. */
export const FACT = 14;

/** The facts of a snapshot that a breaker starts from. */
export function factsOf(snapshot: CircuitSnapshot): Facts {
  const letter = letterOf(states, snapshot.state);
  const lines = [...stay(snapshot), ...why(snapshot), ...tallies(snapshot), ...held(snapshot)];
  const widest = Math.max(...lines.map((words) => widthOf(words, 'small')), 0);
  const width = Math.max(widest + 4, WIDTH);
  return { letter, lines, width, height: 14 + lines.length * FACT };
}

/** How long before the start the snapshot was taken, the open time that is left, and how often the breaker has opened. */
function stay({ takenAt = 0, state, retryAfter, attempt }: CircuitSnapshot): string[] {
  const lines: string[] = [];
  if (takenAt < 0) lines.push(`taken ${-takenAt} ms before`);
  if (state === 'open') lines.push(retryAfter === null ? 'open for ever' : `${retryAfter} ms left`);
  if (attempt > 0) lines.push(`attempt ${attempt}`);
  return lines;
}

/** The rule or the deed that ended the closed state, the probes so far, and the excess. */
function why({ why, openTime, probes, excess }: CircuitSnapshot): string[] {
  const lines: string[] = [];
  if (why) lines.push(`${why.reason}, ${why.ago} ms ago`);
  if (openTime) lines.push(`was open for ${openTime} ms`);
  if (probes) lines.push(`probes: ${probes.good} good, ${probes.bad} bad`);
  if (excess && excess.failures > 0) lines.push(`excess ${excess.failures} for ${excess.ago} ms`);
  return lines;
}

function tallies({ counts }: CircuitSnapshot): string[] {
  const { successes, failures, ignored, slow, inFlight } = counts;
  const { consecutiveFailures, consecutiveSuccesses } = counts;
  const tally = (some: readonly (readonly [number, string])[]): string =>
    some
      .filter(([n]) => n > 0)
      .map(([n, words]) => `${n} ${words}`)
      .join(', ');
  const lines = [
    tally([
      [successes, 'good'],
      [failures, 'failed'],
    ]),
    tally([
      [ignored, 'ignored'],
      [slow, 'slow'],
      [inFlight, 'in flight'],
    ]),
    tally([
      [consecutiveFailures, 'failed in a row'],
      [consecutiveSuccesses, 'good in a row'],
    ]),
  ].filter((words) => words !== '');
  return lines.length > 0 ? lines : ['no calls'];
}

/** The contents of the window. */
function held({ window }: CircuitSnapshot): string[] {
  if (window === null) return [];
  if (window.kind === 'calls') {
    return [window.outcomes === '' ? 'an empty window' : `window of calls: ${window.outcomes}`];
  }
  if (window.buckets.length === 0) return ['an empty window'];
  return window.buckets.map(({ ago, successes, failures, ignored, slow }) => {
    const parts = [`${successes} good`, `${failures} failed`, `${ignored} ignored`, `${slow} slow`];
    return `${ago} ms ago: ${parts.filter((part) => !part.startsWith('0 ')).join(', ')}`;
  });
}
