import 'reflect-metadata';
import { Injectable, SetMetadata } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { expect, test } from 'vitest';
import { circuitBreaker, isCircuitOpenError } from '../../src/index.ts';
import {
  CircuitBreakerModule,
  CircuitBreakerRegistry,
  getCircuitBreakerToken,
  UseCircuitBreaker,
} from '../../src/nestjs/index.ts';

@Injectable()
class Ledger {
  posted: string[] = [];

  @UseCircuitBreaker('ledger')
  @SetMetadata('below', 1)
  async post(entry: string, _note?: string): Promise<number> {
    if (entry === 'bad') throw new Error('down');
    return this.posted.push(entry);
  }

  @SetMetadata('above', 2)
  @UseCircuitBreaker('ledger')
  async count(): Promise<number> {
    return this.posted.length;
  }
}

@Injectable()
class Cautious {
  @UseCircuitBreaker('ledger', { classifyError: () => 'ignored' })
  async post(): Promise<never> {
    throw new Error('down');
  }
}

@Injectable()
class Archive extends Ledger {
  @UseCircuitBreaker('archive')
  async store(): Promise<string> {
    return 'stored';
  }
}

function compile(): Promise<TestingModule> {
  return Test.createTestingModule({
    imports: [
      CircuitBreakerModule.forRoot({ logging: false, consecutiveFailureThreshold: 2 }),
      CircuitBreakerModule.forFeature('ledger', 'archive'),
    ],
    providers: [Ledger, Archive, Cautious],
  }).compile();
}

test('a decorated method is a call of its breaker, and keeps its this, arguments and result', async () => {
  const app = await compile();
  const ledger = app.get(Ledger);
  expect(await ledger.post('a')).toBe(1);
  expect(await ledger.post('b')).toBe(2);
  expect(ledger.posted).toEqual(['a', 'b']);
  const breaker = app.get(CircuitBreakerRegistry).get('ledger');
  expect(breaker.snapshot().counts).toMatchObject({ successes: 2, inFlight: 0 });
  await app.close();
});

test('a decorated method is left alone while its breaker is open', async () => {
  const app = await compile();
  const ledger = app.get(Ledger);
  for (let i = 0; i < 2; i++) await expect(ledger.post('bad')).rejects.toThrow('down');
  await expect(ledger.post('a')).rejects.toSatisfy(isCircuitOpenError);
  await expect(ledger.count(), 'all methods with the name share the breaker').rejects.toSatisfy(
    isCircuitOpenError,
  );
  expect(ledger.posted).toEqual([]);
  await app.close();
});

test('the calls of a method may be judged in their own way', async () => {
  const app = await compile();
  const breaker = app.get(CircuitBreakerRegistry).get('ledger');
  for (let i = 0; i < 3; i++) await expect(app.get(Cautious).post()).rejects.toThrow('down');
  expect([breaker.state, breaker.snapshot().counts.ignored]).toEqual(['closed', 3]);
  expect(() => UseCircuitBreaker('ledger', { mayProbe: 1 } as never)).toThrow('mayProbe must be');
  await app.close();
});

test('two apps in one process have breakers of their own', async () => {
  const [one, other] = [await compile(), await compile()];
  for (let i = 0; i < 2; i++) await expect(one.get(Ledger).post('bad')).rejects.toThrow('down');
  expect(await other.get(Ledger).post('a')).toBe(1);
  await Promise.all([one.close(), other.close()]);
});

test('a subclass has the decorated methods of its parent, and its own', async () => {
  const app = await compile();
  const archive = app.get(Archive);
  expect([await archive.store(), await archive.post('a')]).toEqual(['stored', 1]);
  const counts = (name: string) =>
    app.get(CircuitBreakerRegistry).get(name).snapshot().counts.successes;
  expect([counts('archive'), counts('ledger')]).toEqual([1, 1]);
  await app.close();
});

test('a testing module may override the breaker of a decorated method', async () => {
  const open = circuitBreaker({ name: 'fake' });
  open.isolate();
  const app = await Test.createTestingModule({
    imports: [CircuitBreakerModule.forRoot(), CircuitBreakerModule.forFeature('ledger')],
    providers: [Ledger],
  })
    .overrideProvider(getCircuitBreakerToken('ledger'))
    .useValue(open)
    .compile();
  await expect(app.get(Ledger).post('a')).rejects.toThrow('"fake" is isolated');
  await app.close();
});

test('other decorators above and below find what they look for', () => {
  const { post, count } = Ledger.prototype;
  expect([post.name, post.length]).toEqual(['post', 2]);
  expect(Reflect.getMetadata('below', post)).toBe(1);
  expect(Reflect.getMetadata('above', count)).toBe(2);
});

test('an instance that Nest has not made is told', async () => {
  await expect(new Ledger().post('a')).rejects.toThrow(
    'Ledger.post has no circuit breaker "ledger": only an instance that Nest made has',
  );
});

test('a module without the breaker is told by Nest, with the name of the breaker', async () => {
  const starting = Test.createTestingModule({
    imports: [CircuitBreakerModule.forRoot(), CircuitBreakerModule.forFeature('archive')],
    providers: [Ledger],
  }).compile();
  await expect(starting).rejects.toThrow('CircuitBreaker(ledger)');
});

test('what is no method of an instance is told at once', () => {
  const decorate = UseCircuitBreaker('ledger');
  const method = { value: async () => {} };
  expect(() => decorate(Ledger, 'post', method)).toThrow(
    'needs a method of an instance, post is none',
  );
  expect(() => decorate(Ledger.prototype, 'posted', {})).toThrow('posted is none');
  expect(() => decorate(Ledger.prototype, 'x', undefined as never)).toThrow('x is none');
  expect(() => UseCircuitBreaker('')).toThrow('the name of a circuit breaker');
});
