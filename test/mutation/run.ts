// Runs Stryker, then the report. The arguments go to Stryker: `--mutate 'src/keyed/*.ts'` narrows the run to a folder.
// Such a run takes the tests of the folder only, and the report judges the files of the folder only.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const args = process.argv.slice(2);
const { mutate } = parseArgs({
  args,
  strict: false,
  options: { mutate: { type: 'string', short: 'm' } },
}).values;
const env = { ...process.env, MUTATED: typeof mutate === 'string' ? mutate : '' };

function run(command: string, ...given: readonly string[]): void {
  const { status, error } = spawnSync(command, given, { stdio: 'inherit', env });
  if (error !== undefined) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

run('stryker', 'run', 'test/mutation/stryker.json', ...args);
run(process.execPath, 'test/mutation/report.ts');
