import { channel } from 'node:diagnostics_channel';
import { readFileSync } from 'node:fs';
import { register } from 'prom-client';
import { NEVER, Observable, of, Subject, throwError } from 'rxjs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  type CircuitBreaker,
  CircuitOpenError,
  circuitBreaker,
  circuitBreakers,
} from '../src/index.ts';
import { angularVersions, nodeVersions, typescriptVersions } from './matrix/versions.ts';
import { size } from './pack/size.ts';
import { costs } from './readme/costs.ts';
import { type Block, blocks, promised } from './readme/markdown.ts';
import { run, typecheck } from './readme/snippets.ts';
import { standIns } from './readme/standIns.ts';

const root = new URL('..', import.meta.url);
const readme = readFileSync(new URL('README.md', root), 'utf8');
const page = blocks(readme);
const snippets = page.filter(({ language }) => language === 'ts');

/** Sections whose snippets need more than Node; they are run elsewhere, and only type-checked here. */
const elsewhere = ['Angular', 'NestJS', 'Redis and Valkey'];

const boom = new Error('HTTP 503');
const down = throwError(() => boom);

interface Scene {
  /** Runs a snippet of the section, by its place there. Virtual time stands still. */
  play(given?: object, place?: number): Promise<Awaited<ReturnType<typeof run>>>;
  /** What the snippets have printed so far. */
  readonly printed: string[];
}

