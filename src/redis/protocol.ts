import { show } from '../core/index.js';
import type { Report } from './evidence.js';

/** The state of the fleet, in answers and news. */
export interface FleetState {
  /** Grows with each change; the newest wins. */
  readonly epoch: string;
  readonly state: 'closed' | 'open';
  readonly attempt: number;
  /** The rest of the open time in milliseconds; `Infinity` without end. */
  readonly left: number;
  readonly reason: string;
  /** The process that made the change. */
  readonly by: string;
  /** The hold of an operator on the fleet. */
  readonly held: 'isolated' | 'disabled' | undefined;
}

/** The answer of the store to a report. */
export interface Reply extends FleetState {
  /** The store's time in milliseconds. */
  readonly now: number;
  /** Processes with a report in the last two heartbeats and a timeout. */
  readonly members: number;
  /** Processes with a bad call in the window of the rules. */
  readonly failing: number;
  /** Bad calls until the joint rules trip. */
  readonly slack: number;
  /** Milliseconds until the excess has lasted for `excessDuration`. */
  readonly due: number;
  /** The rules trip, and the store waits for a report with an open time. */
  readonly crossed: boolean;
  /** This process may probe. */
  readonly mine: boolean;
  /** Another process probes. */
  readonly taken: boolean;
  /** The fleet may decide: a heartbeat has passed since the last silence of all processes. */
  readonly settled: boolean;
  readonly evidence: JointEvidence | undefined;
}

/** The joint counts of all processes. */
export interface JointEvidence {
  readonly successes: number;
  readonly failures: number;
  /** Ended slow calls. */
  readonly slow: number;
  /** Slow calls in flight. */
  readonly overdue: number;
  readonly excess: number;
  readonly troubledFor: number;
}

/** News on the channel about a circuit: a new state, a new hold, or the request that all report. */
export interface News extends FleetState {
  readonly name: string;
  readonly kind: string;
  /** The id of the sender. */
  readonly from: string;
}

/** A request beside the report. */
export type Act =
  | 'ask' // a place to probe
  | 'free' // the place back
  | 'close'
  | 'reopen'
  | 'trip'
  | 'reset'
  | 'leave';

/** The message of a process to the script. JSON has no Infinity: a time of -1 means Infinity. */
export interface Request extends Partial<Report> {
  readonly name: string;
  readonly id: string;
  /** The number of the report: the script counts a repeated report once. */
  readonly seq: number;
  /** The fleet's epoch of the report. */
  readonly of: string;
  /** The fleet's state, by the process's last answer or news. */
  readonly epoch: string;
  readonly state: 'closed' | 'open';
  readonly attempt: number;
  readonly wait: number;
  readonly left: number;
  readonly act?: Act;
  /** The open time in milliseconds, for a report that may open the fleet. */
  readonly open?: number;
  /** The attempt of that opening. */
  readonly number?: number;
  readonly vote?: boolean;
  readonly trips?: boolean;
  readonly holds?: string;
  readonly overdue: number;
}

export function toWire(time: number): number {
  return time === Number.POSITIVE_INFINITY ? -1 : time;
}

function fromWire(time: number): number {
  return time < 0 ? Number.POSITIVE_INFINITY : time;
}

type Fields = Readonly<Record<string, unknown>>;

function parse(text: unknown): Fields {
  const value: unknown = typeof text === 'string' ? JSON.parse(text) : text;
  if (value === null || typeof value !== 'object') throw wrong('an object', text);
  return value as Fields;
}

function wrong(field: string, value: unknown): TypeError {
  return new TypeError(`the store must answer with ${field}, got ${show(value).slice(0, 80)}`);
}

function number(fields: Fields, name: string, missing?: number): number {
  const value = fields[name] ?? missing;
  if (typeof value !== 'number' || !Number.isFinite(value)) throw wrong(`a number ${name}`, value);
  return value;
}

function stateOf(fields: Fields): FleetState {
  const { e, s, r, i, h } = fields;
  if (typeof e !== 'string' || !/^\d{1,16}$/.test(e)) throw wrong('an epoch e', e);
  if (s !== 'closed' && s !== 'open') throw wrong('a state s', s);
  return {
    epoch: e,
    state: s,
    attempt: number(fields, 'a'),
    left: fromWire(number(fields, 'l')),
    reason: String(r),
    by: String(i),
    held: h === 'isolated' || h === 'disabled' ? h : undefined,
  };
}

/**
 * Reads an answer of the store.
 *
 * @throws TypeError with the name of the wrong field.
 */
export function readReply(text: unknown): Reply {
  const fields = parse(text);
  const { v } = fields;
  if (v !== undefined && !(Array.isArray(v) && v.length === 6 && v.every(Number.isFinite))) {
    throw wrong('six counts v', v);
  }
  const [successes, failures, slow, overdue, excess, troubledFor] = (v ?? []) as number[];
  return {
    ...stateOf(fields),
    now: number(fields, 't'),
    members: number(fields, 'n'),
    failing: number(fields, 'f', 0),
    slack: number(fields, 'k', 1e9),
    due: number(fields, 'd', 0),
    crossed: fields['c'] === 1,
    mine: fields['m'] === 1,
    taken: fields['b'] === 1,
    settled: fields['g'] === 1,
    evidence: v && ({ successes, failures, slow, overdue, excess, troubledFor } as JointEvidence),
  };
}

/** Reads a message of the channel; null for a foreign message. */
export function readNews(text: string): News | null {
  try {
    const fields = parse(text);
    return {
      ...stateOf(fields),
      name: String(fields['n']),
      kind: String(fields['k']),
      from: String(fields['q']),
    };
  } catch {
    return null; // a foreign message
  }
}
