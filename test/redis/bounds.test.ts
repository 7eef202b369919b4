import { describe, expect, test, vi } from 'vitest';
import { circuitBreaker, circuitBreakers } from '../../src/index.ts';
import {
  ioredis,
  nodeRedis,
  type SharedStore,
  type SharingOptions,
  shareCircuit,
  shareCircuits,
  valkeyGlide,
} from '../../src/redis/index.ts';

const silent: SharedStore = { command: () => new Promise(() => undefined) };

function failing(...calls: number[]) {
  const breaker = circuitBreaker({ name: 'service', failureThreshold: 5 });
  return { breaker, calls };
}

describe('options', () => {
  const wrong: [name: string, options: object, error: typeof TypeError, words: RegExp][] = [
    ['no store', {}, TypeError, /store must be a store with command/],
    [
      'a client for a store',
      { store: { get() {} } },
      RangeError,
      /store must be a store with command/,
    ],
    ['an empty prefix', { store: silent, prefix: '' }, RangeError, /prefix must be/],
    [
      'a quorum of one',
      { store: silent, quorum: 1 },
      RangeError,
      /quorum must be a whole number from 2 on, got 1/,
    ],
    ['a quorum of a fraction', { store: silent, quorum: 2.5 }, RangeError, /quorum/],
    [
      'a heartbeat of 1 ms',
      { store: silent, heartbeat: 1 },
      RangeError,
      /heartbeat must be milliseconds from 50 to 60000/,
    ],
    ['an endless timeout', { store: silent, timeout: Infinity }, RangeError, /timeout/],
    ['a window of 0', { store: silent, window: 0 }, RangeError, /window/],
    [
      '1,000 buckets',
      { store: silent, window: { duration: 1_000, buckets: 1_000 } },
      RangeError,
      /window.buckets/,
    ],
    [
      'a name that nobody knows',
      { store: silent, heartbeats: 1 },
      TypeError,
      /unknown option "heartbeats"/,
    ],
  ];
  test.each(wrong)('%s is an error that names the field', (_, options, error, words) => {
    const { breaker } = failing();
    expect(() => shareCircuit(breaker, options as SharingOptions)).toThrow(error);
    expect(() => shareCircuit(breaker, options as SharingOptions)).toThrow(words);
  });

  test.each([
    ['the last calls', { failureThreshold: 3, rollingWindow: { calls: 10 } }],
    ['everything since it closed', { failureThreshold: 3, rollingWindow: Infinity }],
  ])('a breaker that counts %s needs a joint window', (_, options) => {
    const breaker = circuitBreaker(options);
    expect(() => shareCircuit(breaker, { store: silent })).toThrow(/window must be given/);
    shareCircuit(breaker, { store: silent, window: 10_000 }).unsubscribe();
  });

  test('what is no breaker, and a breaker that is shared already, are refused', () => {
    const { breaker } = failing();
    expect(() => shareCircuit({} as never, { store: silent })).toThrow(
      /breaker must be a circuit breaker/,
    );
    expect(() => shareCircuits({} as never, { store: silent })).toThrow(/group must be a group/);
    const sharing = shareCircuit(breaker, { store: silent });
    expect(() => shareCircuit(breaker, { store: silent })).toThrow(/must not be shared yet/);
    sharing.unsubscribe();
    shareCircuit(breaker, { store: silent }).unsubscribe();
  });

  test.each([
    [
      'nodeRedis',
      () => nodeRedis({} as never),
      /nodeRedis client must be a client with sendCommand/,
    ],
    ['ioredis', () => ioredis(null as never), /ioredis client must be a client with call/],
    ['valkeyGlide', () => valkeyGlide('redis://' as never), /valkeyGlide client must be/],
  ])('%s names what a client lacks', (_, make, words) => {
    expect(make).toThrow(words);
  });
});

describe('a store that answers nonsense', () => {
  test.each([
    ['nothing', null],
    ['a number', 7],
    ['no JSON', 'OK'],
    ['no object', '[]'],
    ['no epoch', '{"t":1,"s":"closed","a":0,"l":0,"n":1}'],
    ['an epoch that is no number', '{"t":1,"e":"x","s":"closed","a":0,"l":0,"n":1}'],
    ['a state that nobody knows', '{"t":1,"e":"1","s":"ajar","a":0,"l":0,"n":1}'],
    ['a time that is none', '{"t":null,"e":"1","s":"open","a":1,"l":9,"n":1}'],
    ['counts that are none', '{"t":1,"e":"1","s":"open","a":1,"l":9,"n":1,"v":["many"]}'],
  ])('is a store that is down: %s', async (_, answer) => {
    const { breaker } = failing();
    const sharing = shareCircuit(breaker, { store: { command: async () => answer } });
    await vi.waitFor(() => expect(sharing.snapshot().failed).toBeGreaterThan(0));
    expect(sharing.snapshot()).toMatchObject({ inTouch: false, answered: 0, fleet: 'closed' });
    expect(sharing.snapshot().lastError).not.toBeNull();
    expect(breaker.state).toBe('closed');
    sharing.unsubscribe();
  });

  test('nonsense on the channel is ignored', async () => {
    const { breaker } = failing();
    let tell: (message: string) => void = () => undefined;
    const store: SharedStore = {
      ...silent,
      async subscribe(_, listener) {
        tell = listener;
        return () => undefined;
      },
    };
    const sharing = shareCircuit(breaker, { store });
    await vi.waitFor(() => expect(sharing.snapshot().listening).toBe(true));
    for (const message of [
      '',
      'hello',
      '{}',
      '[1]',
      '{"n":"service","k":"state","e":"9","s":"ajar"}',
    ])
      tell(message);
    expect(breaker.state).toBe('closed');
    tell('{"n":"other","k":"state","e":"9","s":"open","a":1,"l":900,"r":"","i":"x"}');
    expect(breaker.state).toBe('closed');
    tell('{"n":"service","k":"state","e":"9","s":"open","a":3,"l":900,"r":"","i":"x"}');
    expect(breaker.state).toBe('open');
    expect(breaker.snapshot().attempt).toBe(3);
    tell('{"n":"service","k":"state","e":"8","s":"closed","a":0,"l":0,"r":"","i":"x"}'); // older
    expect(breaker.state).toBe('open');
    sharing.unsubscribe();
  });
});

test('a store that throws at once is a store that is down', async () => {
  const { breaker } = failing();
  const store: SharedStore = {
    command() {
      throw new Error('no such method');
    },
    subscribe() {
      throw new Error('no channel');
    },
  };
  const sharing = shareCircuit(breaker, { store });
  await vi.waitFor(() => expect(sharing.snapshot().lastError).toBe('no such method'));
  sharing.unsubscribe();
});

test('after unsubscribe there is no timer, no listener and no link left', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
  try {
    const listeners = new Set<unknown>();
    const store: SharedStore = {
      ...silent,
      onReady(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      async subscribe(_, listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    };
    const group = circuitBreakers();
    group.get('a');
    group.get('b');
    const { breaker } = failing();
    const sharings = [
      shareCircuit(breaker, { store }),
      shareCircuits(group, { store, prefix: 'keys' }),
    ];
    breaker.acquire().failure();
    await Promise.resolve();
    for (const sharing of sharings) sharing.unsubscribe();
    await vi.advanceTimersByTimeAsync(2_000); // the last commands time out
    expect(vi.getTimerCount()).toBe(0);
    expect(listeners.size).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});
