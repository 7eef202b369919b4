import { defer, NEVER, type Observable, of, repeat, Subject, throwError } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { circuitBreakers } from '../../src/keyed/circuitBreakers.ts';
import type { CircuitBreaker } from '../../src/rxjs/circuitBreaker.ts';
import { type Clock, clock, fail, quick, touchy } from './clock.ts';

const down = throwError(() => new Error('down'));
const quiet = { error: () => {} };

/** A group whose key `a` was dropped after somebody had taken its handle. */
function dropped(): Clock & { group: ReturnType<typeof circuitBreakers>; handle: CircuitBreaker } {
  const time = clock();
  const group = circuitBreakers({ ...touchy, scheduler: time.scheduler, idleTime: 60_000 });
  const handle = group.get('a');
  fail(handle);
  time.pass(60_000);
  expect(group.has('a')).toBe(false);
  return Object.assign(time, { group, handle });
}

describe('the handle of a key, after the key was dropped', () => {
  test.each<[string, (handle: CircuitBreaker) => unknown]>([
    ['a subscription', (handle) => down.pipe(handle).subscribe(quiet)],
    ['acquire', (handle) => fail(handle)],
    ['execute', (handle) => handle.execute(() => Promise.reject('down')).catch(() => {})],
  ])('makes the breaker of the key trip, by %s', async (_, call) => {
    const { group, handle } = dropped();
    await call(handle);
    expect(group.get('a').state).toBe('open');
    expect(handle.state).toBe('open');
  });

  test('says what the new breaker of the key says', () => {
    const { group, handle } = dropped();
    const permit = handle.acquire();
    expect(handle.snapshot().counts.inFlight).toBe(1);
    permit.success();
    fail(group.get('a'));
    expect([handle.state, handle.retryAfter]).toEqual(['open', 30_000]);
    expect(handle.snapshot().state).toBe('open');
    expect(() => handle.acquire()).toThrow('the circuit breaker "a" is open');
  });

  test('is a fresh breaker as long as the key is not used, and to look makes no key', () => {
    const { group, handle } = dropped();
    expect([handle.state, handle.retryAfter, handle.snapshot().attempt]).toEqual(['closed', 0, 0]);
    expect(group.has('a')).toBe(false);
  });

  test('isolates, disables and resets the new breaker', () => {
    const { group, handle } = dropped();
    const hold = handle.isolate();
    expect(group.get('a').state).toBe('isolated');
    hold.unsubscribe();
    expect(group.get('a').state).toBe('closed');
    const free = handle.disable();
    expect(group.get('a').state).toBe('disabled');
    free.unsubscribe();
    fail(group.get('a'));
    handle.reset();
    expect(group.get('a').state).toBe('closed');
  });

  test('tells of the new breaker whoever subscribes, also to a stream that was asked for before', () => {
    const time = clock();
    const group = circuitBreakers({ ...touchy, scheduler: time.scheduler, idleTime: 60_000 });
    const { state$, events$ } = group.get('a');
    time.pass(60_000);
    expect(group.has('a')).toBe(false);
    const heard: string[] = [];
    state$.subscribe((state) => heard.push(state));
    events$.subscribe(({ type }) => heard.push(type));
    fail(group.get('a'));
    expect(heard).toEqual(['closed', 'failure', 'open', 'state-change']);
  });

  test('is the same breaker as each other handle of the key', () => {
    const { group, handle } = dropped();
    const other = group.get('a');
    expect(other).not.toBe(handle);
    fail(handle);
    expect([handle.state, other.state]).toEqual(['open', 'open']);
    other.reset();
    expect([handle.state, other.state]).toEqual(['closed', 'closed']);
  });

  test('guards what was piped through it before', () => {
    const time = clock();
    const group = circuitBreakers({ ...touchy, scheduler: time.scheduler, idleTime: 60_000 });
    const guarded = down.pipe(group.get('a'));
    time.pass(60_000);
    expect(group.size).toBe(0);
    guarded.subscribe(quiet);
    expect(group.get('a').state).toBe('open');
  });
});

