import {
  catchError,
  concat as concatenated,
  concatMap,
  config,
  defaultIfEmpty,
  exhaustMap,
  finalize,
  first,
  forkJoin,
  ignoreElements,
  type MonoTypeOperatorFunction,
  map,
  merge,
  mergeMap,
  NEVER,
  Observable,
  type OperatorFunction,
  of,
  race,
  repeat,
  retry,
  Subject,
  type Subscriber,
  Subscription,
  scan,
  share,
  shareReplay,
  skip,
  startWith,
  switchMap,
  take,
  takeLast,
  takeUntil,
  takeWhile,
  UnsubscriptionError,
  zip,
} from 'rxjs';
import { describe, expect, it } from 'vitest';
import { circuitBreaker } from '../../src/index.ts';
import fc from '../fastCheck.ts';

/*
 * A closed breaker is `map(x => x)`, whatever stands before and after it: the same notifications in the same order, the
 * same teardowns, the same errors reported. RxJS's specs of its operators look at these one by one; here they are
 * mixed at random.
 */

/** What a source does next, at once or when it is told to go on. */
const deed = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('next' as const), value: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.constant({ do: 'complete' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'error' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'throw' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'teardown' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'teardown that throws' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'child' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'child that leaves' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'stop' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'leave' as const }) },
);
type Deed = typeof deed extends fc.Arbitrary<infer T> ? T : never;

const script = fc.record({
  atOnce: fc.array(deed, { maxLength: 6 }),
  later: fc.array(deed, { maxLength: 6 }),
  end: fc.constantFrom('nothing', 'function', 'subscription', 'throws'),
});
type Script = typeof script extends fc.Arbitrary<infer T> ? T : never;

/** What stands around the operator, by name. `stop` is a notifier that the source can ring. */
const surroundings: Readonly<
  Record<string, (stop: Observable<unknown>) => MonoTypeOperatorFunction<unknown>>
> = {
  map: () => map((value) => value),
  'map that throws at 3': () =>
    map((value) => {
      if (value === 3) throw new Error('three');
      return value;
    }),
  'take 2': () => take(2),
  first: () => first(),
  'first of a kind': () => first((value) => value === 5, 'none'),
  skip: () => skip(1),
  takeLast: () => takeLast(2),
  takeWhile: () => takeWhile((value) => value !== 4, true),
  takeUntil: (stop) => takeUntil(stop),
  switchMap: () => switchMap((value) => merge(of(value), NEVER)),
  mergeMap: () => mergeMap((value) => of(value, value)),
  concatMap: () => concatMap((value) => of(value)),
  exhaustMap: () => exhaustMap((value) => of(value)),
  scan: () => scan((_, value) => value),
  startWith: () => startWith('first' as unknown),
  share: () => share(),
  shareReplay: () => shareReplay({ bufferSize: 1, refCount: true }),
  retry: () => retry(2),
  repeat: () => repeat(2),
  catchError: () => catchError((_, caught) => caught.pipe(take(1))),
  race: () => (source) => race(source, NEVER),
  forkJoin: () => (source) => forkJoin([source, of('other')]),
  zip: () => (source) => zip(source, of(1, 2)),
  concat: () => (source) => concatenated(source.pipe(ignoreElements()), of('after')),
  'merge with itself': () => (source) => merge(source, source),
  defaultIfEmpty: () => defaultIfEmpty('empty' as unknown),
};
const around = fc.array(fc.constantFrom(...Object.keys(surroundings)), { maxLength: 3 });

interface Play {
  readonly script: Script;
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** The observer throws at its so-manieth notification, and leaves at its so-manieth. */
  readonly throwsAt: number;
  readonly leavesAt: number;
  /** A synchronous source goes on for ever, until its subscriber has left. */
  readonly isEndless: boolean;
}

