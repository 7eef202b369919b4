import { Inject } from '@nestjs/common';
import { ensure, text } from '../core/index.js';

/**
 * The injection token of a circuit breaker, for `overrideProvider` in a testing module, or for `inject` of a factory.
 *
 * @example
 * ```ts
 * @Module({ imports: [CircuitBreakerModule.forRoot(), CircuitBreakerModule.forFeature('stock')] })
 * class AppModule {}
 *
 * const token = getCircuitBreakerToken('stock');
 * const module = await Test.createTestingModule({ imports: [AppModule] })
 *   .overrideProvider(token)
 *   .useValue(circuitBreaker({ name: 'stock in tests' }))
 *   .compile();
 * console.log(module.get<CircuitBreaker>(token, { strict: false }).name); // stock in tests
 * ```
 *
 * @param name The name of the breaker, as `CircuitBreakerModule.forFeature` got it.
 * @throws TypeError or RangeError if the name is no text.
 */
export function getCircuitBreakerToken(name: string): string {
  ensure('the name of a circuit breaker', name, text);
  return `CircuitBreaker(${name})`; // a text, so that Nest's own errors show the name
}

/**
 * Injects a circuit breaker into a constructor's parameter or into a property. The module needs
 * `CircuitBreakerModule.forFeature` with the same name.
 *
 * @example
 * ```ts
 * @Injectable()
 * class StockService {
 *   constructor(
 *     private readonly http: HttpService,
 *     @InjectCircuitBreaker('stock') private readonly stock: CircuitBreaker,
 *   ) {}
 *
 *   left(id: string) {
 *     return this.http.get(`/stock/${id}`).pipe(this.stock);
 *   }
 * }
 * ```
 *
 * @param name The name of the breaker.
 * @throws TypeError or RangeError if the name is no text.
 */
export function InjectCircuitBreaker(name: string): PropertyDecorator & ParameterDecorator {
  return Inject(getCircuitBreakerToken(name));
}
