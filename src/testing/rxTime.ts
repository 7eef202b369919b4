import type { SchedulerLike } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { Timeline, TimelineScheduler } from '../lab/time/index.js';

/** The most timers of one program; a simulation of ten million calls needs less. */
const ENDLESS = 50_000_000;

interface Timers {
  readonly setInterval: (handler: () => void, delay?: number) => unknown;
  readonly clearInterval: (handle: unknown) => void;
}
interface Delegates {
  interval: Timers;
}

/** Virtual time on which RxJS's own schedulers go along. */
interface RxTime {
  /** For the breaker, and for operators that take a scheduler. */
  readonly scheduler: SchedulerLike;
  /** Runs what is due before `to`, and what is due at `to` if it is `included`; then sets the clock to `to`. */
  advance(to: number, included: boolean): void;
}

/**
 * Runs a program on virtual time, with RxJS's own schedulers along: `timer(300)` inside of the program is 300
 * virtual milliseconds.
 *
 * `TestScheduler.run` is the one public door to the clock of RxJS's schedulers, but the scheduler behind the door
 * sorts all timers at every new one. So its timers move to a timeline: the time of a timer no longer grows with
 * the number of timers. On an RxJS without `createDelegates` the timers stay as they were, only slower.
 */
export function onRxTime(program: (time: RxTime) => void, endless: number = ENDLESS): void {
  const timeline = new Timeline();
  const timers = new TimelineScheduler(timeline);
  const scheduler = new TestScheduler(() => {});
  Object.assign(scheduler, {
    now: () => timeline.now,
    schedule: timers.schedule.bind(timers),
    flush: () => {},
  });
  const delegates: unknown = Reflect.get(scheduler, 'createDelegates');
  if (typeof delegates === 'function') {
    Object.assign(scheduler, {
      createDelegates: (): Delegates => ({
        ...delegates.call(scheduler),
        interval: intervalsOf(timers),
      }),
    });
  }
  let done = 0;
  scheduler.run(() =>
    program({
      scheduler,
      advance(to, included) {
        while (timeline.next < to || (included && timeline.next === to)) {
          if (++done > endless) {
            throw new Error(`too much happens: ${endless} timers by ${timeline.now} ms`);
          }
          timers.run(timeline.take());
        }
        timeline.now = to;
      },
    }),
  );
}

/** What RxJS's asyncScheduler sets its timers with. */
function intervalsOf(timers: TimelineScheduler): Timers {
  return {
    setInterval: (handler, delay = 0) =>
      timers.schedule(function () {
        this.schedule(undefined, delay); // before the handler, which may clear the interval
        handler();
      }, delay),
    clearInterval: (handle) => (handle as { unsubscribe(): void }).unsubscribe(),
  };
}