const scenes: Record<string, (scene: Scene) => Promise<void>> = {
  async 'rxjs-circuit-breaker'({ play, printed }) {
    const fetch = vi.fn(async () => new Response('{ "name": "Ada" }'));
    vi.stubGlobal('fetch', fetch);
    const { users, getUser } = await play();
    expect(fetch).toHaveBeenCalledWith('https://users.example/1', expect.anything());
    expect(printed).toEqual(['Ada']);

    fetch.mockImplementation(async () => new Response('', { status: 503 }));
    const told: unknown[] = [];
    const call = () => getUser(2).subscribe({ error: (error: unknown) => told.push(error) });
    for (let i = 0; i < 9; i++) call();
    await vi.advanceTimersByTimeAsync(100);
    expect(users.state).toBe('open');
    expect(told.map(String)).toEqual(Array(9).fill('Error: HTTP 503'));
    call();
    expect(fetch).toHaveBeenCalledTimes(10);
    expect(told.at(-1)).toBeInstanceOf(CircuitOpenError);
  },

  async 'A first breaker'({ play }) {
    const source = vi.fn(() => down);
    const wrong = await play({ http: { get: source } });
    for (let i = 0; i < 50; i++) wrong['getUser'](i).subscribe({ error: () => {} });
    expect(source, 'made anew per call, it never trips').toHaveBeenCalledTimes(50);

    const { payments, pay } = await play({ http: { post: () => down } }, 1);
    for (let i = 0; i < 10; i++) pay({ item: 'tea' }).subscribe({ error: () => {} });
    expect(payments.retryAfter).toBe(5_000);
  },

  async Options({ play }) {
    await play();
  },

  async 'Watch and control'({ play }) {
    const showBanner = vi.fn();
    await play({ payments: circuitBreaker(), showBanner });
    expect(showBanner.mock.calls).toEqual([[false], [true], [false]]);
  },

  async Errors({ play }) {
    const showMessage = vi.fn();
    const payments = circuitBreaker({ consecutiveFailureThreshold: 1, retryTimeout: 4_200 });
    const sources: Observable<{ id: number }>[] = [of({ id: 7 }), down, of({ id: 8 })];
    const pay = () => (sources.shift() as Observable<{ id: number }>).pipe(payments);
    for (let i = 0; i < 3; i++) await play({ pay, order: {}, showMessage });
    expect(showMessage.mock.calls.flat()).toEqual([
      'Paid, receipt 7',
      'The payment failed',
      'Try again in 5 seconds',
    ]);
  },

  async 'Retry, but wait while the circuit is open'({ play }) {
    const payments = circuitBreaker({ consecutiveFailureThreshold: 2, retryTimeout: 5_000 });
    const calls: number[] = [];
    const began = Date.now();
    const pay = () =>
      new Observable<{ id: number }>((subscriber) => {
        calls.push(Date.now() - began);
        (calls.length < 3 ? down : of({ id: 7 })).subscribe(subscriber);
      }).pipe(payments);
    const showMessage = vi.fn();
    await play({ payments, pay, order: {}, showMessage });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(calls).toEqual([0, 200, 5_200]); // the last one when the open time was over
    expect(showMessage).toHaveBeenCalledWith('Paid, receipt 7');

    payments.isolate();
    const again = play({ payments, pay, order: {}, showMessage });
    await expect(again, 'an isolated breaker is not waited for').rejects.toThrow('is isolated');
    expect(calls).toHaveLength(3);
  },

  async 'Fall back'({ play }) {
    const { rates, getRates } = await play({ http: { get: () => down }, lastRates: { EUR: 1 } });
    const told: unknown[] = [];
    for (let i = 0; i < 11; i++) {
      getRates().subscribe({ next: told.push.bind(told), error: told.push.bind(told) });
    }
    expect(rates.state).toBe('open');
    expect(told).toEqual([...Array(6).fill(boom), ...Array(5).fill({ EUR: 1 })]);
  },

  async 'One breaker for each dependency'({ play }) {
    const get = (url: string) => (url.includes('slow') ? down : of('well'));
    const { hosts, load } = await play({ http: { get } });
    for (let i = 0; i < 10; i++) {
      load('https://slow.example/a').subscribe({ error: () => {} });
      load('https://fast.example/a').subscribe();
    }
    expect(hosts.get('slow.example').state).toBe('open');
    expect(hosts.get('fast.example').state).toBe('closed');

    const group = circuitBreakers();
    const { charge } = await play({ hosts: group, http: { post: () => down } }, 1);
    expect([...group.keys()]).toEqual(['payments.example']);
    for (let i = 0; i < 12; i++) charge({ item: 'tea' }).subscribe({ error: () => {} });
    expect(group.get('payments.example').state).toBe('open');
  },

  async 'Time out before the breaker'({ play }) {
    const { search, find } = await play({ http: { get: () => NEVER } });
    for (let i = 0; i < 10; i++) find('tea').subscribe({ error: () => {} });
    await vi.advanceTimersByTimeAsync(2_000);
    expect(search.state).toBe('open');
  },

  async 'Share after the breaker'({ play }) {
    const answer = new Subject<object>();
    const { settings, settings$ } = await play({ http: { get: () => answer } });
    const told: unknown[] = [];
    for (let i = 0; i < 3; i++) settings$.subscribe((value: unknown) => told.push(value));
    answer.next({ theme: 'dark' });
    answer.complete();
    expect(told).toHaveLength(3);
    expect(settings.snapshot().counts.calls).toBe(1);
  },

  async Promises({ play }) {
    const users = circuitBreaker();
    const signals: unknown[] = [];
    const fetch = async (_url: string, init: RequestInit) => {
      signals.push(init.signal);
      return new Response('{ "name": "Ada" }');
    };
    await play({ users, fetch, read: (response: Response) => response.json() });
    expect(signals).toEqual([expect.any(AbortSignal)]);
    expect(users.snapshot().counts.successes).toBe(1);
  },

  async 'Calls that are no Observables'({ play }) {
    const payments = circuitBreaker({ consecutiveFailureThreshold: 1 });
    const answers = [undefined, boom];
    const socket = { send: (_: string, done: (error?: unknown) => void) => done(answers.shift()) };
    const { send } = await play({ payments, socket });
    const told: unknown[] = [];
    for (let i = 0; i < 3; i++) send('hello', (error?: unknown) => told.push(error));
    expect(told).toEqual([undefined, boom, expect.any(CircuitOpenError)]);
    expect(payments.snapshot().counts.inFlight).toBe(0);
  },

  async 'Errors that are no failures'({ play }) {
    const { catalogue } = await play();
    const call = (status: number) =>
      throwError(() => ({ status }))
        .pipe(catalogue as CircuitBreaker)
        .subscribe({ error: () => {} });
    for (let i = 0; i < 20; i++) call(404);
    expect(catalogue.snapshot().counts).toMatchObject({ calls: 0, ignored: 20 });
    for (let i = 0; i < 10; i++) call([500, 503, 429, 0][i % 4] as number);
    expect(catalogue.state).toBe('open');
    await vi.advanceTimersByTimeAsync(1_000);
    call(404);
    expect(catalogue.state).toBe('closed');
  },

  async 'Calls that are judged in their own way'({ play }) {
    const payments = circuitBreaker();
    const { report } = await play({ payments, http: { get: () => of('well') } });
    payments.trip();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(payments.state).toBe('half-open');
    const told: unknown[] = [];
    report().subscribe({ error: (error: unknown) => told.push(error) });
    expect(told).toEqual([expect.any(CircuitOpenError)]);
  },

  async 'Trip rules of your own'({ play }) {
    const { reports } = await play();
    for (let i = 0; i < 5; i++) down.pipe(reports).subscribe({ error: () => {} });
    expect(reports.state).toBe('open');
  },

  async 'Open times that grow, or that the server sets'({ play }) {
    const { orders } = await play();
    const fail = (error: object) => {
      throwError(() => error)
        .pipe(orders as CircuitBreaker)
        .subscribe({ error: () => {} });
    };
    const times: number[] = [];
    for (let attempt = 0; attempt < 3; attempt++) {
      for (let i = 0; i < 10; i++) fail(boom);
      times.push(orders.retryAfter);
      await vi.advanceTimersByTimeAsync(Math.ceil(orders.retryAfter));
    }
    for (const [attempt, time] of times.entries()) {
      expect(time / (1_000 * 2 ** attempt)).toBeCloseTo(1, 0);
      expect(Math.abs(time / (1_000 * 2 ** attempt) - 1)).toBeLessThanOrEqual(0.2);
    }
    fail({ response: { headers: { 'retry-after': '17' } } });
    expect(orders.retryAfter).toBe(17_000);
  },

  async 'Endless streams'({ play }) {
    const answer = new Subject<number>();
    const { prices, prices$ } = await play({ listen: () => answer });
    prices$.subscribe();
    answer.next(1);
    expect(prices.snapshot().counts).toMatchObject({ successes: 1, inFlight: 0 });
  },

  async 'Keep the state over a restart'({ play }) {
    const stored = new Map<string, string>();
    const sessionStorage = {
      getItem: (key: string) => stored.get(key) ?? null,
      setItem: (key: string, value: string) => stored.set(key, value),
    };
    const leaving: (() => void)[] = [];
    const addEventListener = (_: string, listener: () => void) => leaving.push(listener);
    const { payments } = await play({ sessionStorage, addEventListener });
    for (let i = 0; i < 10; i++) down.pipe(payments).subscribe({ error: () => {} });
    for (const listener of leaving) listener();
    const after = await play({ sessionStorage, addEventListener });
    expect(after['payments'].state).toBe('open');
    expect(after['payments'].retryAfter).toBe(1_000);
  },

  async Testing({ play }) {
    const compared = vi.fn((actual, expected) => expect(actual).toEqual(expected));
    await play({ deepStrictEqual: compared });
    expect(compared).toHaveBeenCalledOnce();
    await play({}, 1); // throws if its claim does not hold, and so does the next
    await play({}, 2);
  },

  async 'Try settings before an outage does'({ play, printed }) {
    await play();
    expect(printed[0]).toMatch(/^The mean of 20 days\n\n +none +defaults +ours\n/);
    expect(printed[0]).toContain('ours minus none');
  },

  async Metrics({ play }) {
    const [payments, hosts] = [circuitBreaker(), circuitBreakers()];
    await play({ payments, hosts });
    expect(await register.metrics()).toContain('circuit_breaker_calls_total{name="hosts"');
    register.clear();
    await play({ payments, hosts }, 1);
    expect(channel('rxjs-circuit-breaker:rejected').hasSubscribers).toBe(true);
  },

  async 'A live page'({ play }) {
    const use = vi.fn();
    const given = { payments: circuitBreaker(), hosts: circuitBreakers(), app: { use } };
    const { page } = await play(given);
    expect(use).toHaveBeenCalledExactlyOnceWith('/breakers', expect.any(Function));
    expect((await page(new Request('http://localhost/breakers/'))).status).toBe(200);
  },

  async 'Log lines worth having'({ play }) {
    await play();
    const payments = circuitBreaker({ name: 'payments', minimumCalls: 10, retryTimeout: 5_000 });
    for (let i = 0; i < 10; i++)
      (i % 2 ? down : of(1)).pipe(payments).subscribe({ error: () => {} });
    payments.state$.subscribe();
    await vi.advanceTimersByTimeAsync(5_000);
  },

  async 'A health endpoint that says why and since when'({ play }) {
    const payments = circuitBreaker({ consecutiveFailureThreshold: 1 });
    const { health } = await play({ payments });
    expect(health()).toEqual({ status: 'up', payments: 'closed' });
    const since = new Date().toISOString();
    down.pipe(payments).subscribe({ error: () => {} });
    await vi.advanceTimersByTimeAsync(300);
    expect(health()).toEqual({
      status: 'degraded',
      payments: 'open',
      reason: 'consecutive-failures',
      since,
    });
  },
};

