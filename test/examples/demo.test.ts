import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { help, readOptions, UsageError } from '../../examples/demo/options.ts';
import { openScreen } from '../../examples/demo/screen.ts';
import { chance } from '../../examples/demo/service.ts';

const main = fileURLToPath(new URL('../../examples/demo/main.ts', import.meta.url));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the demo as a user does, but quickly. It uses the built package, as a user's program would. */
function demo(...flags: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...flags], (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}

/** The numbers of the table at the end. */
function tally(stdout: string): Record<string, number> {
  const rows = stdout.matchAll(/^(succeeded|failed|refused|all) +(\d+)$/gm);
  return Object.fromEntries([...rows].map(([, name, n]) => [name, Number(n)]));
}

const changes = (stdout: string): string[] =>
  [...stdout.matchAll(/\S+ -> \S+ \(\S+[,)]/g)].map(([change]) => change.slice(0, -1));

test('shows a full trip and recovery, call by call, and ends by itself', async () => {
  const { code, stdout, stderr } = await demo(
    ...['--calls', '100', '--pace', '10', '--open-time', '400'],
    ...['--failure-rate', '1', '--recover-at', '11'],
  );
  expect(stderr).toBe('');
  expect(code).toBe(0);
  expect(changes(stdout)).toEqual([
    'closed -> open (failure-rate',
    'open -> half-open (retry-timeout',
    'half-open -> closed (probes-succeeded',
  ]);
  expect(stdout).toMatch(/^ +\d\.\d s {2}call {3}1 {2}failed: 500 Internal Server Error$/m);
  expect(stdout).toMatch(/^ +\d\.\d s {2}call {2}\d\d {2}refused, try again in 0\.\d s$/m);
  expect(stdout).toMatch(/^ +\d\.\d s {2}call 100 {2}succeeded: 200 OK$/m);
  const { succeeded, failed, refused, all } = tally(stdout) as Record<string, number>;
  expect(all).toBe(100);
  expect(failed).toBe(10);
  expect(refused).toBeGreaterThan(0);
  expect(succeeded).toBe(100 - 10 - (refused as number));
  expect(stdout, 'piped output is plain').not.toContain('\x1b');
});

test('makes twenty calls of which none is refused while fewer than six in ten fail', async () => {
  const { code, stdout } = await demo('--pace', '5', '--failure-rate', '0');
  expect(code).toBe(0);
  expect(changes(stdout)).toEqual([]);
  expect(tally(stdout)).toEqual({ succeeded: 20, failed: 0, refused: 0, all: 20 });
});

test('prints its flags and the command for a full trip', async () => {
  const { code, stdout } = await demo('--help');
  expect(code).toBe(0);
  expect(stdout).toBe(help());
  for (const flag of ['--calls', '--pace', '--failure-rate', '--recover-at', '--seed']) {
    expect(stdout).toContain(flag);
  }
});

test('ends with code 2 and one clear message on a bad flag', async () => {
  const { code, stdout, stderr } = await demo('--failure-rate', '60');
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toBe(
    '--failure-rate must be a number from 0 to 1, got "60"; did you mean 0.6?\n' +
      'npm run demo -- --help lists the flags.\n',
  );
});

test.each([
  [['--calls', '0'], '--calls must be a whole number from 1 on, got "0"'],
  [['--calls', '1.5'], '--calls must be a whole number from 1 on, got "1.5"'],
  [['--calls', ''], '--calls must be a whole number from 1 on, got ""'],
  [['--pace', 'fast'], '--pace must be a number of milliseconds from 1 to 3600000, got "fast"'],
  [['--pace=-5'], '--pace must be a number of milliseconds from 1 to 3600000, got "-5"'],
  [['--open-time', 'Infinity'], '--open-time must be'],
  [['--recover-at', '0'], '--recover-at must be a whole number from 1 on'],
  [['--recovered-rate', '500'], '--recovered-rate must be a number from 0 to 1, got "500"'],
  [['--seed', 'x'], '--seed must be a whole number, got "x"'],
  [['--speed', '1'], "Unknown option '--speed'"],
  [['twenty'], "Unexpected argument 'twenty'"],
  [['--calls'], "Option '--calls <value>' argument missing"],
])('refuses the flags %j', (args, message) => {
  expect(() => readOptions(args)).toThrow(UsageError);
  expect(() => readOptions(args)).toThrow(message);
});

test('is by default the scenario of twenty calls, half a second apart, five seconds open', () => {
  expect(readOptions([])).toMatchObject({ calls: 20, pace: 500, openTime: 5_000 });
});

test('trips within its twenty default calls, and within ten in the documented command', () => {
  const { seed, failureRate } = readOptions([]) ?? { seed: 0, failureRate: 0 };
  const failed = (calls: number, rate: number): number =>
    Array.from({ length: calls }, (_, i) => chance(seed, i + 1)).filter((draw) => draw < rate)
      .length;
  const counts = [10, 11, 12, 13, 14, 15].map((calls) => failed(calls, failureRate) / calls);
  expect(Math.max(...counts)).toBeGreaterThanOrEqual(0.6);
  expect(failed(10, 0.9)).toBeGreaterThanOrEqual(6);
});

test('fails the same calls again with the same seed', () => {
  const draws = (seed: number): number[] => [1, 2, 3, 4].map((call) => chance(seed, call));
  expect(draws(5)).toEqual(draws(5));
  expect(draws(5)).not.toEqual(draws(6));
  expect(draws(5).every((draw) => draw >= 0 && draw < 1)).toBe(true);
});

test('keeps one live line below the results on a terminal, never wider than it', () => {
  let written = '';
  const out = { isTTY: true, columns: 20, write: (text: string) => (written += text) };
  const screen = openScreen(out, () => 'closed | 1 succeeded, 2 failed, 0 refused');
  screen.print('call 1');
  screen.close();
  const live = '\r\x1b[2Kclosed | 1 succeede';
  expect(written).toBe(`${live}\r\x1b[2Kcall 1\n${live}\r\x1b[2K`);
});

test('shows the live line on a terminal that does not tell its width', () => {
  let written = '';
  const out = { isTTY: true, columns: 0, write: (text: string) => (written += text) };
  openScreen(out, () => 'closed | 1 succeeded').close();
  expect(written).toBe('\r\x1b[2Kclosed | 1 succeeded\r\x1b[2K');
});

test('writes plain lines where there is no terminal', () => {
  let written = '';
  const screen = openScreen({ write: (text) => (written += text) }, () => 'unused');
  screen.print('call 1');
  screen.close();
  expect(written).toBe('call 1\n');
});
