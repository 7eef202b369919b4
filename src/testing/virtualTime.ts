import { TestScheduler } from 'rxjs/testing';

/** More actions than this at one virtual instant mean: time stands still. */
const LIVELOCK = 10_000;
/** The most actions of one program; a claim or a simulation needs some thousands. */
const ENDLESS = 5_000_000;

/**
 * Runs a program on virtual time until `duration` milliseconds. RxJS's own schedulers use this time too. A timer
 * that sets itself again at the same instant, for ever, would hang the test run, so it is an error.
 */
export function onVirtualTime(
  duration: number,
  program: (scheduler: TestScheduler) => void,
  endless: number = ENDLESS,
): void {
  const scheduler = new TestScheduler(() => {});
  // the scheduler sets its frame before each action: the one place to count actions
  let frame = 0;
  let here = 0;
  let all = 0;
  Object.defineProperty(scheduler, 'frame', {
    get: () => frame,
    set(next: number) {
      here = next === frame ? here + 1 : 0;
      frame = next;
      if (here > LIVELOCK) throw new Error(`time stands still at ${frame} ms: ${livelock}`);
      if (++all > endless) throw new Error(`too much happens: ${endless} actions by ${frame} ms`);
    },
  });
  scheduler.run(() => {
    // an action due exactly at the end does not run
    scheduler.maxFrames = duration - 1e-6;
    program(scheduler);
  });
}

const livelock = `${LIVELOCK} actions in this millisecond, as of a timer that sets itself again`;
