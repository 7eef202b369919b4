import type { CircuitEvent, CircuitOpenError } from '../../src/index.ts';
import type { Breaker } from './breaker.ts';
import type { Expected } from './expected.ts';
import type { Refusal, Told } from './model/words.ts';
import { plain, sorted, told } from './recording.ts';
import { same } from './same.ts';

/** All that can be seen of a breaker, against the model. Events that were compared before are left out. */
export function compare(subject: Breaker, expected: Expected, compared: number): void {
  const { breaker } = subject;
  const { model, got, contexts } = expected;
  same('state', breaker.state, model.state);
  same('retryAfter', plain(breaker.retryAfter), plain(model.retryAfter()));
  const { state, counts, attempt } = breaker.snapshot();
  same('the snapshot', plain([state, attempt]), plain([model.state, model.attempts]));
  same('counts', plain(counts), plain(model.counts()));
  same('what subscribers got', subject.got.join(' '), got.join(' '));
  same('what retryTimeout was told', subject.contexts.join(' '), contexts.join(' '));
  const { time, ...totals } = breaker.totals();
  same('totals', sorted(totals), sorted(model.totals()));
  same('time by state', sorted(time), sorted(model.timeByState()));
  if (!subject.watched) return;
  const { events, states } = subject;
  for (let i = compared; i < Math.max(events.length, model.events.length); i++) {
    same('event', event(events[i]), event(model.events[i]));
  }
  same('state$', states.join(), model.changes.map(({ to }) => to).join());
}

export function compareAdmission(
  got: CircuitOpenError | undefined,
  wanted: Refusal | undefined,
): void {
  same('admission', refusal(got), refusal(wanted));
}

function refusal(refusal: Refusal | undefined): string {
  if (refusal === undefined) return 'admitted';
  const { state, retryAfter, cause } = refusal;
  return `refused: ${state}, retryAfter ${plain(retryAfter)}, cause ${told(cause)}`;
}

/** As text; what a state change tells in its snapshot stands beside it in the model. */
function event(event: CircuitEvent | Told | undefined): string {
  if (event === undefined) return 'none';
  const { snapshot, ...plainly } = event as Told & { snapshot?: Pick<Told, 'counts' | 'attempt'> };
  const { counts = plainly.counts, attempt = plainly.attempt } = snapshot ?? {};
  return sorted({ ...plainly, counts, attempt });
}
