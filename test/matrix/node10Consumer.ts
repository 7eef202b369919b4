// A consumer's program in CommonJS, which the matrix compiles with TypeScript's resolution `node10` and runs.
import { lastValueFrom, of } from 'rxjs';
import { type CircuitBreakerOptions, circuitBreaker, isCircuitOpenError } from '../../src/index.ts';
import { simulate } from '../../src/testing/index.ts';

const options: CircuitBreakerOptions = { consecutiveFailureThreshold: 2, retryTimeout: 5_000 };
const breaker = circuitBreaker(options);

async function main(): Promise<void> {
  const value: number = await lastValueFrom(of(1).pipe(breaker));
  const fail = (): Promise<never> => breaker.execute(() => Promise.reject(new Error('down')));
  const errors = [await fail().catch(String), await fail().catch(String)];
  const refused: boolean = await fail().catch(isCircuitOpenError);
  const { states } = simulate({
    breaker: options,
    callEvery: 100,
    source: () => of(value),
    duration: 1_000,
  });
  states.assertStays('closed', { until: 1_000 });
  if (value !== 1 || errors.join() !== 'Error: down,Error: down' || !refused) {
    throw new Error(`got ${value}, ${errors.join()}, ${refused}`);
  }
  console.log('a call passes, two fail, the fourth is refused');
}
main();
