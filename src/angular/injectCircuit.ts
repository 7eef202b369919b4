import {
  assertInInjectionContext,
  computed,
  DestroyRef,
  inject,
  NgZone,
  type Signal,
  signal,
  untracked,
} from '@angular/core';
import { Subscription, take } from 'rxjs';
import type { CircuitState, Counts } from '../core/index.js';
import { schedulerOf } from '../rxjs/circuitBreaker.js';
import { quietly } from '../rxjs/quietly.js';
import { injectBase } from './base.js';
import { CIRCUITS } from './provide.js';

/**
 * A circuit as signals, for templates.
 *
 * @example
 * ```ts
 * @Component({ selector: 'app-status', template: `{{ circuit.state() }}, {{ circuit.counts().failures }} failures` })
 * class Status {
 *   readonly circuit: Circuit = injectCircuit();
 * }
 * ```
 */
export interface Circuit {
  /** The state, on time. */
  readonly state: Signal<CircuitState>;
  /**
   * Whole seconds until the next try while the circuit is open; the number counts down while somebody reads the signal.
   * 0 in the other states, `Infinity` when isolated.
   */
  readonly retryIn: Signal<number>;
  /** The counts of the circuit's breaker, after the last call. */
  readonly counts: Signal<Counts>;
}

/**
 * The circuit of a backend as signals, for as long as the component lives. While the circuit is closed there is no
 * timer. The timers of an open circuit hold back neither the app's stability nor the response of a server.
 *
 * @param key The key of the circuit. @default the origin of the document
 * @throws Error (NG0203) outside of an injection context.
 * @example
 * ```ts
 * @Component({
 *   selector: 'app-banner',
 *   template: `@if (api.state() === 'open') { <p>Back in {{ api.retryIn() }} s</p> }`,
 * })
 * class Banner {
 *   readonly api = injectCircuit('https://api.example.com');
 * }
 * ```
 */
export function injectCircuit(key?: string): Circuit {
  assertInInjectionContext(injectCircuit);
  const zone = inject(NgZone);
  const breaker = inject(CIRCUITS).breakers.get(key ?? new URL(injectBase()).origin);
  const life = new Subscription();
  inject(DestroyRef).onDestroy(() => life.unsubscribe());

  /**
   * Writes a signal in Angular's zone: before Angular 18 an app looks for changes only when something ran there.
   * Untracked, for whoever looks at the breaker may do so in a template or in a `computed`, where no signal may be
   * written.
   */
  const write = (set: () => void): void => untracked(() => zone.run(set));

  const state = signal<CircuitState>(breaker.state);
  life.add(
    breaker.state$.subscribe((now) => {
      if (now !== untracked(state)) write(() => state.set(now));
    }),
  );

  // Both of these wait for one thing that happens, each time when somebody reads them. A signal that nobody reads
  // stops by itself.

  const second = waiter(write, life);
  const retryIn = computed(() => {
    // first, for the breaker may be brought up to date
    const remaining = untracked(() => breaker.retryAfter);
    const now = state();
    if (now === 'isolated') return Number.POSITIVE_INFINITY;
    if (now !== 'open') return 0;
    const seconds = Math.ceil(remaining / 1_000);
    if (seconds > 1 && seconds < Number.POSITIVE_INFINITY) {
      const next = remaining - (seconds - 1) * 1_000;
      second((wake) => quietly(schedulerOf(breaker), wake, next));
    }
    return seconds;
  });

  const event = waiter(write, life);
  const counts = computed(() => {
    event((wake) => breaker.events$.pipe(take(1)).subscribe(wake));
    return untracked(() => breaker.snapshot().counts);
  });

  return { state: state.asReadonly(), retryIn, counts };
}

/** Makes a signal depend on something that happens once: to be called in each computation of the signal. */
function waiter(
  write: (set: () => void) => void,
  life: Subscription,
): (start: (wake: () => void) => Subscription) => void {
  const happened = signal({});
  let isWaiting = false;
  return (start) => {
    happened();
    if (isWaiting || life.closed) return;
    isWaiting = true;
    const waiting = new Subscription();
    life.add(waiting);
    const wake = (): void => {
      isWaiting = false;
      waiting.unsubscribe(); // leaves `life`, too
      write(() => happened.set({}));
    };
    untracked(() => waiting.add(start(wake)));
  };
}
