import { of, throwError, VirtualTimeScheduler } from 'rxjs';
import { delay, mergeMap } from 'rxjs/operators';
import { describe, expect, it } from 'vitest';
import { circuitBreaker } from '../../../src/index.ts';
import { play, record, recorded } from '../../../src/lab/index.ts';

describe('a recorder', () => {
  it('records calls by their beginnings, and says what it could not take', () => {
    const scheduler = new VirtualTimeScheduler();
    const breaker = circuitBreaker({
      scheduler,
      consecutiveFailureThreshold: 2,
      classifyError: (error) => (error === 'ignore' ? 'ignored' : 'failure'),
    });
    const recorder = record(breaker.events$, { scheduler });
    const call = (at: number, took: number, error?: string): void => {
      scheduler.schedule(() => {
        of(1)
          .pipe(
            delay(took, scheduler),
            mergeMap(() => (error === undefined ? of(1) : throwError(() => error))),
            breaker,
          )
          .subscribe({ error: () => {} });
      }, at);
    };
    call(10, 100); // ends last, begins first
    call(20, 5, 'ignore');
    call(30, 10, 'down');
    call(50, 10, 'down'); // opens
    call(70, 10); // refused
    scheduler.flush();
    recorder.unsubscribe();
    const recording = recorder.recording();
    expect([...recording.at]).toEqual([0, 20, 40]);
    expect([...recording.duration]).toEqual([100, 10, 10]);
    expect([...recording.failed]).toEqual([0, 1, 1]);
    expect([recording.start, recording.span]).toEqual([10, 100]);
    expect(recording.skipped.map(({ reason, count }) => [reason, count])).toEqual([
      ['ignored: neither answered nor failed', 1],
      ['refused by the breaker: nobody knows the outcome', 1],
    ]);
    const { score } = play({ traffic: recorded(recording), duration: recording.span }, null);
    expect([score.answered, score.failed]).toEqual([1, 2]);
  });

  it('keeps the latest calls when there are more than it may keep', () => {
    const breaker = circuitBreaker();
    const recorder = record(breaker.events$, { max: 3 });
    for (let n = 0; n < 100; n++) breaker.acquire().success();
    expect(recorder.recording().length).toBe(3);
    recorder.unsubscribe();
    expect(() => record(breaker.events$, { max: 0 })).toThrow('record options.max must be');
    expect(() => record(5 as never)).toThrow('events$ must be an Observable of events');
  });
});
