import { of } from 'rxjs';
import { expect, test } from 'vitest';
import { type CircuitBreakers, circuitBreakers } from '../../src/keyed/circuitBreakers.ts';
import type { CircuitBreaker } from '../../src/rxjs/circuitBreaker.ts';
import fc from '../fastCheck.ts';
import { type Clock, clock } from './clock.ts';
import { flat, NaiveGroup, words } from './naive.ts';

const options = { consecutiveFailureThreshold: 2, retryTimeout: 1_000 } as const;
const LETTERS = ['a', 'b', 'c', 'd', 'e', 'f'];

const key = fc.constantFrom(...LETTERS);
const at = fc.nat(9);
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('get' as const), key }) },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('fail' as const), key, kept: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('succeed' as const), key, kept: fc.boolean() }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('begin' as const), key, kept: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('watch' as const), key, kept: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('hold' as const), key, isolates: fc.boolean() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('holdAll' as const), isolates: fc.boolean() }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('end' as const), at }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), key }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('clear' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('reset' as const),
      key: fc.option(key, { nil: undefined }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      ms: fc.constantFrom(1, 200, 500, 1_000, 3_000),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

const settings = fc.record({
  maxKeys: fc.constantFrom(1, 2, 3, 10),
  idleTime: fc.constantFrom(400, 1_500, 100_000, Number.POSITIVE_INFINITY),
});

/** A group under play, with the naive one beside it. */
class Play {
  readonly group: CircuitBreakers;
  readonly naive: NaiveGroup;
  readonly logs = new Map<string, string[]>();
  private readonly time: Clock;
  /** Handles that somebody has taken once, and keeps. */
  private readonly handles = new Map<string, CircuitBreaker>();
  /** What has begun and has to end, in both. */
  private readonly open: (() => void)[] = [];

  constructor(maxKeys: number, idleTime: number) {
    this.time = clock();
    const { scheduler } = this.time;
    this.group = circuitBreakers({ ...options, scheduler, maxKeys, idleTime });
    this.naive = new NaiveGroup(options, scheduler, maxKeys, idleTime);
    this.group.events$.subscribe((event) => {
      const log = this.logs.get(event.key) ?? [];
      this.logs.set(event.key, log);
      log.push(words(event));
    });
  }

  do(step: Step): void {
    const { group, naive, open } = this;
    switch (step.do) {
      case 'get':
        this.handles.set(step.key, group.get(step.key));
        naive.use(step.key);
        break;
      case 'fail':
      case 'succeed':
      case 'begin': {
        const end = this.call(step.key, step.kept);
        if (step.do === 'begin') open.push(() => end('success'));
        else end(step.do === 'fail' ? 'failure' : 'success');
        break;
      }
      case 'watch': {
        const watching = this.handle(step.key, step.kept).state$.subscribe();
        const entry = naive.claim(step.key);
        const seen = entry.breaker.state$.subscribe();
        open.push(() => {
          watching.unsubscribe();
          seen.unsubscribe();
          naive.release(entry);
        });
        break;
      }
      case 'hold': {
        const how = step.isolates ? 'isolate' : 'disable';
        const hold = group[how](step.key);
        const entry = naive.claim(step.key);
        const own = entry.breaker[how]();
        open.push(() => {
          hold.unsubscribe();
          own.unsubscribe();
          naive.release(entry);
        });
        break;
      }
      case 'holdAll': {
        const hold = step.isolates ? group.isolate() : group.disable();
        const lift = naive.holdAll(step.isolates);
        open.push(() => {
          hold.unsubscribe();
          lift();
        });
        break;
      }
      case 'end':
        open.splice(step.at % (open.length || 1), 1)[0]?.();
        break;
      case 'delete':
        group.delete(step.key);
        naive.delete(step.key);
        break;
      case 'clear':
        group.clear();
        naive.clear();
        break;
      case 'reset':
        if (step.key === undefined) group.reset();
        else group.reset(step.key);
        naive.reset(step.key);
        break;
      case 'pass':
        this.time.pass(step.ms);
    }
  }

  private handle(key: string, kept: boolean): CircuitBreaker {
    // a handle that is taken now is a use; one that is kept is none
    return (kept && this.handles.get(key)) || this.group.get(key);
  }

  private call(key: string, kept: boolean): (how: 'success' | 'failure') => void {
    const breaker = this.handle(key, kept);
    const mine = this.naive.call(key);
    let permit: ReturnType<CircuitBreaker['acquire']> | undefined;
    try {
      permit = breaker.acquire();
    } catch {
      // refused
    }
    expect(permit === undefined, 'both are refused, or none').toBe(mine === undefined);
    return (how) => {
      permit?.[how](new Error('down'));
      mine?.permit[how](new Error('down'));
      if (mine) this.naive.release(mine.entry);
    };
  }

  /** Both groups are alike. */
  check(): void {
    const { group, naive } = this;
    expect([...group.keys()]).toEqual(naive.keys);
    expect(group.size).toBe(naive.keys.length);
    expect(Object.fromEntries([...group].map(([key, { state }]) => [key, state]))).toEqual(
      naive.states(),
    );
    expect(new Map(flat(group.totals()))).toEqual(naive.totals());
    for (const [key, handle] of this.handles) {
      const entry = naive.find(key);
      if (entry === undefined) continue;
      expect(handle.state).toBe(entry.breaker.state);
      expect(handle.snapshot().counts).toEqual(entry.breaker.snapshot().counts);
      expect(handle.retryAfter).toBe(entry.breaker.retryAfter);
    }
  }

  checkLogs(): void {
    for (const letter of LETTERS) {
      expect(this.logs.get(letter) ?? [], letter).toEqual(this.naive.logs.get(letter) ?? []);
    }
  }
}

test('a group does what a plain breaker for each key would do, and forgets as the naive group does', () => {
  fc.assert(
    fc.property(settings, fc.array(step, { maxLength: 60 }), ({ maxKeys, idleTime }, steps) => {
      const play = new Play(maxKeys, idleTime);
      for (const each of steps) {
        play.do(each);
        play.check();
      }
      play.checkLogs();
    }),
    { numRuns: 300 },
  );
});

/** Something that a listener does, when it hears of an event. */
const deeds: ((group: CircuitBreakers, key: string) => unknown)[] = [
  (group, key) => group.reset(key),
  (group) => group.reset(),
  (group, key) => group.delete(key),
  (group) => group.clear(),
  (group, key) => group.get(`${key}'`),
  (group, key) => group.get(key).state$.subscribe().unsubscribe(),
  (group) => group.isolate().unsubscribe(),
  (group, key) => group.disable(key).unsubscribe(),
  (group) => group.events$.subscribe().unsubscribe(),
  (group) => [...group].map(([, { state }]) => state),
  (group) =>
    of(1)
      .pipe(group.guard('z'))
      .subscribe({ error: () => {} }),
];

test('listeners that use the group leave everything in order', () => {
  const reactions = fc.array(fc.tuple(fc.nat(20), fc.nat(deeds.length - 1)), { maxLength: 12 });
  fc.assert(
    fc.property(
      settings,
      fc.array(step, { maxLength: 40 }),
      reactions,
      ({ maxKeys, idleTime }, steps, planned) => {
        const time = clock();
        const group = circuitBreakers({ ...options, scheduler: time.scheduler, maxKeys, idleTime });
        const open: (() => void)[] = [];
        const kept = new Set<string>();
        const heard: string[] = [];
        let events = 0;
        let most = 200; // then they have seen enough
        const react = (key: string): void => {
          for (const [when, deed] of planned) {
            if (when === events % 21 && events < most) deeds[deed]?.(group, key);
          }
          events++;
        };
        const first = group.events$.subscribe((event) => {
          heard.push(`${event.key} ${words(event)}`);
          react(event.key);
        });
        const again: string[] = [];
        const second = group.events$.subscribe((event) => {
          again.push(`${event.key} ${words(event)}`);
          if (event.type === 'key-added') {
            expect(kept.has(event.key), `${event.key} is added once`).toBe(false);
            kept.add(event.key);
          }
          if (event.type === 'key-dropped') expect(kept.delete(event.key)).toBe(true);
        });
        for (const each of steps) {
          apply(group, time, open, each, react);
          const keys = [...group.keys()];
          expect(new Set(keys).size).toBe(keys.length);
          expect(group.size).toBe(keys.length);
          expect([...kept].sort()).toEqual([...keys].sort());
        }
        expect(again).toEqual(heard);
        most = 0;
        for (const end of open) end();
        time.pass(1e9);
        const { successes, failures, late, rejected, transitions } = group.totals();
        const told = (type: string): number =>
          again.filter((line) => line.split(/ |: /)[1] === type).length;
        expect({ successes, failures, late, rejected, transitions }).toEqual({
          successes: told('success'),
          failures: told('failure'),
          late: told('late'),
          rejected: told('rejected'),
          transitions: Object.fromEntries(
            Object.keys(transitions).map((state) => [state, told(state)]),
          ),
        });
        if (idleTime < Number.POSITIVE_INFINITY) expect(group.size).toBe(0);
        first.unsubscribe();
        second.unsubscribe();
        expect(time.scheduler.actions.filter((action) => !action.closed)).toHaveLength(0);
      },
    ),
    { numRuns: 300 },
  );
});

/** Does a step on the group alone. */
function apply(
  group: CircuitBreakers,
  time: Clock,
  open: (() => void)[],
  each: Step,
  react: (key: string) => void,
): void {
  switch (each.do) {
    case 'get':
      group.get(each.key);
      break;
    case 'fail':
    case 'succeed':
    case 'begin':
      try {
        const permit = group.get(each.key).acquire();
        if (each.do === 'begin') open.push(() => permit.success());
        else permit[each.do === 'fail' ? 'failure' : 'success']();
      } catch {
        // refused
      }
      break;
    case 'watch': {
      const watching = group.get(each.key).state$.subscribe(() => react(each.key));
      open.push(() => watching.unsubscribe());
      break;
    }
    case 'hold': {
      const hold = each.isolates ? group.isolate(each.key) : group.disable(each.key);
      open.push(() => hold.unsubscribe());
      break;
    }
    case 'holdAll': {
      const hold = each.isolates ? group.isolate() : group.disable();
      open.push(() => hold.unsubscribe());
      break;
    }
    case 'end':
      open.splice(each.at % (open.length || 1), 1)[0]?.();
      break;
    case 'delete':
      group.delete(each.key);
      break;
    case 'clear':
      group.clear();
      break;
    case 'reset':
      if (each.key === undefined) group.reset();
      else group.reset(each.key);
      break;
    case 'pass':
      time.pass(each.ms);
  }
}