describe('every snippet of the README', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  test('is typed', () => {
    const named = new Map(snippets.map(({ line, code }) => [`line${line}`, code]));
    expect(typecheck(named, standIns)).toEqual([]);
  });

  test('is in a section with a scene, and every scene has its section', () => {
    const sections = new Set(snippets.map(({ heading }) => heading));
    for (const heading of elsewhere) sections.delete(heading);
    expect([...sections].sort()).toEqual(Object.keys(scenes).sort());
  });

  test.each(Object.entries(scenes))('does what it says: %s', async (heading, scene) => {
    const own = snippets.filter((snippet) => snippet.heading === heading);
    const printed: string[] = [];
    const played = new Set<Block>();
    await scene({
      printed,
      async play(given = {}, place = 0) {
        const snippet = own[place] as Block;
        played.add(snippet);
        const running = run(snippet.code, given, (line) => printed.push(line));
        running.catch(() => {}); // awaited below, when time has gone on
        await vi.advanceTimersByTimeAsync(0);
        return running;
      },
    });
    expect([...played]).toEqual(own);
    const expected = own.flatMap(promisedBy);
    if (expected.length > 0) expect(printed).toEqual(expected);
  });
});

/** What a snippet says it prints: the text block below it, or the comments behind `console.log`. */
function promisedBy({ code, output }: Block): readonly string[] {
  return output === undefined ? promised(code) : output.split('\n');
}

