import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../../examples/choosing/', import.meta.url));
const readme = readFileSync(`${folder}README.md`, 'utf8');

/** Plays an example as a user does, with the built package. */
function play(name: string): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [`${folder}run.ts`, name], (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}

describe('each example of "How to choose settings" meets its expectations, and the page shows what the lab says', () => {
  it.each(['checkout', 'feed', 'market', 'cdn'])('%s', { timeout: 180_000 }, async (name) => {
    const { code, stdout, stderr } = await play(name);
    expect([code, stderr]).toEqual([0, '']);
    expect(readme).toContain(`\`\`\`text ${name}\n${stdout.trimEnd()}\n\`\`\``);
  });

  it('refuses an example that is none', async () => {
    const { code, stderr } = await play('shop');
    expect([code, stderr]).toEqual([
      2,
      'run.ts needs one of checkout, feed, market, cdn, got "shop"\n',
    ]);
  });
});
