import { World } from 'rxjs-circuit-breaker/lab';
import { assertMarble, printMarble } from 'rxjs-circuit-breaker/testing';
import { planOf, troubleOf } from './play.ts';
import type { Scenario } from './scenario.ts';
import { asCall, type Settings } from './settings.ts';

/** The most calls of a claim. */
const MOST = 150;
/** Milliseconds of good calls before the service breaks, at least. */
const BEFORE = 1_500;
/** Calls before the service breaks, at least. */
const CALLS_BEFORE = 8;

/** A call, and its end if it is let through. */
interface Call {
  /** Milliseconds from the beginning of the play. */
  readonly at: number;
  /** Milliseconds that the call takes. */
  readonly takes: number;
  readonly good: boolean;
}

/**
 * A part of a play as a marble text: from shortly before the service broke first, to shortly after it was well. The
 * calls are those of the play with what the service would answer; a new breaker meets them, so the text holds in
 * `assertMarble`.
 *
 * @param to The end of the part at most, in milliseconds.
 */
export function asMarbles(scenario: Scenario, settings: Settings, to: number): string {
  const calls = callsOf(scenario, to);
  const [broke = null] = scenario.turns.filter(({ mood }) => mood !== 'well').map(({ at }) => at);
  const first = broke === null || broke >= to ? 0 : firstCall(calls, broke);
  const part = calls.slice(first, first + MOST);
  const start = Math.floor(part[0]?.at ?? 0);
  const { letters, kinds } = kindsOf(part);
  const row = rowOf(part.map(({ at }, n) => [Math.round(at) - start, letters[n] as string]));
  const code = asCall(settings)
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
  const prose = `${part.length} calls of the playground from ${start} ms on, as they met a new breaker.`;
  const head = `What the settings do when the service breaks\n\n${prose}\n\n${code}\n`;
  const tail = `\n${kinds.map((line) => `  ${line}`).join('\n')}\n`;
  const rows = printMarble(`${head}\n  calls  ${row}\n${tail}`);
  const text = `${head}\n${rows}\n${tail}`;
  assertMarble(text);
  return text;
}

function firstCall(calls: readonly Call[], broke: number): number {
  const index = calls.findIndex(({ at }) => at >= broke - BEFORE);
  const least = calls.filter(({ at }) => at < broke).length - CALLS_BEFORE;
  return Math.max(0, Math.min(index, least));
}

/** The calls of a scenario with what the service answers: those of a lane without a breaker. */
function callsOf(scenario: Scenario, to: number): Call[] {
  const began = new Map<number, number>();
  const calls: Call[] = [];
  const world = new World(planOf(scenario), { calls: null }, scenario.seed, {
    spectator: {
      admitted: ({ request, at }) => began.set(request, at),
      ended: ({ request, at }, outcome) => {
        const since = began.get(request) as number;
        calls.push({ at: since, takes: at - since, good: outcome === 'answered' });
      },
    },
  });
  for (const turn of scenario.turns) {
    if (turn.at > to) break;
    world.advance(turn.at);
    world.service.heal();
    if (turn.mood !== 'well') world.service.break(troubleOf(turn.mood, scenario));
  }
  world.advance(to);
  return calls.sort((a, b) => a.at - b.at);
}

const good = [...'gabcdehi'];
const bad = [...'zjkmnqtu'];

/** Kinds of calls for good and bad ends, by how long they take; at most eight of each, so some are rounded. */
function kindsOf(calls: readonly Call[]): { letters: string[]; kinds: string[] } {
  const lengths = (want: boolean): number[] => {
    const all = [
      ...new Set(calls.filter((it) => it.good === want).map(({ takes }) => Math.round(takes))),
    ];
    all.sort((a, b) => a - b);
    const many = Math.min(8, all.length);
    return Array.from(
      { length: many },
      (_, n) => all[Math.floor(((n + 0.5) * all.length) / many)] as number,
    );
  };
  const [goods, bads] = [lengths(true), lengths(false)];
  const nearest = (from: readonly number[], takes: number): number => {
    const distances = from.map((it) => Math.abs(it - takes));
    return distances.indexOf(Math.min(...distances));
  };
  const used = new Set<string>();
  const letters = calls.map((call) => {
    const letter = (call.good ? good : bad)[
      nearest(call.good ? goods : bads, call.takes)
    ] as string;
    used.add(letter);
    return letter;
  });
  const wait = (ms: number): string => (ms === 0 ? '' : `${ms}ms `);
  const kinds = [
    ...goods.map((ms, n) => [good[n], `${good[n]} = ${wait(ms)}(${good[n]}|)`]),
    ...bads.map((ms, n) => [bad[n], `${bad[n]} = ${wait(ms)}#`]),
  ];
  return {
    letters,
    kinds: kinds.filter(([letter]) => used.has(letter as string)).map(([, line]) => line as string),
  };
}

/** Calls as a row of marbles. Two calls of one millisecond are told a millisecond apart. */
function rowOf(calls: readonly [at: number, letter: string][]): string {
  let row = '';
  let free = 0;
  for (const [at, letter] of calls) {
    const gap = Math.max(0, at - free);
    row += gap <= 8 ? '-'.repeat(gap) : ` ${gap}ms `;
    row += letter;
    free += gap + 1;
  }
  return row.trim() === '' ? '-' : row.trim();
}
