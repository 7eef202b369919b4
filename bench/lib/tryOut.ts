// Is a bundle still a breaker? Six failures in a row open it, it refuses, and good probes close it.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { of, throwError } from 'rxjs';

const down = throwError(() => new Error('HTTP 503'));

/** @throws Error that names what was taken out of the bundle, when the rest is no breaker. */
export async function tryOut(without: string, code: string): Promise<void> {
  // beside this file: the bundle finds rxjs from here
  const folder = mkdtempSync(join(import.meta.dirname, '../.dist-'));
  try {
    const file = join(folder, 'bundle.mjs');
    writeFileSync(file, code);
    const { circuitBreaker } = await import(pathToFileURL(file).href);
    let now = 0;
    const scheduler = { now: () => now, schedule: () => ({ unsubscribe() {} }) };
    const breaker = circuitBreaker({ scheduler, retryTimeout: 1_000 });
    const failing = down.pipe(breaker);
    const good = of('value').pipe(breaker);
    const seen: string[] = [];
    const observer = {
      next: (value: unknown) => seen.push(String(value)),
      error: ({ name }: Error) => seen.push(name),
    };
    good.subscribe(observer);
    for (let i = 0; i < 7; i++) failing.subscribe(observer);
    const { state } = breaker;
    now = 1_000;
    for (let i = 0; i < 20; i++) good.subscribe(observer);
    const met = [...seen.splice(0, 10), state, breaker.state, ...new Set(seen)].join();
    const failures = Array(6).fill('Error').join();
    if (met !== `value,${failures},CircuitOpenError,value,value,open,closed,value`) {
      throw new Error(`without ${without} the bundle is no breaker any more: ${met}`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}
