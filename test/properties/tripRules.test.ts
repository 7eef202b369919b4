import { Subject } from 'rxjs';
import { describe, expect, test } from 'vitest';
import {
  type CircuitBreaker,
  type CircuitBreakerOptions,
  circuitBreaker,
  isCircuitOpenError,
} from '../../src/index.ts';
import { playRow, type Side } from './model/timeline.ts';
import { claims } from './model/tripRules.ts';
import { VirtualTime } from './virtualTime.ts';

/** A real breaker in a timeline, watched or not. */
class BreakerSide implements Side {
  readonly changes: string[] = [];
  private readonly time = new VirtualTime();
  private readonly breaker: CircuitBreaker;
  private readonly sources: Subject<unknown>[] = [];
  private before: string;

  constructor(options: CircuitBreakerOptions, watched: boolean) {
    this.breaker = circuitBreaker({ ...options, scheduler: this.time });
    this.before = this.breaker.state;
    if (watched) this.breaker.state$.subscribe();
  }

  advance(milliseconds: number): void {
    // looked at each millisecond, but for long waits: there what changes does so at a known column
    for (let passed = 0; passed < milliseconds; ) {
      const step = milliseconds - passed > 5_000 ? milliseconds - passed - 1 : 1;
      this.time.advance(step);
      passed += step;
      this.look();
    }
  }

  call(): number | undefined {
    const source = new Subject<unknown>();
    let refused = false;
    source.pipe(this.breaker).subscribe({
      error: (error) => {
        refused = isCircuitOpenError(error);
      },
    });
    return refused ? undefined : this.sources.push(source) - 1;
  }

  end(call: number, how: 'value' | 'error' | 'complete', what: string): void {
    const source = this.sources[call] as Subject<unknown>;
    if (how === 'complete') source.complete();
    else if (how === 'error') source.error(what);
    else source.next(what);
    this.look();
  }

  private look(): void {
    const { state } = this.breaker;
    if (state !== this.before) this.changes.push(`${state} at ${this.time.elapsed}`);
    this.before = state;
  }
}

describe.each([true, false])(
  'the breaker holds the claims of the trip rules (watched: %s)',
  (watched) => {
    test.each(claims)('$what', ({ options = {}, calls, changes }) => {
      const side = new BreakerSide(options as CircuitBreakerOptions, watched);
      playRow(calls, side);
      expect(side.changes).toEqual(changes);
    });
  },
);
