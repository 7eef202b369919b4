import { describe, expect, test } from 'vitest';
import { type CircuitBreakers, circuitBreakers } from '../../src/keyed/circuitBreakers.ts';
import { clock, fail, quick, touchy } from './clock.ts';

describe('configure', () => {
  test('gives all keys other settings, those that are there and those that come', () => {
    const group = circuitBreakers(quick);
    fail(group.get('a'));
    group.configure({ consecutiveFailureThreshold: 2 });
    for (const key of ['a', 'b']) fail(group.get(key));
    expect([group.get('a').state, group.get('b').state]).toEqual(['open', 'closed']);
    fail(group.get('b'));
    expect(group.get('b').state).toBe('open');
  });

  test('asks for the options of each key again, over the new ones', () => {
    const { scheduler } = clock();
    const group = circuitBreakers({
      ...quick,
      scheduler,
      optionsFor: (key) => (key === 'a' ? { retryTimeout: 70 } : undefined),
    });
    for (const key of ['a', 'b']) group.get(key);
    group.configure({ consecutiveFailureThreshold: 1, retryTimeout: 50 });
    for (const key of ['a', 'b']) fail(group.get(key));
    expect([group.get('a').retryAfter, group.get('b').retryAfter]).toEqual([70, 50]);
  });

  test('gives the new settings to a key that `optionsFor` adds meanwhile', () => {
    const group: CircuitBreakers = circuitBreakers({
      ...quick,
      optionsFor: (key) => {
        if (isAsked && key === 'a') group.get('b');
        return undefined;
      },
    });
    let isAsked = false;
    group.get('a');
    isAsked = true;
    group.configure(touchy);
    fail(group.get('b'));
    expect(group.get('b').state).toBe('open');
  });

  test('leaves the last word to a listener that configures the group meanwhile', () => {
    const { scheduler, pass } = clock();
    const group = circuitBreakers({ ...touchy, scheduler });
    fail(group.get('a'));
    group.get('b');
    group.get('a').state$.subscribe((state) => {
      if (state === 'half-open') group.configure({ ...touchy, retryTimeout: 50 });
    });
    pass(30_000);
    group.configure({ ...touchy, retryTimeout: 70 });
    for (const key of ['a', 'b', 'c']) fail(group.get(key));
    expect(['a', 'b', 'c'].map((key) => group.get(key).retryAfter)).toEqual([50, 50, 50]);
  });

  test('keeps the clock of the group', () => {
    const { scheduler, pass } = clock();
    const group = circuitBreakers({ ...touchy, scheduler });
    group.configure({ consecutiveFailureThreshold: 1, retryTimeout: 50 });
    fail(group.get('a'));
    pass(50);
    expect(group.get('a').state).toBe('half-open');
  });

  test('reaches a deleted key that is watched, and is no use of a key', () => {
    const { scheduler, pass } = clock();
    const group = circuitBreakers({ ...quick, scheduler, idleTime: 1_000 });
    const heard: string[] = [];
    group.get('a').state$.subscribe((state) => heard.push(state));
    group.delete('a');
    group.get('idle');
    pass(600);
    group.configure({ consecutiveFailureThreshold: 1 });
    fail(group.get('a'));
    expect(heard).toEqual(['closed', 'open']);
    pass(400);
    expect(group.has('idle')).toBe(false);
  });

  test('with wrong settings is an error that leaves everything as before', () => {
    const group = circuitBreakers(touchy);
    const wrong = { consecutiveFailureThreshold: 0 };
    expect(() => group.configure(wrong)).toThrow('consecutiveFailureThreshold must be');
    fail(group.get('a'));
    expect(group.get('a').state).toBe('open');
  });

  test('that are wrong for one key change no key', () => {
    const optionsFor = (key: string) => (key === 'b' ? { minimumCalls: 5 } : undefined);
    const group = circuitBreakers({ failureRateThreshold: 0.5, optionsFor });
    for (const key of ['a', 'b']) group.get(key);
    expect(() => group.configure(touchy)).toThrow('minimumCalls must be left out');
    for (const key of ['a', 'c']) {
      fail(group.get(key));
      expect(group.get(key).state).toBe('closed');
    }
  });

  test('are taken as they are now: what the caller changes later changes nothing', () => {
    const optionsFor = (key: string) => (key === 'own' ? { retryTimeout: 5 } : undefined);
    const group = circuitBreakers({ ...quick, optionsFor });
    const settings = { consecutiveFailureThreshold: 1 };
    group.configure(settings);
    settings.consecutiveFailureThreshold = 100;
    fail(group.get('own'));
    expect(group.get('own').state).toBe('open');
  });

  test.each(['name', 'scheduler', 'restore', 'optionsFor', 'maxKeys', 'idleTime'])(
    'can not change %s, which belongs to the making of a group',
    (name) => {
      const group = circuitBreakers(touchy);
      const told = `${name} belongs to the making of a group`;
      expect(() => group.configure({ [name]: undefined } as never)).toThrow(told);
    },
  );

  test.each([undefined, null, 7])('says that %j is no options object', (options) => {
    for (const group of [circuitBreakers(), circuitBreakers({ scheduler: clock().scheduler })]) {
      expect(() => group.configure(options as never)).toThrow('options must be an object');
    }
  });

  test('of one handle holds until the key is dropped', () => {
    const { scheduler, pass } = clock();
    const group = circuitBreakers({ ...quick, scheduler, idleTime: 10_000 });
    const a = group.get('a');
    a.configure({ consecutiveFailureThreshold: 1 });
    fail(a);
    expect(a.state).toBe('open');
    pass(20_000);
    expect(group.size).toBe(0);
    fail(a);
    expect(a.state).toBe('closed');
    a.configure({ consecutiveFailureThreshold: 2 });
    fail(a);
    expect(group.get('a').state).toBe('open');
  });
});

