import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import { pairwise, Subscription } from 'rxjs';
import { callback, classifyHttpResponse, ensure, show } from '../core/index.js';
import {
  type CircuitBreaker,
  type CircuitBreakerOptions,
  circuitBreaker,
} from '../rxjs/circuitBreaker.js';
import { classifyUpstream } from './classifyUpstream.js';
import { type CircuitBreakerFeature, nameOf } from './feature.js';
import { tellingOfHotSources } from './hotSource.js';

/**
 * The options of all breakers of an app. The options of `optionsFor` go over these options, the options of `forFeature`
 * over both.
 *
 * @example
 * ```ts
 * const options: CircuitBreakerModuleOptions = { retryTimeout: 5_000, logging: false };
 * CircuitBreakerModule.forRoot(options);
 * ```
 */
export interface CircuitBreakerModuleOptions
  extends Omit<CircuitBreakerOptions, 'name' | 'restore'> {
  /**
   * What an error means.
   * @default classifyUpstream
   */
  readonly classifyError?: NonNullable<CircuitBreakerOptions['classifyError']>;
  /**
   * What a value means.
   * @default classifyHttpResponse
   */
  readonly classifyValue?: NonNullable<CircuitBreakerOptions['classifyValue']>;
  /**
   * The options of one breaker, over the shared options. Asked once for each name.
   * @default nothing
   */
  readonly optionsFor?: (name: string) => Omit<CircuitBreakerOptions, 'name'> | undefined;
  /**
   * Whether Nest's `Logger` is told of each change of state, and of hot sources.
   * @default true
   */
  readonly logging?: boolean;
}

/**
 * All circuit breakers of an app, by name: for metrics, health, and a look. Made by `CircuitBreakerModule.forRoot`,
 * complete from `onModuleInit` on. `Object.fromEntries(registry)` is the object of breakers that metrics take.
 *
 * @example
 * ```ts
 * @Controller()
 * class CircuitsController {
 *   constructor(private readonly circuits: CircuitBreakerRegistry) {}
 *
 *   @Get('circuits')
 *   look() {
 *     return [...this.circuits].map(([, breaker]) => breaker.snapshot());
 *   }
 * }
 * ```
 */
