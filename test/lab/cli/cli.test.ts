import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../../src/lab/cli/main.ts';
import { blocks } from '../../readme/markdown.ts';

const breakers = relative(process.cwd(), join(import.meta.dirname, 'fixtures/breakers.ts'));
const folder = mkdtempSync(join(tmpdir(), 'lab-cli-'));

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly error: string;
  readonly files: Record<string, string>;
}

async function run(...args: string[]): Promise<Ended> {
  let [out, error] = ['', ''];
  const files: Record<string, string> = {};
  const code = await main(args, {
    out: (text) => {
      out += text;
    },
    error: (text) => {
      error += text;
    },
    moves: false,
    file: (path, text) => {
      files[path] = text;
    },
  });
  return {
    code,
    out: out.replaceAll(folder, '.').replaceAll(breakers, 'breakers.ts'),
    error,
    files,
  };
}

const plan = ['-t', 'poisson:5/s', '-i', 'outage:30s@1m~10s', '--seeds', '5'];

describe('check', { timeout: 120_000 }, () => {
  it('ends with 0 when every expectation is met, and prints a table', async () => {
    const { code, out, error } = await run(
      'check',
      '-s',
      `${breakers}#quick`,
      ...plan,
      '-e',
      'open < 2s',
      '-e',
      'close < 10s',
    );
    expect([code, error]).toEqual([0, '']);
    expect(out).toMatchSnapshot();
  });

  it('prints what the page about the lab shows', async () => {
    const page = readFileSync('site/pages/guide/lab.md', 'utf8');
    const [command, shown] = blocks(page).filter(({ heading }) => heading === 'In CI');
    const words = command?.code.replace('\\\n', ' ').match(/'[^']*'|\S+/g) ?? [];
    const [, , ...args] = words.map((word) => word.replaceAll("'", ''));
    writeFileSync(join(folder, 'breakers.ts'), 'export const payments = {};');
    const { code, out } = await run(
      ...args.map((arg) => arg.replace('breakers.ts', join(folder, 'breakers.ts'))),
    );
    expect(
      out.replaceAll('./breakers.ts', 'breakers.ts').trimEnd().endsWith(`\n\n${shown?.code}`),
    ).toBe(true);
    expect(code).toBe(1);
  });

  it('ends with 1 when one is not', async () => {
    const { code, out } = await run('check', '-s', `${breakers}#blind`, ...plan, '-e', 'open < 2s');
    expect(code).toBe(1);
    expect(out).toMatch(/open < 2s +never +NOT MET/);
  });

  it('reads a plan from a module', async () => {
    const { code, out } = await run(
      'check',
      '-s',
      breakers,
      '-p',
      `${breakers}#day`,
      '-e',
      'open < 3s',
      '--seeds',
      '3',
    );
    expect(code).toBe(0);
    expect(out).toContain('incident 1: outage, expected open');
  });
});

describe('compare', { timeout: 120_000 }, () => {
  it('prints the differences, JSON without Infinity, and a picture', async () => {
    const args = ['compare', '-s', 'none', '-s', 'defaults', '-s', `${breakers}#quick`, ...plan];
    const table = await run(...args, '--svg', 'it.svg');
    expect(table.code).toBe(0);
    expect(table.out).toMatchSnapshot();
    expect(table.files['it.svg']).toMatch(/^<svg /);
    const { out } = await run(...args, '--json', '-e', 'open < 2s');
    const report = JSON.parse(out);
    expect(report.standings.map(({ name }: { name: string }) => name)).toEqual([
      'none',
      'defaults',
      'breakers.ts#quick',
    ]);
    expect(report.expectations.none).toEqual([
      { text: 'open < 2s', met: false, seen: '-', missedBy: 10 },
    ]);
  });
});