describe('a name that is no option', () => {
  test.each([
    [{ maxKey: 5 }, 'unknown option "maxKey", got 5; did you mean "maxKeys"?'],
    [{ idletime: 5 }, 'unknown option "idletime", got 5; did you mean "idleTime"?'],
    [{ optionFor: 5 }, 'unknown option "optionFor", got 5; did you mean "optionsFor"?'],
    [{ retryTimeOut: 5 }, 'unknown option "retryTimeOut", got 5; did you mean "retryTimeout"?'],
  ])('%j comes with the nearest one', (options, message) => {
    expect(() => circuitBreakers(options as never)).toThrow(message);
  });

  test.each([{ timeout: 5 }, { capacity: 5 }, { halfOpenAfter: 5 }, { keys: 5 }])(
    '%j comes without a hint, where none is near',
    (options) => {
      const [name] = Object.keys(options);
      expect(() => circuitBreakers(options as never)).toThrow(
        new TypeError(`unknown option "${name}", got 5`),
      );
    },
  );
});

test.each([Number.NaN, Number.POSITIVE_INFINITY])(
  'a clock at %d is an error, never a hang',
  (time) => {
    const { scheduler } = clock();
    const group = circuitBreakers({ ...touchy, scheduler, idleTime: 1_000 });
    const a = group.get('a');
    const running = a.acquire();
    const { now } = scheduler;
    scheduler.now = () => time;
    const told = 'scheduler.now() must answer finite milliseconds';
    expect(() => circuitBreakers({ scheduler })).toThrow(told);
    for (const look of [() => group.size, () => a.state, () => group.get('b'), () => a.acquire()]) {
      expect(look).toThrow(told);
    }
    expect(() => running.success()).toThrow(told);
    scheduler.now = now;
    fail(a);
    expect(a.state).toBe('open');
    scheduler.frame += 60_000;
    expect(group.size, 'the call that ended without a clock holds nothing').toBe(0);
  },
);
