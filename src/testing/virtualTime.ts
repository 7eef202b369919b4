import { TestScheduler } from 'rxjs/testing';

/** Actions in one virtual millisecond after which time is taken to stand still. */
const LIVELOCK = 10_000;
/** Actions in all; a claim or a simulation needs a few thousand. */
const ENDLESS = 5_000_000;

/**
 * Runs a program on virtual time, in which RxJS's own schedulers go along, and no further than
 * `duration` milliseconds. A timer that is set again and again at the same instant is an error: it would
 * hang the test run for good.
 */
export function onVirtualTime(duration: number, program: (scheduler: TestScheduler) => void): void {
  const scheduler = new TestScheduler(() => {});
  // the scheduler sets its frame before each action, which is the one place to count them
  let frame = 0;
  let here = 0;
  let all = 0;
  Object.defineProperty(scheduler, 'frame', {
    get: () => frame,
    set(next: number) {
      here = next === frame ? here + 1 : 0;
      frame = next;
      if (here > LIVELOCK) throw new Error(`time stands still at ${frame} ms: ${livelock}`);
      if (all++ > ENDLESS) throw new Error(`too much happens: ${ENDLESS} actions by ${frame} ms`);
    },
  });
  scheduler.run(({ flush }) => {
    // what is due exactly at the end is no longer looked at
    scheduler.maxFrames = duration - 1e-6;
    program(scheduler);
    flush();
  });
}

const livelock = `${LIVELOCK} actions in this millisecond, as of a timer that sets itself again`;
