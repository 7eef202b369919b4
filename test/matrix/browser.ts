import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from '../browser/chromium.ts';
import { check, skip } from './table.ts';
import { root, run } from './workspace.ts';

/** The contract in Chromium, by vitest's browser mode. */
export function checkBrowser(): void {
  const subject = 'contract, vitest in a browser';
  if (!existsSync(chromium)) {
    skip(subject, 'Chromium', `no browser at ${chromium}; CHROMIUM_PATH says where`);
    return;
  }
  check(subject, 'Chromium', () => {
    const vitest = join(root, 'node_modules/vitest/vitest.mjs');
    const args = ['run', '--config', 'test/browser/vitest.config.ts', '--no-color'];
    const result = run(process.execPath, [vitest, ...args]);
    const passed = /Tests\s+(\d+) passed/.exec(result.output)?.[1];
    return result.ok && passed !== undefined
      ? { ok: true, output: `${passed} claims hold` }
      : { ok: false, output: result.output };
  });
}
