import { expectTypeOf, test } from 'vitest';
import {
  type AdmittingState,
  circuitBreaker,
  classifyHttpError,
  classifyHttpResponse,
  type HttpVerdict,
  httpStatusOf,
} from '../../src/index.ts';

test('the HTTP classifiers are options as they are', () => {
  circuitBreaker({ classifyError: classifyHttpError, classifyValue: classifyHttpResponse });
});

test('the HTTP classifiers take anything, and answer with one of three words', () => {
  expectTypeOf(classifyHttpError).parameters.toEqualTypeOf<[unknown, AdmittingState]>();
  expectTypeOf(classifyHttpError).returns.toEqualTypeOf<HttpVerdict>();
  expectTypeOf<HttpVerdict>().toEqualTypeOf<'success' | 'failure' | 'ignored'>();
  expectTypeOf(classifyHttpResponse).returns.toEqualTypeOf<'success' | 'failure' | 'undecided'>();
  expectTypeOf(httpStatusOf).toEqualTypeOf<(error: unknown) => number | undefined>();
});
