import { NEVER, of, throwError } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { circuitBreakers } from '../../src/keyed/circuitBreakers.ts';
import { clock, fail, touchy } from './clock.ts';

const quiet = { error: () => {} };

describe('the handle of a key', () => {
  test('trips the key by hand, also over the limit, and ends the open time by hand', () => {
    const { scheduler } = clock();
    const group = circuitBreakers({ ...touchy, scheduler, maxKeys: 1 });
    const heard: string[] = [];
    group.events$.subscribe((event) => {
      heard.push(event.type === 'state-change' ? `${event.key} ${event.to}` : event.type);
    });
    group.get('a').trip();
    const b = group.get('b');
    b.trip(new Error('by hand'));
    expect([...group.keys()]).toEqual(['a', 'b']);
    expect(() => b.acquire()).toThrow('is open');
    b.halfOpen();
    expect(b.state).toBe('half-open');
    expect(heard).toEqual([
      'key-added',
      'a open',
      'key-added',
      'b open',
      'rejected',
      'b half-open',
    ]);
  });

  test('tells of a key that is added by a control that does nothing else', () => {
    const { scheduler, pass } = clock();
    const group = circuitBreakers({ ...touchy, scheduler, idleTime: 1_000 });
    const a = group.get('a');
    for (const control of [() => a.halfOpen(), () => a.configure({})]) {
      pass(1_000);
      expect(group.size).toBe(0);
      const heard: string[] = [];
      const listening = group.events$.subscribe(({ type }) => heard.push(type));
      control();
      expect(heard).toEqual(['key-added']);
      listening.unsubscribe();
    }
  });

  test('judges calls in their own way, at the breaker that the key has by then', () => {
    const { scheduler, pass } = clock();
    const group = circuitBreakers({ ...touchy, scheduler, idleTime: 60_000 });
    const a = group.get('a');
    const careful = a.with({ classifyError: () => 'ignored', context: 'mine' });
    const down = throwError(() => new Error('down'));
    const told: unknown[] = [];
    group.events$.subscribe((event) =>
      told.push([event.type, 'context' in event && event.context]),
    );
    careful(down).subscribe(quiet);
    pass(60_000);
    expect(group.size).toBe(0);
    careful(down).subscribe(quiet);
    expect(told).toEqual([
      ['ignored', 'mine'],
      ['key-dropped', false],
      ['key-added', false],
      ['ignored', 'mine'],
    ]);
    expect(group.get('a').state).toBe('closed');
    group.configure({ ...touchy, successOn: 'first-value' });
    careful(of(1)).subscribe();
    expect(group.get('a').snapshot().counts).toMatchObject({ ignored: 1, successes: 1 });
  });

  test('rejects, and does not throw, where the options of its key are wrong', async () => {
    const { scheduler, pass } = clock();
    let wrong = false;
    const optionsFor = () => (wrong ? { failureThreshold: 0 } : undefined);
    const group = circuitBreakers({ scheduler, idleTime: 1_000, optionsFor });
    const a = group.get('a');
    wrong = true;
    pass(1_000);
    await expect(a.execute(() => 1)).rejects.toThrow('failureThreshold must be');
    expect(() => a.acquire()).toThrow('failureThreshold must be');
  });

  test('lets a stream that has lived long enough be a success, which ends what the call holds', () => {
    const { scheduler, pass } = clock();
    const group = circuitBreakers({ scheduler, idleTime: 1_000, successOn: { after: 500 } });
    NEVER.pipe(group.get('a')).subscribe();
    pass(900);
    expect(group.get('a').snapshot().counts).toMatchObject({ successes: 1, inFlight: 0 });
    pass(1_000);
    expect(group.has('a')).toBe(false);
  });
});

describe('a health check of the keys’ own', () => {
  /** A group whose keys check themselves; `isUp` says what a check finds. */
  function checked(maxKeys = 10, successThreshold = 1) {
    const { scheduler, pass } = clock();
    const found = { isUp: false, checks: 0 };
    const probe = () => {
      found.checks++;
      return found.isUp ? of(1) : throwError(() => new Error('down'));
    };
    const group = circuitBreakers({
      ...touchy,
      retryTimeout: 1_000,
      scheduler,
      idleTime: 5_000,
      maxKeys,
      successThreshold,
      probe,
    });
    /** Lets time pass and timers fire. */
    const go = (ms: number): void => {
      const end = scheduler.frame + ms;
      for (;;) {
        const next = scheduler.actions
          .filter((action) => !action.closed && action.delay <= end)
          .sort((a, b) => a.delay - b.delay)[0];
        if (next === undefined) break;
        scheduler.actions.splice(scheduler.actions.indexOf(next), 1);
        scheduler.frame = Math.max(scheduler.frame, next.delay);
        next.execute(next.state, next.delay);
      }
      scheduler.frame = end;
    };
    return { group, found, go, pass, scheduler };
  }

  test('keeps a key until a check has succeeded, and closes it', () => {
    const { group, found, go } = checked();
    fail(group.get('a'));
    go(10_000);
    expect(found.checks).toBeGreaterThan(3);
    expect(group.has('a')).toBe(true);
    found.isUp = true;
    go(2_000);
    expect([...group].map(([, { state }]) => state)).toEqual(['closed']);
    go(5_000);
    expect(group.has('a')).toBe(false);
  });

  test('ends with a call that found no room, and with a deleted key', () => {
    const { group, found, go } = checked(1);
    fail(group.get('a'));
    fail(group.get('b'));
    group.delete('a');
    go(20_000);
    expect(found.checks).toBe(0);
    expect(group.size).toBe(0);
  });

  test('ends with a key that is deleted between two checks', () => {
    const { group, found, go } = checked(10, 3);
    found.isUp = true;
    fail(group.get('a'));
    go(1_000);
    expect(found.checks).toBe(1); // of three
    const heard: string[] = [];
    group.events$.subscribe(({ type }) => heard.push(type));
    group.delete('a');
    go(20_000);
    expect(found.checks).toBe(1);
    expect(heard).toEqual(['key-dropped']);
    expect(group.totals()).toMatchObject({ successes: 1, failures: 1 });
  });
});
