import { ApplicationRef, Component, computed, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import type { SchedulerAction, Subscription } from 'rxjs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Circuit, injectCircuit } from '../../src/angular/index.ts';
import { circuitBreakers } from '../../src/index.ts';
import { app, Time } from './app.ts';

const KEY = 'https://api.test';
const shown = signal(true);
let circuit: Circuit;

beforeEach(() => shown.set(true));
afterEach(() => vi.restoreAllMocks());

/** A component with a banner, made without a decorator's help. */
class Banner {
  readonly shown = shown;
  readonly circuit: Circuit = injectCircuit(KEY);
  constructor() {
    circuit = this.circuit;
  }
}
const BannerComponent = Component({
  selector: 'test-banner',
  template: `@if (shown()) {<b>{{ circuit.state() }} {{ circuit.retryIn() }}</b>}`,
})(Banner) as typeof Banner;

function banner(options = {}) {
  const parts = app(options);
  const fixture = TestBed.createComponent(BannerComponent);
  const text = async (): Promise<string> => {
    await fixture.whenStable();
    return fixture.nativeElement.textContent;
  };
  return { ...parts, fixture, text };
}

test('a banner shows the state, counts the seconds down, and shows the recovery', async () => {
  const { text, fail, time, get, answer } = banner();
  expect(await text()).toBe('closed 0');
  fail();
  expect(await text()).toBe('open 5');
  time.pass(1_000);
  expect(await text()).toBe('open 4');
  time.pass(3_000);
  expect(await text()).toBe('open 1');
  time.pass(1_000);
  expect(await text()).toBe('half-open 0');
  get();
  answer(200);
  expect(await text()).toBe('closed 0');
});

test('there is no timer while the circuit is closed', async () => {
  const { text, time, get, answer } = banner();
  await text();
  get();
  answer(200);
  await text();
  expect(time.timers).toBe(0);
});

test('there is no countdown while nobody reads it', async () => {
  shown.set(false);
  const { text, fail, time } = banner();
  fail();
  await text();
  expect(time.timers).toBe(1); // the one that announces half-open
  shown.set(true);
  expect(await text()).toBe('open 5');
  expect(time.timers).toBe(2);
  shown.set(false);
  await text();
  time.pass(1_000);
  await text();
  expect(time.timers).toBe(1);
});

test('a countdown that was read late starts from the present time', async () => {
  shown.set(false);
  const { text, fail, time } = banner();
  fail();
  time.pass(2_300);
  shown.set(true);
  expect(await text()).toBe('open 3');
  time.pass(700);
  expect(await text()).toBe('open 2');
});

test('a component that is gone leaves no timer and no observer behind', async () => {
  const { text, fail, time, fixture } = banner();
  fail();
  await text();
  fixture.destroy();
  expect(time.timers).toBe(0);
  circuit.retryIn();
  circuit.counts();
  expect(time.timers).toBe(0);
});

test('an app is stable whatever its circuits do', async () => {
  const { fail, text } = banner();
  await text();
  const { isStable } = TestBed.inject(ApplicationRef);
  const seen: boolean[] = [];
  isStable.subscribe((stable) => seen.push(stable));
  fail();
  await text();
  expect(seen.at(-1)).toBe(true);
});

test('counts follow the calls, and listen to them only after they were read', async () => {
  const { text, get, answer } = banner();
  await text();
  expect(circuit.counts().calls).toBe(0);
  get();
  answer(200);
  expect(circuit.counts()).toMatchObject({ calls: 1, successes: 1 });
  get();
  expect(circuit.counts().calls).toBe(1);
  answer(503);
  expect(circuit.counts()).toMatchObject({ calls: 2, failures: 1 });
});

test('isolated has no end to count down to', async () => {
  const { text, breakers, time } = banner();
  breakers.isolate(KEY);
  expect(await text()).toBe('isolated Infinity');
  expect(time.timers).toBe(0);
});

test('an open time without an end has no countdown', async () => {
  const { text, fail, time } = banner({ retryTimeout: Number.POSITIVE_INFINITY });
  fail();
  expect(await text()).toBe('open Infinity');
  expect(time.timers).toBe(0);
});

test('a signal that is read just when the time is over says what is', () => {
  const { fail, time, breaker } = banner();
  fail();
  breaker().state;
  const now = vi.spyOn(time, 'now').mockReturnValue(time.now() + 5_000);
  expect(circuit.retryIn()).toBe(0);
  expect(circuit.state()).toBe('half-open');
  now.mockRestore();
});

test('the key is the origin of the document, where none is given', () => {
  const { breakers } = app();
  TestBed.runInInjectionContext(() => injectCircuit());
  expect([...breakers.keys()]).toEqual([location.origin]);
});

test('a circuit on a page is not dropped', () => {
  const { breakers, breaker } = banner({ maxKeys: 1 });
  const watched = breaker();
  for (let i = 0; i < 10; i++) breakers.get(`other ${i}`);
  expect(breaker()).toBe(watched);
});

test('a listener of events that injects a circuit sees the state that refused', () => {
  const { breakers, fail, get } = app();
  fail();
  const seen: string[] = [];
  breakers.events$.subscribe(({ type }) => {
    if (type !== 'rejected') return;
    const { state, retryIn } = TestBed.runInInjectionContext(() => injectCircuit(KEY));
    seen.push(`${type} ${state()} ${retryIn()}`);
  });
  get();
  expect(seen).toEqual(['rejected open 5']);
});

test('a template or a computed may be what brings the circuit up to date', () => {
  const { fail, time, breaker } = banner();
  fail();
  circuit.counts();
  const derived = computed(() => breaker().state);
  const now = vi.spyOn(time, 'now').mockReturnValue(time.now() + 5_000);
  expect(derived()).toBe('half-open');
  expect([circuit.state(), circuit.retryIn()]).toEqual(['half-open', 0]);
  now.mockRestore();
});

test('a countdown goes by the clock of shared breakers', async () => {
  const time = new Time();
  const shared = circuitBreakers({ retryTimeout: 5_000, scheduler: time });
  const { text, breaker } = banner(shared);
  breaker().trip();
  expect(await text()).toBe('open 5');
  time.pass(1_000);
  expect(await text()).toBe('open 4');
});

test('a second opening counts down from its own time', async () => {
  const { text, time, breaker } = banner();
  breaker().trip();
  expect(await text()).toBe('open 5');
  time.pass(700);
  breaker().reset();
  expect(await text()).toBe('closed 0');
  breaker().trip();
  expect(await text()).toBe('open 5');
  time.pass(1_000);
  expect(await text()).toBe('open 4');
  time.pass(999);
  expect(await text()).toBe('open 4');
  time.pass(1);
  expect(await text()).toBe('open 3');
});

test('works with breakers made elsewhere', async () => {
  const shared = circuitBreakers();
  const { text } = banner(shared);
  shared.isolate(KEY);
  expect(await text()).toBe('isolated Infinity');
});

test('needs an injection context, and says so by its name', () => {
  expect(() => injectCircuit(KEY)).toThrow('injectCircuit() can only be used within an injection');
});

test('in the last second the one timer is that which announces half-open', async () => {
  const { text, fail, time } = banner();
  fail();
  time.pass(4_000);
  expect(await text()).toBe('open 1');
  expect(time.timers).toBe(1);
});

test('a countdown has one timer, however often the circuit opens', async () => {
  const { text, time, breaker } = banner();
  for (let opening = 0; opening < 5; opening++) {
    breaker().trip();
    expect(await text()).toBe('open 5');
    expect(time.timers).toBe(2); // the other announces half-open
    breaker().reset();
    expect(await text()).toBe('closed 0');
  }
});

test('the state and the countdown agree, also for a listener that hears of the opening first', () => {
  const { breaker } = app();
  const seen: string[] = [];
  let watched: Circuit | undefined;
  breaker(KEY).state$.subscribe(() => {
    if (watched !== undefined) seen.push(`${watched.state()} ${watched.retryIn()}`);
  });
  watched = TestBed.runInInjectionContext(() => injectCircuit(KEY));
  breaker(KEY).trip();
  expect(seen).toEqual(['closed 0']);
  expect([watched.state(), watched.retryIn()]).toEqual(['open', 5]);
});

test('signals that are read after the end of the component use no key', async () => {
  shown.set(false); // nobody has read them before
  const { text, fixture, breakers } = banner();
  await text();
  fixture.destroy();
  breakers.clear();
  expect([circuit.state(), circuit.retryIn(), circuit.counts().calls]).toEqual(['closed', 0, 0]);
  expect(breakers.size).toBe(0);
});

test('a component that counted down for long ends only the timers that are left', async () => {
  let ended = 0;
  class Watched extends Time {
    override schedule<T>(
      work: (this: SchedulerAction<T>, state?: T) => void,
      delay?: number,
      state?: T,
    ): Subscription {
      const timer = super.schedule(work, delay, state);
      timer.add(() => ended++);
      return timer;
    }
  }
  const time = new Watched();
  const { text, breaker, fixture } = banner({ scheduler: time, retryTimeout: 60_000 });
  breaker().trip();
  for (let second = 60; second > 30; second--) {
    expect(await text()).toBe(`open ${second}`);
    time.pass(1_000);
  }
  await text();
  const before = ended;
  fixture.destroy();
  expect(ended - before).toBe(2); // the countdown, and the one that announces half-open
  expect(time.timers).toBe(0);
});
