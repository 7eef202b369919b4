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
 * Returns the circuit of a backend as signals, for the life of the component. A closed circuit has no timer. The timer
 * of an open circuit runs outside of Angular's zone, so the app becomes stable.
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
  const { breakers, scheduler } = inject(CIRCUITS);
  const zone = inject(NgZone);
  const breaker = breakers.get(key ?? new URL(injectBase()).origin);
  const life = new Subscription();
  inject(DestroyRef).onDestroy(() => life.unsubscribe());

  const state = signal<CircuitState>(breaker.state);
  zone.runOutsideAngular(() => {
    life.add(
      breaker.state$.subscribe((now) => {
        // in the zone, for apps that look for changes only when something ran there
        if (now !== untracked(state)) zone.run(() => state.set(now));
      }),
    );
  });

  // What a reader makes these two wait for goes off once. It is set again when the signal is read again:
  // whatever nobody reads stops by itself.

  const second = waiter(zone, life);
  const retryIn = computed(() => {
    // first, for it may bring the breaker up to date
    const remaining = untracked(() => breaker.retryAfter);
    const now = state();
    if (now === 'isolated') return Number.POSITIVE_INFINITY;
    if (now !== 'open') return 0;
    const seconds = Math.ceil(remaining / 1_000);
    if (seconds > 1 && seconds < Number.POSITIVE_INFINITY) {
      const next = remaining - (seconds - 1) * 1_000;
      second((wake) => scheduler.schedule(wake, next));
    }
    return seconds;
  });

  const event = waiter(zone, life);
  const counts = computed(() => {
    state();
    event((wake) => breaker.events$.pipe(take(1)).subscribe(wake));
    return untracked(() => breaker.snapshot().counts);
  });

  return { state: state.asReadonly(), retryIn, counts };
}

/** Makes a signal depend on something that happens once: to be called in each computation of it. */
function waiter(
  zone: NgZone,
  life: Subscription,
): (start: (wake: () => void) => Subscription) => void {
  const happened = signal(0);
  let waiting: Subscription | null = null;
  return (start) => {
    happened();
    if (waiting !== null || life.closed) return;
    const wake = (): void => {
      if (waiting !== null) life.remove(waiting);
      waiting = null;
      zone.run(() => happened.update((times) => times + 1));
    };
    untracked(() => {
      zone.runOutsideAngular(() => {
        waiting = start(wake);
        life.add(waiting);
      });
    });
  };
}
