import { expect, test } from 'vitest';
import { budget } from './budget.ts';
import { size } from './size.ts';

test.each(Object.entries(budget))('%s costs no more than %i bytes, gzipped', (names, most) => {
  const { minified, gzip, brotli } = size(names);
  console.log(`${names}: ${minified} minified, ${gzip} gzip, ${brotli} brotli`);
  expect(gzip).toBeLessThanOrEqual(most);
});

test('who only asks isCircuitOpenError does not carry the breaker', () => {
  const breaker = size('{ circuitBreaker }');
  const guard = size('{ isCircuitOpenError }');
  for (const word of ['failureRateThreshold', 'half-open', 'probe-expired']) {
    expect(breaker.code).toContain(word);
    expect(guard.code).not.toContain(word);
  }
});

test('only who classifies HTTP answers pays for it', () => {
  const classifier = size('{ classifyHttpError, classifyHttpResponse }');
  console.log(`the HTTP classifier: ${classifier.gzip} gzip`);
  const words = ['fetch failed', 'UND_ERR_', '$metadata'];
  for (const word of words) {
    expect(classifier.code).toContain(word);
    expect(size('{ circuitBreaker, circuitBreakers }').code).not.toContain(word);
  }
  expect(classifier.code).not.toContain('failureRateThreshold');
});
