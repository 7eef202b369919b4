import { asyncScheduler, type Observable, Subscription, type TimestampProvider } from 'rxjs';
import { ensure } from '../../core/index.js';
import type { CircuitEvent } from '../../index.js';
import { ensureFields, whole } from '../check.js';
import { type Recording, RecordingBuilder } from './recording.js';

/** A recorder at work; unsubscribe it to end the recording. */
export interface Recorder extends Subscription {
  /** The calls so far, in the order of their beginnings. */
  recording(): Recording;
}

class EventRecorder extends Subscription implements Recorder {
  private readonly builder = new RecordingBuilder();
  private readonly clock: TimestampProvider;
  private readonly max: number;
  private readonly since: number;
  private events = 0;

  constructor(events$: Observable<CircuitEvent>, clock: TimestampProvider, max: number) {
    super();
    this.clock = clock;
    this.max = max;
    this.since = clock.now();
    this.add(events$.subscribe((event) => this.hear(event)));
  }

  recording(): Recording {
    this.builder.keepLast(this.max);
    return this.builder.finish();
  }

  private hear(event: CircuitEvent): void {
    this.events++;
    const outcome = event.type === 'late' ? event.outcome : event.type;
    const { builder } = this;
    if (outcome === 'success' || outcome === 'failure') {
      const now = this.clock.now();
      const { duration } = event as { duration?: number };
      // a call that began before the recording: its beginning is unknown
      builder.push(
        now - (duration ?? now - this.since),
        duration ?? now - this.since,
        outcome === 'failure',
      );
      // twice the room before calls are forgotten, so that forgetting costs a call next to nothing
      if (builder.length >= 2 * this.max) builder.keepLast(this.max);
    } else if (outcome === 'rejected') {
      builder.skip('refused by the breaker: nobody knows the outcome', this.events, outcome);
    } else if (outcome === 'ignored' || outcome === 'cancelled') {
      builder.skip(`${outcome}: neither answered nor failed`, this.events, outcome);
    }
  }
}

/**
 * Records the calls of a breaker that is at work, for `recorded`, `empirical` and replays.
 *
 * @param events$ The events of a breaker, as in `record(payments.events$)`.
 * @param options.max Calls that are kept; of more, the latest. @default 1_000_000
 * @param options.scheduler The breaker's own scheduler; only its `now()` is asked. @default asyncScheduler
 * @throws RangeError or TypeError naming the option.
 * @example
 * ```ts
 * const recorder = record(payments.events$);
 * const calls = interval(100).pipe(take(3), mergeMap(() => http.get('/rates').pipe(payments)));
 * await lastValueFrom(calls); // or an hour of your traffic
 * const recording = recorder.recording();
 * const run = play({ traffic: recorded(recording), duration: recording.span }, newSettings);
 * ```
 */
export function record(
  events$: Observable<CircuitEvent>,
  options: { readonly max?: number; readonly scheduler?: TimestampProvider } = {},
): Recorder {
  ensure('events$', Object(events$).subscribe, [
    'an Observable of events, as breaker.events$',
    Boolean,
    'function',
  ]);
  ensureFields('record options', options, { 'max?': whole(1, 2 ** 26), 'scheduler?': null });
  return new EventRecorder(events$, options.scheduler ?? asyncScheduler, options.max ?? 1_000_000);
}
