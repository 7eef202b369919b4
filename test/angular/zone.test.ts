import 'zone.js'; // first: zone.js replaces the timers of all that comes later
import {
  ApplicationRef,
  Component,
  NgZone,
  provideZoneChangeDetection,
  signal,
} from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { asyncScheduler } from 'rxjs';
import { expect, test } from 'vitest';
import { type Circuit, injectCircuit } from '../../src/angular/index.ts';
import { circuitBreakers } from '../../src/index.ts';
import { app } from './app.ts';

const KEY = 'https://api.test';
const HOUR = 3_600_000;
/** Real timers, and a clock that stands still. */
const scheduler = { now: () => 0, schedule: asyncScheduler.schedule.bind(asyncScheduler) };

class Banner {
  readonly circuit: Circuit = injectCircuit(KEY);
}
const BannerComponent = Component({
  selector: 'test-banner',
  template: `{{ circuit.state() }} {{ circuit.retryIn() }} {{ circuit.counts().calls }}`,
})(Banner) as typeof Banner;

/** An app in which a banner is shown. It looks for changes at once when something ran in its zone. */
function banner(options: Parameters<typeof app>[0]) {
  const zoned = provideZoneChangeDetection();
  const parts = app(options, {}, { providers: [zoned] });
  const element = document.createElement('test-banner');
  document.body.append(element);
  const zone = TestBed.inject(NgZone);
  const application = TestBed.inject(ApplicationRef);
  zone.run(() => application.bootstrap(BannerComponent, element));
  return { ...parts, zone, application, text: () => element.textContent };
}

test('zone.js is there: a timer in the zone keeps an app from being stable', () => {
  const { zone, breaker } = banner({ scheduler });
  expect(zone.hasPendingMacrotasks).toBe(false);
  const timer = zone.run(() => asyncScheduler.schedule(() => {}, HOUR));
  expect(zone.hasPendingMacrotasks).toBe(true);
  timer.unsubscribe();
  expect(breaker().state).toBe('closed');
});

test.each([
  ['circuits of its own', () => ({ retryTimeout: HOUR, scheduler })],
  ['shared circuits', () => circuitBreakers({ retryTimeout: HOUR, scheduler })],
])('an app is stable while %s are open and watched', async (_, options) => {
  const { zone, breaker, text, application } = banner(options());
  zone.run(() => breaker().trip());
  expect(text()).toBe('open 3600 0');
  expect(zone.hasPendingMacrotasks).toBe(false);
  await application.whenStable();
});

test('what happens to a circuit outside of the zone is shown, too', () => {
  const { breaker, time, text } = banner({});
  breaker().trip();
  expect(text()).toBe('open 5 0');
  time.pass(1_000);
  expect(text()).toBe('open 4 0');
  time.pass(4_000);
  expect(text()).toBe('half-open 0 0');
  breaker().acquire().success();
  expect(text()).toBe('closed 0 0');
  breaker().acquire().success();
  expect(text()).toBe('closed 0 1');
});

test('a circuit may be injected while an app looks for changes outside of its zone', () => {
  const shown = signal(false);
  class Page {
    readonly shown = shown;
  }
  const PageComponent = Component({
    selector: 'test-page',
    template: '@if (shown()) {<test-banner />}',
    imports: [BannerComponent],
  })(Page) as typeof Page;
  app({}, {}, { providers: [provideZoneChangeDetection()] });
  const element = document.createElement('test-page');
  const application = TestBed.inject(ApplicationRef);
  TestBed.inject(NgZone).run(() => application.bootstrap(PageComponent, element));
  shown.set(true);
  application.tick();
  expect(element.textContent).toBe('closed 0 0');
});

test('to inject a circuit starts no round of changes', () => {
  const { breaker } = app({}, {}, { providers: [provideZoneChangeDetection()] });
  let rounds = 0;
  TestBed.inject(NgZone).onMicrotaskEmpty.subscribe(() => rounds++);
  TestBed.runInInjectionContext(() => injectCircuit(KEY));
  expect(rounds).toBe(0);
  breaker().trip();
  expect(rounds).toBe(1);
});
