import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'idle-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a program that has the library at hand, and answers with what it printed. */
function run(program: string): string {
  const outfile = join(folder, 'program.cjs');
  buildSync({
    stdin: {
      contents: `
        import { throwError, NEVER } from 'rxjs';
        import { circuitBreaker } from './src/index.ts';
        const breaker = circuitBreaker({ consecutiveFailureThreshold: 1, retryTimeout: 3_600_000,
          slowCallDuration: 1_800_000 });
        const fail = () => throwError(() => new Error('boom')).pipe(breaker).subscribe({ error() {} });
        const timers = () => process.getActiveResourcesInfo().filter((name) => /time/i.test(name)).length;
        ${program}`,
      resolveDir: join(import.meta.dirname, '../..'),
      loader: 'ts',
    },
    outfile,
    bundle: true,
    platform: 'node',
    logLevel: 'error',
  });
  // an hour-long timer would keep it alive beyond this, whatever the machine
  const { stdout, signal } = spawnSync(process.execPath, [outfile], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  return signal ?? stdout.trim();
}

describe('a Node process', () => {
  it.each([
    ['an idle breaker', ''],
    ['an open breaker', 'fail();'],
    ['a call in flight', 'NEVER.pipe(breaker).subscribe();'],
    ['a permit in hand', 'breaker.acquire();'],
    ['an isolated breaker', 'breaker.isolate();'],
    ['an observer that has left', 'const s = breaker.state$.subscribe(); fail(); s.unsubscribe();'],
  ])('with %s exits by itself, and has no timer', (_, program) => {
    expect(run(`${program} console.log(breaker.state, timers());`)).toMatch(
      /^(closed|open|isolated) 0$/,
    );
  });

  it.each(['state$', 'events$'])(
    'with an observer of %s of an open breaker exits by itself',
    (stream) => {
      const program = `breaker.${stream}.subscribe(); fail(); console.log(breaker.state);`;
      expect(run(program)).toBe('open');
    },
  );

  it('that waits for something else hears of the change on time', () => {
    const program = `const quick = circuitBreaker({ consecutiveFailureThreshold: 1, retryTimeout: 20 });
      throwError(() => new Error('boom')).pipe(quick).subscribe({ error() {} });
      const alive = setTimeout(() => {}, 3_600_000);
      quick.state$.subscribe((state) => {
        if (state === 'half-open') { console.log(state); clearTimeout(alive); }
      });`;
    expect(run(program)).toBe('half-open');
  });
});
