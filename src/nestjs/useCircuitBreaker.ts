import { Inject } from '@nestjs/common';
import { type CallOptions, ensureCallOptions, show } from '../core/index.js';
import type { CircuitBreaker } from '../rxjs/circuitBreaker.js';
import { getCircuitBreakerToken } from './token.js';

/**
 * A decorator for methods that return a promise.
 *
 * @example
 * ```ts
 * const throughLedger: PromiseMethodDecorator = UseCircuitBreaker('ledger');
 *
 * class Bookkeeping {
 *   @throughLedger
 *   async close(): Promise<Receipt> {
 *     return { id: 1 };
 *   }
 * }
 * ```
 */
export type PromiseMethodDecorator = <Args extends never[], Result>(
  target: object,
  key: string | symbol,
  descriptor: TypedPropertyDescriptor<(...args: Args) => Promise<Result>>,
) => void;

/**
 * Runs a method that answers with a promise as one call of a circuit breaker: the promise rejects with a
 * `CircuitOpenError` while the breaker is open, and the method does not run. For Observables use the breaker itself:
 * `.pipe(this.stock)`.
 *
 * Nest injects the breaker into the instance, so the module needs `CircuitBreakerModule.forFeature` with the same
 * name, and a testing module may override the breaker by `getCircuitBreakerToken(name)`.
 *
 * @example
 * ```ts
 * @Injectable()
 * class Ledger {
 *   @UseCircuitBreaker('ledger')
 *   async post(order: Order): Promise<Receipt> {
 *     return firstValueFrom(http.post<Receipt>('/ledger', order));
 *   }
 * }
 * ```
 *
 * @param name The name of the breaker.
 * @param call How the calls of this method are judged, such as `{ mayProbe: false }`. @default as the breaker has it
 * @throws TypeError or RangeError that names what is wrong with the options; if the name is no text; if the decorated member is no method of an instance.
 */
export function UseCircuitBreaker(name: string, call?: CallOptions): PromiseMethodDecorator {
  const token = getCircuitBreakerToken(name);
  if (call !== undefined) ensureCallOptions(call);
  const place = Symbol.for(token); // the property that Nest sets; two methods with one breaker share the property
  return (target, key, descriptor) => {
    const method = descriptor?.value;
    if (typeof method !== 'function' || typeof target === 'function') {
      throw new TypeError(
        `@UseCircuitBreaker(${show(name)}) needs a method of an instance, ${String(key)} is none`,
      );
    }
    Inject(token)(target, place);
    descriptor.value = like(method, function (this: Injected, ...args) {
      const breaker = this[place];
      if (breaker !== undefined) return breaker.execute(() => method.apply(this, args), call);
      return Promise.reject(
        new TypeError(
          `${this.constructor.name}.${String(key)} has no circuit breaker ${show(name)}: only an instance that Nest made has`,
        ),
      );
    });
  };
}

interface Injected {
  readonly [place: symbol]: CircuitBreaker | undefined;
}

/** The functions of reflect-metadata, which Nest brings, for the metadata of a method. */
interface Metadata {
  getOwnMetadataKeys(of: object): unknown[];
  getOwnMetadata(key: unknown, of: object): unknown;
  defineMetadata(key: unknown, value: unknown, of: object): void;
}

/** The wrapper with the method's name and length, and with the metadata that other decorators wrote on the method. */
function like<Method extends (...args: never[]) => unknown>(
  method: Method,
  wrapper: (this: Injected, ...args: Parameters<Method>) => ReturnType<Method>,
): Method {
  const reflect = Reflect as unknown as Metadata;
  for (const key of reflect.getOwnMetadataKeys(method)) {
    reflect.defineMetadata(key, reflect.getOwnMetadata(key, method), wrapper);
  }
  const { name, length } = method;
  Object.defineProperties(wrapper, { name: { value: name }, length: { value: length } });
  return wrapper as unknown as Method;
}
