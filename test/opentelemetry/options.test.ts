import { expect, test } from 'vitest';
import { observeCircuitBreakers, traceRefusals } from '../../src/opentelemetry/index.ts';

test.each([
  ['no sources', undefined, {}, 'sources must be an object'],
  ['a source that is none', { payments: 5 }, {}, 'sources.payments must be'],
  [
    'an option that is none',
    {},
    { keys: true },
    'keys is no option; the options are meter, durations',
  ],
  [
    'a meter that is none',
    {},
    { meter: {} },
    'meter must be a meter of @opentelemetry/api, got {}',
  ],
  ['buckets that fall', {}, { durations: [1, 0.5] }, 'durations must be'],
])('observeCircuitBreakers says what is wrong with %s', (_, sources, options, message) => {
  expect(() => observeCircuitBreakers(sources as never, options as never)).toThrow(message);
});

test.each([
  ['an option that is none', { trace: 1 }, 'trace is no option; the options are tracer'],
  [
    'a tracer that is none',
    { tracer: {} },
    'tracer must be a tracer of @opentelemetry/api, got {}',
  ],
])('traceRefusals says what is wrong with %s', (_, options, message) => {
  expect(() => traceRefusals(options as never)).toThrow(message);
});

test('traceRefusals says what it needs where there is no diagnostics_channel', () => {
  const { getBuiltinModule } = process;
  Object.assign(process, { getBuiltinModule: undefined });
  try {
    expect(() => traceRefusals()).toThrow('needs the diagnostics_channel of Node 20.16');
  } finally {
    Object.assign(process, { getBuiltinModule });
  }
});
