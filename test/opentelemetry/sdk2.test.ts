import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { sdk2 } from './sdk2/stack.ts';
import { suite } from './suite.ts';

// the library is to have the API of this stack, as in an app that has installed it
vi.mock('@opentelemetry/api', async () => (await import('./sdk2/stack.ts')).sdk2.api);

suite(sdk2);

test('the library has the API of this stack', async () => {
  const { trace } = await import('@opentelemetry/api');
  expect(trace).toBe(sdk2.api.trace);
  const installed = new URL('sdk2/node_modules/@opentelemetry/api/package.json', import.meta.url);
  expect(JSON.parse(readFileSync(installed, 'utf8')).version).toMatch(/^1\.9\./);
});