describe('tune', { timeout: 120_000 }, () => {
  it('prints plain settings and ends with 0 when they meet what is required', async () => {
    const { code, out } = await run(
      'tune',
      '--from',
      `${breakers}#quick`,
      '-t',
      'poisson:3/s',
      '-i',
      'outage:20s@20s~10s',
      '--duration',
      '60s',
      '--budget',
      '120',
      '--require',
      'open < 30s',
    );
    expect(code).toBe(0);
    expect(out).toMatch(/^The plain settings, .*\n\{\n/);
    expect(out).toMatch(/open < 30s +\S+ \S+ +met/);
  });
});

describe('can-open', { timeout: 120_000 }, () => {
  it('ends with 1 when something was found, and says what', async () => {
    const found = await run(
      'can-open',
      '-s',
      `${breakers}#blind`,
      '-s',
      `${breakers}#quick`,
      '-t',
      'poisson:20/s',
      '--processes',
      '10',
    );
    expect(found.code).toBe(1);
    expect(found.out).toMatchSnapshot();
    const fine = await run('can-open', '-s', `${breakers}#quick`, '-t', 'steady:20/s', '--json');
    expect([fine.code, JSON.parse(fine.out)]).toEqual([0, { 'breakers.ts#quick': [] }]);
  });
});

describe('replay', () => {
  const log = join(folder, 'access.log');
  beforeAll(() => {
    const lines = Array.from({ length: 600 }, (_, n) => {
      const [minute, second] = [Math.floor(n / 60), n % 60].map((it) =>
        String(it).padStart(2, '0'),
      );
      const [status, took] = n >= 200 && n < 300 ? ['503', '0.002'] : ['200', '0.040'];
      const stamp = `05/Jan/2026:12:${minute}:${second} +0000`;
      return `203.0.113.9 - - [${stamp}] "GET / HTTP/1.1" ${status} 12 "-" "curl" ${took}\n`.repeat(
        3,
      );
    });
    lines.splice(100, 0, 'what is this?\n');
    writeFileSync(log, lines.join(''));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('replays a log, names the lines that it does not believe, and says that it is an open loop', async () => {
    const { code, out } = await run(
      'replay',
      log,
      '--format',
      'combined',
      '-s',
      `${breakers}#quick`,
    );
    expect(code).toBe(0);
    expect(out).toMatchSnapshot();
  });

  it.each([
    [['replay'], 'replay needs one file, as in replay access.log --format combined'],
    [['replay', 'no.log', '--format', 'combined'], 'there is no file no.log'],
    [['replay', 'test', '--format', 'json'], 'EISDIR: illegal operation on a directory'],
    [['replay', breakers], '--format is missing: combined, json or csv'],
    [
      ['replay', breakers, '--format', 'xml'],
      'readLog options.format must be "combined", "json" or "csv", got "xml"',
    ],
    [
      ['replay', log, '--format', 'combined', '-e', 'open < 2s'],
      '"open < 2s" needs an incident in which a good breaker opens, and a log tells of none',
    ],
    [['replay', breakers, '--format', 'json'], 'holds no call that can be read as json'],
    [['replay', breakers, '--format', 'csv'], 'the head of the CSV file has no field "time"'],
    [
      ['replay', breakers, '--format', 'json', '--field', 'time'],
      '--field must be as time=ts, got "time"',
    ],
    [
      ['replay', breakers, '--format', 'json', '--traffic', 'steady:1/s'],
      'replay does not take --traffic',
    ],
  ])('%j', async (args, message) => {
    const { code, error } = await run(...args);
    expect(code).toBe(2);
    expect(error).toContain(message);
  });
});

describe('a mistake ends with 2 and names what is wrong', () => {
  const check = ['check', '-s', 'defaults', '-e', 'open < 2s'];
  const outage = ['-i', 'outage:1m@2m'];
  it.each([
    [[], 'the command is missing; the commands are check, compare, tune, replay, can-open'],
    [['chek'], 'no command "chek"; the commands are check,'],
    [['check', '--speed', '5'], "Unknown option '--speed'"],
    [['check', 'defaults'], 'check takes flags only, got "defaults"'],
    [['check', '-e', 'open < 2s'], 'check needs --settings'],
    [['check', '-s', 'defaults'], 'check needs --expect'],
    [
      ['check', '-s', 'defaults', '-e', 'open < 2'],
      'the limit of "open" is a time as 2s or 500ms, got "2"',
    ],
    [
      ['check', '-s', 'nowhere.ts#x', '-e', 'open < 2s'],
      '--settings "nowhere.ts#x": there is no file nowhere.ts',
    ],
    [
      ['check', '-s', `${breakers}#nothing`, '-e', 'open < 2s'],
      'has no export "nothing"; its exports are: ',
    ],
    [
      ['check', '-s', `${breakers}#made`, '-e', 'open < 2s'],
      'is a breaker that was made already: export its options',
    ],
    [
      ['check', '-s', `${breakers}#number`, '-e', 'open < 2s'],
      'must be options of a breaker, or a function that makes one, got 5',
    ],
    [
      ['check', '-s', `${breakers}#wrong`, '-e', 'open < 2s', '-t', 'steady:5/s', ...outage],
      'failureRateThreshold must be in (0, 1], got 50; did you mean 0.5?',
    ],
    [
      ['check', '-s', 'defaults', '-s', 'defaults', '-e', 'open < 2s'],
      '--settings "defaults" is given twice',
    ],
    [[...check], '--traffic is missing, as in -t poisson:5/s'],
    [[...check, '-t', 'poisson:5'], '--traffic must be as steady:20/s'],
    [
      [...check, '-t', 'poisson:0/s'],
      '--traffic "poisson:0/s": poisson rate must be a finite number, more than 0, got 0',
    ],
    [[...check, '-t', 'rain:5/s'], '--traffic must be as steady:20/s'],
    [[...check, '-t', 'poisson:5/s', '-i', 'outage'], '--incident must be as outage:1m@2m'],
    [
      [...check, '-t', 'poisson:5/s', '-i', 'outage:1@2m'],
      '--incident must be a time as 500ms, 2s, 1m or 3h, got "1"',
    ],
    [[...check, '-t', 'poisson:5/s', '-i', 'errors:1m@2m'], '--incident'],
    [
      [...check, '-t', 'poisson:5/s', '-i', 'errors:130%,1m@2m'],
      '--incident errors must be a percentage from 0% to 100%, got "130%"',
    ],
    [[...check, '-t', 'poisson:5/s', '-i', 'slow:20,1m@2m'], '--incident must be as'],
    [[...check, '-t', 'poisson:5/s', '--latency', '50'], '--latency must be a time as 500ms'],
    [
      [...check, '-t', 'poisson:5/s', '--latency', '50ms..4ms'],
      '--latency "50ms..4ms": lognormal.p99 must be at least p50, got 4',
    ],
    [
      [...check, '-t', 'poisson:5/s', '--processes', '0'],
      'plan.clients.processes must be a whole number from 1',
    ],
    [
      [...check, '-t', 'poisson:5/s', '--processes', 'many'],
      '--processes must be a whole number, got "many"',
    ],
    [
      [...check, '-t', 'poisson:5/s', ...outage, '--seeds', '0'],
      'seeds must be a whole number from 1',
    ],
    [[...check, '-t', 'poisson:5/s', '--retries', '2'], '--retries must be as 2x200ms, got "2"'],
    [
      [...check, '-t', 'poisson:5/s', '--background', '5'],
      '--background must be a percentage from 0% to 100%, got "5"',
    ],
    [
      [...check, '-t', 'poisson:5/s', '-p', `${breakers}#day`],
      '--plan and --traffic exclude each other',
    ],
    [
      [...check, '-t', 'poisson:5/s', '-i', 'outage:0s@2m'],
      '--incident "outage:0s@2m": outage.for must be a finite number of milliseconds, more than 0, got 0',
    ],
    [
      [...check, '-t', 'poisson:5/s', ...outage, '--duration', '1m'],
      'plan.service.incidents[0].at must be less than plan.duration, 60000, got 120000',
    ],
    [
      [...check, '-t', 'poisson:5/s'],
      '"open < 2s" needs an incident in which a good breaker opens, as in -i outage:1m@2m',
    ],
    [
      ['tune', '-t', 'poisson:5/s', '--require', 'close < 9s'],
      '"close < 9s" needs an incident in which a good breaker opens',
    ],
    [[...check, '-p', `${breakers}#badDay`], 'plan.clients.timeout is missing'],
    [[...check, '-p', `${breakers}#number`], 'plan must be an object, got 5'],
    [['tune', '--from', 'none', '-t', 'poisson:5/s'], '--from "none" must be options'],
    [
      ['tune', '-t', 'poisson:5/s', '--budget', '5'],
      'tune options.budget must be a whole number from 100',
    ],
    [
      ['can-open', '-s', 'none', '-t', 'poisson:5/s'],
      '--settings "none" must be options for can-open',
    ],
    [
      ['can-open', '-s', 'defaults', '-t', 'poisson:5/s', '--failing', 'all'],
      '--failing must be a percentage',
    ],
  ])('%j', async (args, message) => {
    const { code, error, out } = await run(...args);
    expect([code, out]).toEqual([2, '']);
    expect(error).toContain(message);
    expect(error.startsWith('rxjs-circuit-breaker: ')).toBe(true);
    expect(error.split('\n')).toHaveLength(2);
  });
});

it('--help says everything, and every flag of the help is one', async () => {
  const { code, out } = await run('--help');
  expect(code).toBe(0);
  const flags = [...out.matchAll(/^ +(?:-\w, )?(--[\w-]+)/gm)].map(([, flag]) => flag as string);
  expect(flags.length).toBeGreaterThan(20);
  for (const flag of flags) {
    const { error } = await run('check', flag);
    expect(error).not.toContain('Unknown option');
  }
  expect(readFileSync('src/lab/cli/usage.ts', 'utf8')).toContain('check    -s SETTINGS');
});
