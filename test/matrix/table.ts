import { record } from '../records.ts';
import type { Result } from './workspace.ts';

const rows: { readonly subject: string; readonly where: string; readonly result: string }[] = [];
const failures: string[] = [];

/** Notes one check, and says at once how it went. */
export function check(subject: string, where: string, look: () => Result): void {
  let result: Result;
  try {
    result = look();
  } catch (error) {
    result = { ok: false, output: String(error) };
  }
  const verdict = result.ok ? (result.output.split('\n').at(-1) ?? '') : 'FAILED';
  rows.push({ subject, where, result: verdict.slice(0, 60) || 'ok' });
  if (!result.ok) failures.push(`${subject}, ${where}\n${result.output.slice(0, 4_000)}`);
  process.stderr.write(result.ok ? '.' : 'F');
}

/** Notes a check that cannot be made here, and why. */
export function skip(subject: string, where: string, reason: string): void {
  rows.push({ subject, where, result: `skipped: ${reason}` });
}

/** Prints all that was checked, and notes how many checks that were. Whether everything held. */
export function report(): boolean {
  process.stderr.write('\n');
  const width = (column: 'subject' | 'where'): number =>
    Math.max(...rows.map((row) => row[column].length));
  const [first, second] = [width('subject'), width('where')];
  for (const { subject, where, result } of rows) {
    console.log(`${subject.padEnd(first)}  ${where.padEnd(second)}  ${result}`);
  }
  for (const failure of failures) console.error(`\n${failure}`);
  console.log(`\n${rows.length} checks, ${failures.length} failed`);
  if (failures.length > 0) return false;
  record('matrix', { checks: rows.length });
  return true;
}