/** Everything that can be seen of one subscription. */
async function play(
  operator: OperatorFunction<unknown, unknown>,
  { script, before, after, throwsAt, leavesAt, isEndless }: Play,
): Promise<unknown[]> {
  const log: unknown[] = [];
  const stop = new Subject<void>();
  const later: (() => void)[] = [];
  let sources = 0;
  let subscription: Subscription | undefined;
  const act = (subscriber: Subscriber<unknown>, name: string, deed: Deed): void => {
    log.push(`${name} ${deed.do} ${subscriber.closed}`);
    const child = new Subscription(() => log.push(`${name} child`));
    if (deed.do === 'next') subscriber.next(deed.value);
    else if (deed.do === 'complete') subscriber.complete();
    else if (deed.do === 'error') subscriber.error(new Error(name));
    else if (deed.do === 'throw') throw new Error(`${name} threw`);
    else if (deed.do === 'stop') stop.next();
    else if (deed.do === 'leave') subscription?.unsubscribe();
    else if (deed.do === 'teardown') subscriber.add(() => log.push(`${name} teardown`));
    else if (deed.do === 'child') subscriber.add(child);
    else if (deed.do === 'child that leaves') {
      subscriber.add(child);
      subscriber.remove(child);
    } else {
      subscriber.add(() => {
        log.push(`${name} teardown throws`);
        throw new Error(`${name} teardown`);
      });
    }
    log.push(`${name} ${subscriber.closed}`);
  };
  const source = new Observable<unknown>((subscriber) => {
    // `retry` and `forkJoin` may subscribe for a subscriber that has left: map does too, a breaker makes no call then
    if (subscriber.closed) return undefined;
    const name = `source ${++sources}`;
    if (sources > 9) return undefined; // whoever resubscribes for ever waits: an end would make the next round
    for (const deed of script.atOnce) act(subscriber, name, deed);
    for (let i = 0; isEndless && !subscriber.closed && i < 20; i++) subscriber.next(i);
    for (const deed of script.later) later.push(() => act(subscriber, name, deed));
    if (script.end === 'nothing') return undefined;
    const teardown = (): void => {
      log.push(`${name} torn down`);
      if (script.end === 'throws') throw new Error(`${name} torn down`);
    };
    return script.end === 'subscription' ? new Subscription(teardown) : teardown;
  });
  const pipe = (from: Observable<unknown>, names: readonly string[]): Observable<unknown> =>
    names.reduce(
      (piped, name) => (surroundings[name] as (typeof surroundings)[string])(stop)(piped),
      from,
    );
  let heard = 0;
  const hear = (what: unknown[]): void => {
    heard++;
    log.push(what);
    if (heard === leavesAt) subscription?.unsubscribe();
    if (heard === throwsAt) throw new Error('observer');
  };
  const attempt = (body: () => void): void => {
    try {
      body();
    } catch (error) {
      const { errors = [error] } = error as UnsubscriptionError;
      log.push(['thrown', error instanceof UnsubscriptionError, errors.map(String)]);
    }
  };
  const reported: string[] = [];
  const handler = config.onUnhandledError;
  config.onUnhandledError = (error: UnsubscriptionError) => {
    reported.push(...(error.errors ?? [error]).map(String));
  };
  try {
    attempt(() => {
      subscription = pipe(pipe(source, before).pipe(operator), after)
        .pipe(finalize(() => log.push('finalized')))
        .subscribe({
          next: (value) => hear(['next', value]),
          error: (error) => hear(['error', String(error)]),
          complete: () => hear(['complete']),
        });
      log.push(`subscribed ${subscription.closed}`);
    });
    for (const step of later) attempt(step);
    attempt(() => subscription?.unsubscribe());
    log.push(`left ${stop.observed}`);
    await new Promise((resolve) => setTimeout(resolve, 0)); // RxJS reports from a timeout of 0
  } finally {
    config.onUnhandledError = handler;
  }
  return [...log, reported];
}

const plays: fc.Arbitrary<Play> = fc.record({
  script,
  before: around,
  after: around,
  throwsAt: fc.nat(6),
  leavesAt: fc.nat(6),
  isEndless: fc.boolean(),
});

/** Never opens, so that the operator alone is compared. */
const neverOpens = { tripWhen: () => false };

describe('a closed breaker', () => {
  it.each([
    ['as it is made', () => circuitBreaker({ failureThreshold: 1_000_000 })],
    [
      'that judges values',
      () => circuitBreaker({ ...neverOpens, classifyValue: () => 'undecided' as const }),
    ],
    [
      'that settles by the first value',
      () => circuitBreaker({ ...neverOpens, successOn: 'first-value' }),
    ],
    [
      'that looks for slow calls, and is heard',
      () => {
        const breaker = circuitBreaker({ ...neverOpens, slowCallDuration: 60_000 });
        breaker.events$.subscribe();
        return breaker;
      },
    ],
    [
      'with options of the call',
      () => circuitBreaker(neverOpens).with({ successOn: { after: 60_000 } }),
    ],
  ] as const)(
    '%s is map(x => x) to whatever is around it',
    async (_, make) => {
      await fc.assert(
        fc.asyncProperty(plays, async (given) => {
          const plain = await play(
            map((value) => value),
            given,
          );
          expect(await play(make(), given)).toEqual(plain);
        }),
        { numRuns: 150 },
      );
    },
    60_000,
  );

  it('leaves no call in flight, however the subscription ends', async () => {
    await fc.assert(
      fc.asyncProperty(plays, async (given) => {
        const breaker = circuitBreaker(neverOpens);
        await play(breaker, given);
        expect(breaker.snapshot().counts.inFlight).toBe(0);
      }),
      { numRuns: 100 },
    );
  }, 60_000);
});
