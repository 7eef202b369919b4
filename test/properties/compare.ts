import type { CircuitEvent } from '../../src/index.ts';
import type { Breaker } from './breaker.ts';
import type { Expected } from './expected.ts';
import type { Refusal } from './model.ts';
import { told } from './recording.ts';
import { same } from './same.ts';

/** All that can be seen of a breaker, against the model. Events that were compared before are left out. */
export function compare(subject: Breaker, expected: Expected, compared: number): void {
  const { breaker } = subject;
  const { model, got, contexts } = expected;
  same('state', breaker.state, model.state);
  same('retryAfter', String(breaker.retryAfter), String(model.retryAfter()));
  same('snapshot', JSON.stringify(breaker.snapshot()), JSON.stringify(model.snapshot()));
  same('what subscribers got', subject.got.join(' '), got.join(' '));
  same('what retryTimeout was told', subject.contexts.join(' '), contexts.join(' '));
  if (!subject.watched) return;
  const { events, states } = subject;
  for (let i = compared; i < Math.max(events.length, model.events.length); i++) {
    same('event', plain(events[i]), plain(model.events[i]));
  }
  const changes = model.events.flatMap((event) => (event.type === 'state-change' ? event.to : []));
  same('state$', states.join(), [model.first, ...changes].join());
}

export function compareAdmission(got: Refusal | undefined, wanted: Refusal | undefined): void {
  same('admission', refusal(got), refusal(wanted));
}

function refusal(refusal: Refusal | undefined): string {
  if (refusal === undefined) return 'admitted';
  const { state, retryAfter, cause } = refusal;
  return `refused: ${state}, retryAfter ${retryAfter}, cause ${told(cause)}`;
}

function plain(event: CircuitEvent | undefined): string {
  if (event === undefined) return 'none';
  const entries = Object.entries(event).map(([key, value]) => [
    key,
    value instanceof Error ? value.name : value === Number.POSITIVE_INFINITY ? 'Infinity' : value,
  ]);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(Object.fromEntries(entries));
}
