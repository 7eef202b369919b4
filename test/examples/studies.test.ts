import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const folder = new URL('../../examples/studies/', import.meta.url);

/** Runs a part of the studies as `npm run study` does, with the built package; returns its cells. */
function cells(part: string, call: string): Promise<string[]> {
  const code = `
    import * as study from '${new URL(part, folder)}';
    import { short } from '${new URL('run.ts', folder)}';
    console.log(JSON.stringify(${call}.map(short)));
  `;
  return new Promise((resolve, reject) => {
    execFile(process.execPath, ['--input-type=module', '-e', code], (error, stdout) => {
      if (error) reject(error);
      else resolve(JSON.parse(stdout));
    });
  });
}

/** The cells of the columns with this title, one list for each table that has the column. */
function columns(title: string): string[][] {
  const page = readFileSync(new URL('README.md', folder), 'utf8');
  return page.split('\n\n').flatMap((block) => {
    const [head, , ...rows] = block
      .split('\n')
      .filter((line) => line.startsWith('| '))
      .map((line) => line.slice(2, -2).split(' | '));
    const place = head?.indexOf(title) ?? -1;
    return place < 0 ? [] : [rows.map((row) => row[place] as string)];
  });
}

it('the page of the studies shows the times to open that the lab plays now', {
  timeout: 180_000,
}, async () => {
  expect([await cells('trip.ts', 'study.timesToOpen(study.troubles[2])')]).toEqual(columns('10/s'));
});

it('and the recovery of a service that crashes', { timeout: 180_000 }, async () => {
  const one = await cells('recovery.ts', "study.secondsLost('cold, crashes', 1)");
  expect(one).toEqual(columns('cold, crashes')[0]);
});
