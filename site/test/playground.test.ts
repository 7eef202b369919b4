import { readdirSync, readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright';
import { Observable, VirtualTimeScheduler } from 'rxjs';
import {
  type CircuitBreakerOptions,
  circuitBreaker,
  isCircuitOpenError,
} from 'rxjs-circuit-breaker';
import { errors, hang, lognormal, type Plan, play, poisson } from 'rxjs-circuit-breaker/lab';
import { assertMarble } from 'rxjs-circuit-breaker/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromium as executablePath } from '../../test/browser/chromium.ts';
import { serveFolder } from '../build/server.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let browser: Browser;
let server: Server;
let address: string;

beforeAll(async () => {
  ({ server, address } = await serveFolder(join(import.meta.dirname, '../dist'), 0));
  const args = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-sync',
  ];
  browser = await chromium.launch({ executablePath, args });
});
afterAll(async () => {
  await browser?.close();
  server?.close();
});

const desktop = { width: 1_280, height: 900 };
const phone = { width: 390, height: 844 };

/** Opens a page, does something with it, and fails on any error that the browser's console shows. */
async function visit<R>(
  path: string,
  options: BrowserContextOptions,
  deed: (page: Page) => Promise<R>,
): Promise<R> {
  const context = await browser.newContext({
    viewport: desktop,
    permissions: ['clipboard-read', 'clipboard-write'],
    ...options,
  });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(error.message));
  await page.goto(`${address}${path}`);
  const result = await deed(page);
  expect(faults).toEqual([]);
  await context.close();
  return result;
}

/** Waits until the page has played to an instant and stands still there. */
async function playedTo(page: Page, at: number): Promise<void> {
  await page.waitForSelector(`main[data-now="${at}"][data-ready="true"]`, { timeout: 50_000 });
}

/** The figures of a side, as the page shows them. */
async function figures(page: Page, side: 'a' | 'b' = 'a'): Promise<Record<string, number>> {
  const pairs = await page.$$eval(`[data-figure][data-side="${side}"]`, (list) =>
    list.map((it) => [it.getAttribute('data-figure'), Number(it.textContent)]),
  );
  return Object.fromEntries(pairs);
}

const link = (parts: Record<string, string>): string =>
  `/playground/#${Object.entries(parts)
    .map(([name, text]) => `${name}=${text}`)
    .join('&')}`;

const rated = {
  a: 'failureRateThreshold:0.6,minimumCalls:10,retryTimeout:5000',
  traffic: 'steady',
  rate: '8',
  latency: '120',
  broken: '1',
  noise: '0',
  limit: '3000',
  service: '6000:errors,20000:well',
};

describe('a link', () => {
  test('restores settings, traffic, service, time and pause, and the page writes the same link', async () => {
    const hash =
      'a=slowCallDuration:900&b=rollingWindow:20 calls,minimumCalls:5&rate=12&latency=80&limit=2000&broken=0.7&noise=0.02&traffic=random&service=4000:hang,9000:well&seed=7&t=21000&speed=30&paused=1';
    await visit(`/playground/#${encodeURI(hash)}`, {}, async (page) => {
      await playedTo(page, 21_000);
      expect(await page.inputValue('#set-slowCallDuration')).toBe('900');
      expect(await page.inputValue('#number-rate')).toBe('12');
      expect(await page.inputValue('#pattern')).toBe('random');
      expect(await page.locator('[data-state]').count()).toBe(2);
      await page.getByRole('group', { name: 'Settings of' }).getByText('B').click();
      expect(await page.inputValue('#set-rollingWindow')).toBe('20 calls');
      await page.getByRole('button', { name: 'Copy link' }).click();
      await page.getByText('The link is copied.').waitFor();
      const copied = await page.evaluate(() => navigator.clipboard.readText());
      expect(decodeURIComponent(copied.split('#')[1] as string)).toBe(hash);
    });
  });

  test('with parts that nobody can read says so, and shows the rest', async () => {
    const bad = link({
      rate: 'abc',
      traffic: 'wild',
      service: '5:boom',
      seed: '-1',
      t: '12000',
      speed: '7',
      paused: '1',
      nonsense: '1',
    });
    await visit(bad, {}, async (page) => {
      await playedTo(page, 12_000);
      const complaint = await page.getByRole('alert').first().innerText();
      for (const words of ['rate=abc', 'traffic=wild', '5:boom', 'seed=-1', 'speed=7', 'nonsense'])
        expect(complaint).toContain(words);
    });
  });

  test('with an option that the library does not know shows what the library says', async () => {
    const said = messageOf({ failureThreshhold: 3 } as CircuitBreakerOptions);
    await visit(link({ a: 'failureThreshhold:3', t: '3000', paused: '1' }), {}, async (page) => {
      await playedTo(page, 3_000);
      expect(await page.locator('.fault').innerText()).toBe(said);
      expect(await page.getByRole('button', { name: 'Copy code' }).isDisabled()).toBe(true);
    });
  });
});

