import { type Observable, of, type Subscription } from 'rxjs';
import { describe, expectTypeOf, it } from 'vitest';
import {
  type CircuitBreaker,
  type CircuitBreakerOptions,
  type CircuitBreakers,
  type CircuitBreakersOptions,
  type CircuitEvent,
  type CircuitSnapshot,
  type CircuitTotals,
  circuitBreakers,
  type KeyAddedEvent,
  type KeyDroppedEvent,
  type KeyedCircuitEvent,
  type KeyRefusedEvent,
} from '../../src/index.ts';

const hosts = circuitBreakers();

describe('breakers by key', () => {
  it('guard streams of any type, and keep it', () => {
    expectTypeOf(hosts).toEqualTypeOf<CircuitBreakers>();
    expectTypeOf(hosts.guard('a')(of(1))).toEqualTypeOf<Observable<number>>();
    expectTypeOf(of('x').pipe(hosts.guard('a'))).toEqualTypeOf<Observable<string>>();
    // @ts-expect-error a key is a text
    hosts.guard(1);
    // @ts-expect-error the group itself is no operator
    of(1).pipe(hosts);
  });

  it('are a group to look into', () => {
    expectTypeOf(hosts.get('a')).toEqualTypeOf<CircuitBreaker>();
    expectTypeOf(hosts.has('a')).toEqualTypeOf<boolean>();
    expectTypeOf(hosts.size).toEqualTypeOf<number>();
    expectTypeOf(hosts.keys()).toExtend<Iterable<string>>();
    expectTypeOf(hosts.isolate('a')).toEqualTypeOf<Subscription>();
    expectTypeOf(hosts.snapshot()).toEqualTypeOf<Record<string, CircuitSnapshot>>();
    for (const [key, breaker] of hosts) {
      expectTypeOf(key).toEqualTypeOf<string>();
      expectTypeOf(breaker).toEqualTypeOf<CircuitBreaker>();
    }
    // @ts-expect-error
    hosts.size = 0;
  });

  it('are deleted, held and reset, one or all', () => {
    expectTypeOf(hosts.delete('a')).toEqualTypeOf<boolean>();
    expectTypeOf(hosts.clear()).toEqualTypeOf<void>();
    expectTypeOf(hosts.isolate()).toEqualTypeOf<Subscription>();
    expectTypeOf(hosts.disable()).toEqualTypeOf<Subscription>();
    expectTypeOf(hosts.disable('a')).toEqualTypeOf<Subscription>();
    expectTypeOf(hosts.reset()).toEqualTypeOf<void>();
    expectTypeOf(hosts.reset('a')).toEqualTypeOf<void>();
    expectTypeOf(hosts.totals()).toEqualTypeOf<CircuitTotals>();
    expectTypeOf(hosts.configure({ retryTimeout: 5 })).toEqualTypeOf<void>();
    // @ts-expect-error the limit belongs to the making of a group
    hosts.configure({ maxKeys: 5 });
    // @ts-expect-error a key that is missing is not all keys
    hosts.isolate(undefined);
    // @ts-expect-error a key to delete must be named
    hosts.delete();
  });

  it('have the key on every event', () => {
    expectTypeOf(hosts.events$).toEqualTypeOf<Observable<KeyedCircuitEvent>>();
    expectTypeOf<CircuitEvent & { readonly key: string }>().toExtend<KeyedCircuitEvent>();
    expectTypeOf<KeyedCircuitEvent['key']>().toEqualTypeOf<string>();
    hosts.events$.subscribe((event) => {
      if (event.type === 'failure') expectTypeOf(event.error).toBeUnknown();
      if (event.type === 'key-added') expectTypeOf(event).toEqualTypeOf<KeyAddedEvent>();
      if (event.type === 'key-refused') expectTypeOf(event).toEqualTypeOf<KeyRefusedEvent>();
      if (event.type !== 'key-dropped') return;
      expectTypeOf(event).toEqualTypeOf<KeyDroppedEvent>();
      expectTypeOf(event.reason).toEqualTypeOf<'idle' | 'limit' | 'deleted'>();
    });
  });

  it('share their options but for name and snapshot, which are of one key', () => {
    expectTypeOf<
      Omit<CircuitBreakerOptions, 'name' | 'restore'>
    >().toExtend<CircuitBreakersOptions>();
    circuitBreakers({
      optionsFor: (key) => (key === 'slow' ? { slowCallDuration: 1 } : undefined),
    });
    circuitBreakers({ maxKeys: 1, idleTime: 1, restore: hosts.snapshot() });
    // @ts-expect-error
    circuitBreakers({ name: 'hosts' });
    // @ts-expect-error one snapshot is not one by key
    circuitBreakers({ restore: hosts.get('a').snapshot() });
    // @ts-expect-error time is the same for all
    circuitBreakers({ optionsFor: () => ({ scheduler: undefined }) });
  });
});