describe('the head of the README', () => {
  const manifest = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
  const head = readme.slice(0, readme.indexOf('## Contents')).replaceAll('\n', ' ');

  test('shows the first code on the first screen', () => {
    expect(snippets[0]?.line).toBeLessThan(15);
    expect(page[0]?.code).toBe(`npm install ${manifest.name} rxjs`);
  });

  test('lists the sections, in order', () => {
    const prose = readme.replace(/^```[\s\S]*?^```$/gm, '');
    const sections = [...prose.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
    const listed = [...prose.matchAll(/^- \[(.*?)\]\(#/gm)].map(([, text]) => text);
    expect(listed).toEqual(sections.filter((heading) => heading !== 'Contents'));
  });

  test('says what the package needs and works with, as package.json and the matrix have it', () => {
    const { peerDependencies, engines, license } = manifest;
    const [angular] = angularVersions;
    for (const claim of [
      `RxJS from ${peerDependencies.rxjs.slice('^'.length)} on is the only dependency`,
      `types for TypeScript from ${typescriptVersions[0]} on`,
      `Node from ${engines.node.slice('>='.length)} on, browsers, Bun, Deno`,
      `Angular ${angular?.angular} to ${angularVersions.at(-1)?.angular}`,
      `${license} licence`,
      `${/grows by ([\d.]+ KB)/.exec(readme)?.[1]}, minified and gzipped`,
    ]) {
      expect(head).toContain(claim);
    }
    expect(manifest.dependencies).toBeUndefined();
  });
});

describe('the README', () => {
  test('gives each picture its claim as text, for those who cannot see it', () => {
    const pictures = [...readme.matchAll(/!\[([^\]]*)\]\((.*?)\)/g)];
    expect(pictures.length).toBeGreaterThan(0);
    for (const [, text, path] of pictures) {
      expect(readFileSync(new URL(path as string, root), 'utf8')).toContain(
        `<title>${text}</title>`,
      );
    }
  });

  test('names the versions that are supported and compared, wherever it names one', () => {
    const majors = angularVersions.map(({ angular }) => angular);
    const angular = [...readme.matchAll(/Angular (\d+) to (\d+)/g)].map(([, ...range]) => range);
    expect(angular.length).toBeGreaterThan(1);
    for (const range of angular) expect(range).toEqual([majors[0], majors.at(-1)]);
    for (const [, version] of readme.matchAll(/Node (\d+) or newer/g)) {
      expect(version).toBe(nodeVersions[0]);
    }
    const { dependencies } = JSON.parse(
      readFileSync(new URL('bench/package.json', root), 'utf8'),
    ) as { dependencies: Record<string, string> };
    for (const name of ['opossum', 'cockatiel', 'effect']) {
      const heading = new RegExp(`\\[${name}\\]\\(https://[^)]+\\) ([\\d.]+) \\|`, 'i');
      const compared = heading.exec(readme)?.[1] ?? 'nothing';
      expect(`${dependencies[name]}.`.startsWith(`${compared}.`), name).toBe(true);
    }
  });

  test('names every option of the breaker', () => {
    const source = readFileSync(new URL('src/core/options.ts', root), 'utf8');
    const body = source.slice(source.indexOf('export interface JudgeOptions'));
    const names = [...body.matchAll(/^ {2}readonly (\w+)\?/gm)].map(([, name]) => name as string);
    expect(names.length).toBeGreaterThan(15);
    const ofCalls = ['mayProbe', 'context'];
    for (const name of names.filter((name) => !ofCalls.includes(name)))
      expect(readme).toMatch(new RegExp(`^\\| \`${name}\` \\|`, 'm'));
  });

  test('names every member of the handle', () => {
    const members = [
      'execute(task, call?)',
      'acquire(call?)',
      'with(options)',
      'trip(error?)',
      'halfOpen()',
      'isolate()',
      'disable()',
      'reset()',
      'configure(options)',
      'totals()',
    ];
    const fields = ['name', 'state', 'state$', 'events$', 'retryAfter', 'snapshot()'];
    for (const name of [...members, ...fields]) expect(readme).toContain(`| \`${name}\` |`);
  });

  test('shows figures of the studies as the studies came out', () => {
    const cellsOf = (text: string): string[][] =>
      [...text.matchAll(/^\| (.+) \|$/gm)].map(([, row]) => (row as string).split(' | '));
    const between = (text: string, mark: string): string[][] =>
      cellsOf(text.slice(text.indexOf(`<!-- ${mark} -->`), text.indexOf(`<!-- /${mark} -->`)));
    const studies = readFileSync(new URL('examples/studies/README.md', root), 'utf8');
    const [head = [], , ...rows] = between(studies, 'trip');
    const [shownHead = [], , ...shown] = between(readme, 'studies');
    expect(shown).toHaveLength(rows.length);
    for (const [n, row] of shown.entries()) {
      expect(row).toEqual(shownHead.map((title) => rows[n]?.[head.indexOf(title)]));
    }
  });

  test.each(costs)('says what the bench has measured: %s', (figure) => {
    expect(readme.replaceAll('\n', ' ')).toContain(figure);
  });

  test('promises a size that holds, and not a much larger one', () => {
    const kilobytes = size('{ circuitBreaker }').gzip / 1_000;
    const promised = Number(/grows by ([\d.]+) KB, minified and gzipped/.exec(readme)?.[1]);
    expect(kilobytes).toBeLessThanOrEqual(promised);
    expect(kilobytes).toBeGreaterThan(promised - 0.5);
  });
});