function messageOf(options: CircuitBreakerOptions): string {
  try {
    circuitBreaker(options);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('the library takes these options');
}

test('a bad value shows the message of the library beside the setting, and nothing can be copied', async () => {
  await visit(link({ ...rated, t: '8000', paused: '1' }), {}, async (page) => {
    await playedTo(page, 8_000);
    await page.fill('#set-failureRateThreshold', '50');
    expect(await page.locator('#set-failureRateThreshold-fault').innerText()).toBe(
      messageOf({ failureRateThreshold: 50 }),
    );
    expect(await page.getAttribute('#set-failureRateThreshold', 'aria-invalid')).toBe('true');
    expect(await page.getByRole('button', { name: 'Copy as marbles' }).isDisabled()).toBe(true);
    await page.fill('#set-failureRateThreshold', '0.5');
    await page.waitForSelector('#set-failureRateThreshold-fault', { state: 'detached' });
    expect(await page.getByRole('button', { name: 'Copy code' }).isDisabled()).toBe(false);
  });
});

describe('the figures', () => {
  test('are those of the library run by hand on the virtual time of RxJS', async () => {
    const mine = byHand(
      { failureRateThreshold: 0.6, minimumCalls: 10, retryTimeout: 5_000 },
      30_000,
    );
    await visit(link({ ...rated, t: '30000', paused: '1' }), {}, async (page) => {
      await playedTo(page, 30_000);
      expect(await figures(page)).toMatchObject(mine);
    });
    expect(mine.refused).toBeGreaterThan(0);
  });

  test('of two settings in random traffic and a hang are those of the lab outside of the page', async () => {
    const a = { slowCallDuration: 900 };
    const b = { consecutiveFailureThreshold: 3, retryTimeout: 4_000 };
    const plan: Plan = {
      traffic: poisson(12),
      service: {
        latency: lognormal({ p50: 80, p99: 240 }),
        failureRate: 0.02,
        incidents: [hang({ at: 4_000, for: 8_000 }), errors({ at: 15_000, for: 4_000, rate: 0.7 })],
      },
      clients: { timeout: 2_000 },
      duration: 25_000,
    };
    const hash = {
      a: 'slowCallDuration:900',
      b: 'consecutiveFailureThreshold:3,retryTimeout:4000',
      rate: '12',
      latency: '80',
      limit: '2000',
      broken: '0.7',
      noise: '0.02',
      traffic: 'random',
      service: '4000:hang,12000:well,15000:errors,19000:well',
      seed: '5',
      t: '25000',
      paused: '1',
    };
    await visit(link(hash), {}, async (page) => {
      await playedTo(page, 25_000);
      for (const [side, options] of [
        ['a', a],
        ['b', b],
      ] as const) {
        const { requests, answered, failed, refused, refusedInVain, letIntoBroken } = play(
          plan,
          options,
          { seed: 5 },
        ).score;
        expect(await figures(page, side)).toMatchObject({
          requests,
          answered,
          failed,
          refused,
          refusedInVain,
          letIntoBroken,
        });
      }
    });
  });

  test('are equal at x1, at x100, and jumped to', async () => {
    const at = (speed: string, t: string): Promise<Record<string, number>> =>
      visit(link({ ...rated, t, until: '20500', speed }), {}, async (page) => {
        await playedTo(page, 20_500);
        return figures(page);
      });
    const [slow, fast, jumped] = [
      await at('1', '17000'),
      await at('100', '0'),
      await at('10', '20500'),
    ];
    expect(fast).toEqual(slow);
    expect(jumped).toEqual(slow);
    expect(slow['refused']).toBeGreaterThan(0);
  });
});

/** The rated scenario, on RxJS's own virtual clock: eight calls a second, all fail from 6 s to 20 s. */
function byHand(
  options: CircuitBreakerOptions,
  until: number,
): { requests: number; answered: number; failed: number; refused: number } {
  const scheduler = new VirtualTimeScheduler();
  scheduler.maxFrames = until;
  const breaker = circuitBreaker({ ...options, scheduler });
  const tally = { requests: 0, answered: 0, failed: 0, refused: 0 };
  const source = new Observable<string>((subscriber) => {
    const begun = scheduler.now();
    const broken = begun >= 6_000 && begun < 20_000;
    return scheduler.schedule(() => {
      if (broken) subscriber.error(new Error('broken'));
      else {
        subscriber.next('ok');
        subscriber.complete();
      }
    }, 120);
  });
  for (let at = 0; at <= until; at += 125) {
    scheduler.schedule(() => {
      tally.requests++;
      source.pipe(breaker).subscribe({
        complete: () => tally.answered++,
        error: (error) => (isCircuitOpenError(error) ? tally.refused++ : tally.failed++),
      });
    }, at);
  }
  scheduler.flush();
  return tally;
}

describe('marbles', () => {
  for (const [name, parts] of Object.entries({
    'steady traffic and a rate': { ...rated, t: '30000' },
    'the defaults in random traffic': {
      traffic: 'random',
      rate: '20',
      latency: '60',
      noise: '0.05',
      broken: '0.8',
      service: '5000:errors,12000:well',
      t: '20000',
    },
    'a hang and slow calls': {
      a: 'slowCallDuration:900,retryTimeout:3000',
      traffic: 'bursts',
      rate: '6',
      latency: '200',
      limit: '2000',
      service: '4000:hang,12000:well',
      t: '20000',
    },
    'a service that is well': { t: '5000' },
  })) {
    test(`of ${name} hold in assertMarble`, async () => {
      await visit(link({ ...parts, paused: '1' }), {}, async (page) => {
        await playedTo(page, Number(parts.t));
        await page.getByRole('button', { name: 'Copy as marbles' }).click();
        await page.getByText('The marbles are copied').waitFor();
        const text = await page.evaluate(() => navigator.clipboard.readText());
        expect(text).toContain('circuitBreaker(');
        assertMarble(text);
      });
    });
  }
});

describe('by keyboard alone', () => {
  test('a visitor breaks the service, changes a setting and pauses', async () => {
    await visit(link({ rate: '8', t: '3000' }), {}, async (page) => {
      await page.waitForSelector('main[data-ready="true"]');
      await page.getByRole('button', { name: 'Pause' }).focus();
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Play', exact: true }).waitFor();
      await page.getByRole('button', { name: 'Errors' }).focus();
      await page.keyboard.press('Space');
      await page.waitForSelector('button.errors[aria-pressed="true"]');
      expect(page.url()).toContain(':errors');
      await page.getByRole('slider', { name: 'Calls a second, slider' }).focus();
      await page.keyboard.press('ArrowRight');
      await page.waitForFunction(() => !location.hash.includes('rate=8&'));
      await page.getByRole('button', { name: '+1 s' }).focus();
      for (let n = 0; n < 4; n++) await page.keyboard.press('Enter');
      await page.getByText('Opened 1', { exact: false }).first().waitFor();
    });
  });

  test('the skip link leads to the playground', async () => {
    await visit('/playground/', {}, async (page) => {
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      expect(await page.evaluate(() => document.activeElement?.id)).toBe('play');
    });
  });
});

test('with reduced motion the play waits for the visitor', async () => {
  await visit('/playground/', { reducedMotion: 'reduce' }, async (page) => {
    await playedTo(page, 12_000);
    await page.getByRole('button', { name: 'Play', exact: true }).waitFor();
  });
});

const scenes = [
  ['/playground/#t=14000&paused=1&service=6000:errors', 'the playground'],
  [
    '/playground/#a=failureRateThreshold:50&b=slowCallDuration:900&t=14000&paused=1',
    'the playground with a fault and two settings',
  ],
  ['/', 'the home page'],
  ['/guide/', 'the guide'],
  ['/guide/choosing.html', 'choosing settings'],
  ['/marbles/02-excess.html', 'a chapter of marbles'],
  ['/switch/', 'switching'],
  ['/guide/processes.html', 'several processes'],
  ['/guide/compare.html', 'the comparison'],
  ['/api/rxjs-circuit-breaker/functions/circuitBreaker.html', 'the reference'],
] as const;

describe('every reader can use', () => {
  for (const [path, name] of scenes) {
    test(`${name}: axe finds nothing in light, dark and on a phone, and nothing overflows a phone`, async () => {
      for (const options of [
        { colorScheme: 'light' },
        { colorScheme: 'dark' },
        { viewport: phone },
      ] as const) {
        await visit(path, { ...options, bypassCSP: true }, async (page) => {
          if (path.startsWith('/playground')) await playedTo(page, 14_000);
          await page.waitForLoadState('networkidle');
          await page.evaluate(axe);
          const found = await page.evaluate(async () => {
            const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
            const { violations } = await (
              window as unknown as {
                axe: {
                  run(
                    context: Document,
                    options: object,
                  ): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
                };
              }
            ).axe.run(document, { runOnly: tags });
            return violations.map(
              ({ id, nodes }) =>
                `${id}: ${nodes
                  .slice(0, 3)
                  .map(({ html }) => html.slice(0, 160))
                  .join(' ')}`,
            );
          });
          expect([JSON.stringify(options), ...found]).toEqual([JSON.stringify(options)]);
          if ('viewport' in options) {
            expect(
              await page.evaluate(() => document.documentElement.scrollWidth),
            ).toBeLessThanOrEqual(phone.width);
          }
        });
      }
    });
  }
});

test('no page of the guide overflows a phone', async () => {
  const guide = readdirSync(join(import.meta.dirname, '../dist/guide'));
  const others = ['/marbles/', '/api/', '/api/rxjs-circuit-breaker/interfaces/CircuitBreaker.html'];
  const long = `/playground/#a=${'x'.repeat(500)}`;
  for (const path of [...guide.map((name) => `/guide/${name}`), ...others, long]) {
    await visit(path, { viewport: phone }, async (page) => {
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      expect([path, width]).toEqual([path, phone.width]);
    });
  }
});