describe('the handle of a key', () => {
  test('kept for hours beside other keys, as in a constructor, stays in touch with its group', () => {
    const { scheduler, pass } = clock();
    const group = circuitBreakers({ ...quick, scheduler });
    const told: string[] = [];
    group.events$.subscribe(({ key, type }) => told.push(`${key} ${type}`));
    const payments = group.get('payments');
    pass(11 * 60_000);
    group.get('other');
    told.length = 0;
    fail(payments, 3);
    expect(group.get('payments').state).toBe('open');
    expect(told).toEqual([
      'payments key-added',
      'payments failure',
      'payments failure',
      'payments failure',
      'payments state-change',
    ]);
  });

  test('keeps the key by one subscription or two, until the last has left', () => {
    const { scheduler, pass } = clock();
    const group = circuitBreakers({ ...quick, scheduler, idleTime: 1_000 });
    const breaker = group.get('a');
    const heard: string[] = [];
    const states = breaker.state$.subscribe((state) => heard.push(state));
    const events = breaker.events$.subscribe(({ type }) => heard.push(type));
    fail(breaker, 3);
    expect(heard).toEqual(['closed', 'failure', 'failure', 'failure', 'open', 'state-change']);
    expect([...group.keys()]).toEqual(['a']);
    states.unsubscribe();
    pass(20_000);
    expect(group.has('a')).toBe(true);
    events.unsubscribe();
    pass(1_000);
    expect(group.has('a')).toBe(false);
  });

  test('gives nothing away of a call in flight: the call ends at the breaker that it began at', () => {
    const { scheduler, pass } = clock();
    const group = circuitBreakers({ ...touchy, scheduler, idleTime: 1_000 });
    const source = new Subject<never>();
    source.pipe(group.get('a')).subscribe(quiet);
    pass(1e6);
    source.error(new Error('down'));
    expect(group.get('a').state).toBe('open');
  });

  test('takes an outcome that is told twice for one', () => {
    const { scheduler, pass } = clock();
    const group = circuitBreakers({ scheduler, idleTime: 1_000 });
    const a = group.get('a');
    const [first] = [a.acquire(), a.acquire()];
    first?.success();
    first?.success();
    pass(5_000);
    expect(group.has('a'), 'the other call is in flight').toBe(true);
  });

  test('is no source of a second end where the predicate that an end is asked ends the call too', () => {
    const { scheduler, pass } = clock();
    let end = (): void => {};
    const group = circuitBreakers({
      scheduler,
      idleTime: 1_000,
      slowCallDuration: 100,
      tripWhen: () => {
        end();
        return false;
      },
    });
    const a = group.get('a');
    const other = a.acquire();
    const permit = a.acquire();
    end = () => permit.success();
    pass(500); // both are slow by now, so the next look asks the predicate
    permit.success();
    pass(10_000);
    expect(group.has('a')).toBe(true);
    other.success();
    pass(1_000);
    expect(group.has('a')).toBe(false);
  });
});

describe('guard', () => {
  test('asks for the breaker at each subscription, not when the pipe is built', () => {
    const time = clock();
    const group = circuitBreakers({ ...quick, scheduler: time.scheduler, maxKeys: 1 });
    const before = time.reads;
    const piped = down.pipe(group.guard('a'));
    expect([time.reads, group.size]).toEqual([before, 0]);
    group.get('b'); // takes the place
    for (let i = 0; i < 3; i++) piped.subscribe(quiet);
    expect(group.get('a').state).toBe('open');
  });

  test('keeps type, order and refusal of its breaker', () => {
    const group = circuitBreakers(quick);
    const seen: unknown[] = [];
    const guarded: Observable<number> = defer(() => of(1)).pipe(group.guard('a'), repeat(2));
    guarded.subscribe((value) => seen.push(value));
    expect(seen).toEqual([1, 1]);
    fail(group.get('a'), 3);
    guarded.subscribe({ error: (error) => seen.push(error.code) });
    expect(seen).toEqual([1, 1, 'ECIRCUITOPEN']);
  });

  test('gives the place back when the subscriber leaves', () => {
    const group = circuitBreakers(quick);
    const call = NEVER.pipe(group.guard('a')).subscribe();
    expect(group.get('a').snapshot().counts.inFlight).toBe(1);
    call.unsubscribe();
    expect(group.get('a').snapshot().counts.inFlight).toBe(0);
  });

  test('passes the error of bad options of a key on to the subscriber', () => {
    const group = circuitBreakers({ optionsFor: () => ({ failureThreshold: -1 }) });
    const told: unknown[] = [];
    of(1)
      .pipe(group.guard('a'))
      .subscribe({ error: (error) => told.push(error.message) });
    expect(told).toEqual(['failureThreshold must be a whole number from 1 on, got -1']);
  });
});