export class CircuitBreakerRegistry
  implements Iterable<[name: string, breaker: CircuitBreaker]>, OnApplicationShutdown
{
  private readonly shared: CircuitBreakerOptions;
  private readonly optionsFor: CircuitBreakerModuleOptions['optionsFor'];
  private readonly features: () => Iterable<CircuitBreakerFeature>;
  private readonly logger: Logger | undefined;
  private readonly watching: Subscription = new Subscription();
  private readonly breakers = new Map<string, CircuitBreaker>();

  /**
   * @param options The options of all breakers.
   * @param features The features of all modules; asked for each new name.
   * @throws RangeError or TypeError that names the option, the rule and the value.
   */
  constructor(
    options: CircuitBreakerModuleOptions,
    features: () => Iterable<CircuitBreakerFeature>,
  ) {
    const where = 'CircuitBreakerModule.forRoot';
    ensure(`${where}: options`, options, ['an object', Boolean, 'object']);
    const { optionsFor, logging = true, ...shared } = options;
    if (optionsFor !== undefined) ensure(`${where}: optionsFor`, optionsFor, callback);
    if (typeof logging !== 'boolean') {
      throw new TypeError(`${where}: logging must be a boolean, got ${show(logging)}`);
    }
    for (const own of ['name', 'restore']) {
      if (own in shared) {
        throw new TypeError(`${where}: ${own} belongs to forFeature, for each breaker has its own`);
      }
    }
    this.shared = {
      classifyError: classifyUpstream,
      classifyValue: classifyHttpResponse,
      ...shared,
    };
    told(where, () => circuitBreaker(this.shared)); // bad options are told at the start of the app
    this.optionsFor = optionsFor;
    this.features = features;
    if (logging) this.logger = new Logger('CircuitBreaker');
  }

  /** How many breakers there are. */
  get size(): number {
    return this.breakers.size;
  }

  /**
   * The breaker of this name: the same one for the whole app.
   *
   * @throws Error if no `CircuitBreakerModule.forFeature` has the name, or if two have different options for it.
   * @throws RangeError or TypeError that names the breaker, the option, the rule and the value.
   */
  get(name: string): CircuitBreaker {
    const known = this.breakers.get(name);
    if (known !== undefined) return known;
    const breaker = this.make(name);
    this.breakers.set(name, breaker);
    return breaker;
  }

  /** Whether there is a breaker of this name. */
  has(name: string): boolean {
    return this.breakers.has(name);
  }

  /** The pairs of name and breaker, in the order in which Nest made the breakers. */
  [Symbol.iterator](): Iterator<[name: string, breaker: CircuitBreaker]> {
    return this.breakers.entries();
  }

  /** Called by Nest when the app closes. Ends the log, and with it the timers. */
  onApplicationShutdown(): void {
    this.watching.unsubscribe();
  }

  private make(name: string): CircuitBreaker {
    const own = this.ownOptions(name);
    const breaker = told(`the circuit breaker ${show(name)}`, () =>
      circuitBreaker({ ...this.shared, ...this.optionsFor?.(name), ...own, name }),
    );
    const { logger } = this;
    if (logger === undefined) return breaker;
    this.watching.add(
      breaker.state$.pipe(pairwise()).subscribe(([from, to]) => {
        const change = `${name}: ${from} -> ${to}`;
        if (to === 'closed') logger.log(change);
        else if (to === 'open') logger.warn(change + opening(breaker));
        else logger.warn(change);
      }),
    );
    let warned = false;
    return tellingOfHotSources(breaker, () => {
      if (warned) return;
      warned = true;
      logger.warn(
        `${name}: a hot Observable (ClientProxy.emit()?) is sent whether the breaker is open or not; ` +
          'write defer(() => client.emit(...)).pipe(breaker)',
      );
    });
  }

  /** The options of the one feature that gives some. */
  private ownOptions(name: string): CircuitBreakerOptions {
    const names = new Set<string>();
    let found: CircuitBreakerOptions | undefined;
    for (const feature of this.features()) {
      names.add(nameOf(feature));
      if (typeof feature === 'string' || feature.name !== name) continue;
      if (found !== undefined && !alike(found, feature)) {
        throw new Error(
          `the circuit breaker ${show(name)} has different options in two CircuitBreakerModule.forFeature; give them in one, and the name alone in the other`,
        );
      }
      found = feature;
    }
    if (!names.has(name)) {
      const known = [...names].map(show).join(', ') || 'no name at all';
      throw new Error(
        `no CircuitBreakerModule.forFeature has the name ${show(name)}; known is ${known}`,
      );
    }
    return found ?? {};
  }
}

/** For how long a breaker is open, by which rule, and the failure that decided; quoted, for it comes from outside. */
function opening(breaker: CircuitBreaker): string {
  const { retryAfter, why } = breaker.snapshot();
  const time = retryAfter === null ? '' : ` for ${Math.ceil(retryAfter)} ms`;
  const message = why?.message === undefined ? '' : `, ${show(why.message)}`;
  return `${time} (${why?.reason}${message})`;
}

/** Whether two options objects hold the same values. */
function alike(a: object, b: object): boolean {
  const entries = Object.entries(a);
  return (
    entries.length === Object.keys(b).length &&
    entries.every(([key, value]) => Object.is(value, b[key as keyof object]))
  );
}

/** Calls `make`. An error of its options says where the options stand. */
function told<T>(where: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    const Kind = error instanceof RangeError ? RangeError : TypeError;
    throw new Kind(`${where}: ${error.message}`, { cause: error });
  }
}
