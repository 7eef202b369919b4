import { channel } from 'node:diagnostics_channel';
import { NEVER } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { type CircuitBreaker, circuitBreaker } from '../../src/index.ts';
import { boom, events, fail, succeed } from '../rxjs/calls.ts';
import { HandClock } from '../rxjs/handClock.ts';

const stateChanges = 'rxjs-circuit-breaker:state-change';
const rejected = 'rxjs-circuit-breaker:rejected';

const endings: (() => unknown)[] = [];
afterEach(() => {
  for (const end of endings.splice(0)) end();
});

/** Hears of one channel until the test ends. */
function hear(name: string, listener: (message: never) => void): () => void {
  const heard = listener as (message: unknown) => void;
  const end = (): void => {
    channel(name).unsubscribe(heard);
  };
  channel(name).subscribe(heard);
  endings.push(end);
  return end;
}

interface Change {
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

function make(name = 'payments'): { breaker: CircuitBreaker; clock: HandClock } {
  const clock = new HandClock();
  const options = { name, consecutiveFailureThreshold: 1, retryTimeout: 100, scheduler: clock };
  return { breaker: circuitBreaker(options), clock };
}

const refuse = (breaker: CircuitBreaker): void => {
  NEVER.pipe(breaker)
    .subscribe({ error: () => {} })
    .unsubscribe();
};

describe('the diagnostics channels', () => {
  it('tell of each state change and each refusal once, watched or not', () => {
    const told: unknown[] = [];
    hear(stateChanges, ({ from, to }: Change) => told.push(`${from} ${to}`));
    hear(rejected, (message: object) => told.push(message));
    const { breaker, clock } = make();
    const heard = events(breaker);
    fail(breaker);
    refuse(breaker);
    clock.advance(100);
    succeed(breaker);
    expect(told).toEqual([
      'closed open',
      { name: 'payments', state: 'open', retryAfter: 100, cause: boom },
      'open half-open',
      'half-open closed',
    ]);
    expect(heard.filter(({ type }) => type === 'state-change')).toHaveLength(3);
  });

  it('tell a subscriber that calls the breaker in order, and the breaker stays sound', () => {
    const { breaker, clock } = make();
    const order: string[] = [];
    hear(stateChanges, ({ from, to }: Change) => {
      order.push(`first ${from} ${to} ${breaker.state}`);
      if (to === 'open') breaker.reset();
    });
    hear(stateChanges, ({ from, to }: Change) => order.push(`second ${from} ${to}`));
    const heard = events(breaker);
    fail(breaker);
    expect(order).toEqual([
      'first closed open open',
      'second closed open',
      'first open closed closed',
      'second open closed',
    ]);
    expect(heard.map((event) => ('to' in event ? event.to : event.type))).toEqual([
      'failure',
      'open',
      'closed',
      'reset',
    ]);
    expect([breaker.state, breaker.snapshot().counts.inFlight]).toEqual(['closed', 0]);
    expect(clock.pending).toBe(0);
  });

  it('tell of two breakers in the order in which they changed', () => {
    const first = make('first').breaker;
    const second = make('second').breaker;
    const order: string[] = [];
    hear(stateChanges, ({ name, to }: Change) => {
      if (name === 'first' && to === 'open') second.trip(boom);
      order.push(`${name} ${to}`);
    });
    first.trip(boom);
    expect(order).toEqual(['first open', 'second open']);
  });

  it('let a subscriber leave in the middle', () => {
    const { breaker } = make();
    let told = 0;
    const end = hear(stateChanges, () => {
      told++;
      end();
    });
    fail(breaker);
    breaker.reset();
    expect(told).toBe(1);
  });

  it('leave a subscriber that throws to Node, and the breaker sound', async () => {
    const thrown: unknown[] = [];
    const listeners = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.on('uncaughtException', (error) => thrown.push(error));
    try {
      const { breaker } = make();
      const told: string[] = [];
      hear(stateChanges, () => {
        throw boom;
      });
      hear(stateChanges, ({ to }: Change) => told.push(to));
      fail(breaker);
      breaker.reset();
      await new Promise((resolve) => setImmediate(resolve));
      expect([breaker.state, told, thrown]).toEqual(['closed', ['open', 'closed'], [boom, boom]]);
    } finally {
      process.removeAllListeners('uncaughtException');
      for (const listener of listeners) process.on('uncaughtException', listener);
    }
  });

  it('make nothing while nobody listens: no snapshot is taken for a change', () => {
    const { breaker, clock } = make();
    fail(breaker);
    clock.reads = 0;
    for (let i = 0; i < 10; i++) refuse(breaker);
    expect(clock.reads).toBe(10); // one look at the clock for each refusal, as without channels
  });
});
