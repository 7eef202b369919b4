import axe from 'axe-core';
import type { Browser, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { circuitBreaker, circuitBreakers } from '../../src/index.ts';
import { type Served, serve } from '../dashboard/shop.ts';
import { begin, fail, succeed } from '../telemetry/calls.ts';
import { launch } from './chromium.ts';

const trips = { consecutiveFailureThreshold: 3, retryTimeout: 30_000 } as const;

let browser: Browser;
let served: Served;
beforeAll(async () => {
  browser = await launch();
});
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  await served.close();
});
afterAll(() => browser.close());

/** A shop with a breaker in each state. */
function shop() {
  const [payments, search, mail, ledger] = ['payments', 'search', 'mail', 'ledger'].map((name) =>
    circuitBreaker({ name, ...trips }),
  ) as [ReturnType<typeof circuitBreaker>, ...ReturnType<typeof circuitBreaker>[]];
  const hosts = circuitBreakers({ ...trips, retryTimeout: 0, maxProbes: 1, successThreshold: 1 });
  fail(payments, 3);
  succeed(search as never, 5);
  (mail as typeof payments).isolate();
  (ledger as typeof payments).disable();
  fail(hosts.get('<img src=x onerror=alert(1)>'), 3); // open for no time, so half-open
  begin(hosts.get('<img src=x onerror=alert(1)>'));
  return { payments, search, mail, ledger, hosts } as {
    payments: typeof payments;
    search: typeof payments;
    mail: typeof payments;
    ledger: typeof payments;
    hosts: typeof hosts;
  };
}

async function look(
  sources: Parameters<typeof serve>[0],
  look: Parameters<Browser['newPage']>[0] = {},
  options: Parameters<typeof serve>[1] = {},
): Promise<{ page: Page; complaints: string[] }> {
  served = await serve(sources, { every: 500, ...options });
  const page = await browser.newPage(look);
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('dialog', (dialog) => complaints.push(dialog.message()));
  await page.goto(served.url);
  await page.locator('tbody tr').first().waitFor();
  return { page, complaints };
}

function texts(page: Page, selector: string): Promise<string[]> {
  return page.locator(selector).allInnerTexts();
}

describe('the page', () => {
  test('shows each breaker, first what is not closed, and runs nothing that a key says', async () => {
    const { page, complaints } = await look(shop());
    expect(await texts(page, 'tbody th')).toEqual([
      'payments',
      'hosts <img src=x onerror=alert(1)>',
      'mail',
      'ledger',
      'search',
    ]);
    const states = await texts(page, 'tbody .pill');
    expect(states[0]).toMatch(/^open (2\d|30) s$/);
    expect(states.slice(1)).toEqual(['half-open', 'isolated', 'disabled', 'closed']);
    expect(await page.locator('#summary').innerText()).toBe('4 of 5 not closed');
    expect(await page.title()).toBe('(4) Circuit breakers');
    expect(await page.locator('tbody tr').nth(1).locator('td').last().innerText()).toBe('1');
    expect(complaints).toEqual([]);
  });

  test('counts the open time down between two pictures', async () => {
    const sources = shop();
    const { page } = await look(sources, {}, { every: 60_000 });
    const state = page.locator('tbody .pill').first();
    const before = Number.parseInt((await state.innerText()).slice(5), 10);
    await vi.waitFor(
      async () => {
        expect(Number.parseInt((await state.innerText()).slice(5), 10)).toBeLessThan(before);
      },
      { timeout: 20_000 },
    );
  });

  test('follows calls and changes as they come, and tells a screen reader', async () => {
    const sources = shop();
    const { page } = await look(sources);
    await page.getByText('Nothing has changed since this page was opened.').waitFor();
    succeed(sources.search, 10);
    fail(sources.search, 5);
    await page.locator('#changes li').first().waitFor();
    const change = await page.locator('#changes li').first().innerText();
    expect(change).toMatch(/search\s+closed\s+→\s+open\s+3 calls in a row failed/);
    expect(await page.locator('[role=status]').innerText()).toBe(
      'search is open: 3 calls in a row failed',
    );
    const strip = page.getByRole('row', { name: /^search/ }).getByRole('img');
    await vi.waitFor(
      async () => {
        const label = await strip.getAttribute('aria-label');
        expect(label).toBe('Last minute: 10 ok, 3 failed, 2 refused');
      },
      { timeout: 20_000 },
    );
    expect(await texts(page, 'tbody th')).toHaveLength(5);
    expect((await texts(page, 'tbody th')).slice(0, 2)).toEqual(['payments', 'search']);
  });

  test('can be paused by the keyboard, and then shows what came meanwhile', async () => {
    const sources = shop();
    const { page } = await look(sources);
    await page.keyboard.press('Tab');
    const button = page.getByRole('button', { name: 'Pause' });
    expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);
    await page.keyboard.press('Enter');
    fail(sources.search, 4);
    // by then the page has been sent the change, and a picture after it
    await page.evaluate(
      () =>
        new Promise<void>((resolve) => {
          const events = new EventSource('events');
          events.addEventListener('picture', ({ data }) => {
            if (!data.includes('"label":"search","state":"open"')) return;
            events.close();
            resolve();
          });
        }),
    );
    expect(await page.locator('#changes li').count()).toBe(0);
    await page.keyboard.press('Enter');
    await page.locator('#changes li').first().waitFor();
    expect((await texts(page, 'tbody th')).slice(0, 2)).toEqual(['payments', 'search']);
  });

  test('of many keys can be filtered by name', async () => {
    const hosts = circuitBreakers();
    for (let i = 0; i < 300; i++) succeed(hosts.get(`host-${i}`));
    const { page } = await look({ hosts });
    expect(await page.locator('tbody tr').count()).toBe(200);
    expect(await page.locator('#none').innerText()).toMatch(/^100 more/);
    await page.getByLabel('Filter').fill('HOST-12');
    const visible = await page.locator('tbody tr:visible').count();
    expect(visible).toBeGreaterThan(0);
    expect(visible).toBeLessThan(12);
  });

  test('says so when the process has gone, and goes on when it is back', async () => {
    const sources = shop();
    const { page } = await look(sources);
    const { port } = new URL(served.url);
    await served.close();
    await page.getByText('No connection to the process').waitFor();
    served = await serve(sources, {}, Number(port));
    await page.getByText('4 of 5 not closed').waitFor({ timeout: 60_000 });
  });

  test('says so when there is no place, and asks again', async () => {
    const sources = shop();
    served = await serve(sources, { viewers: 1 });
    const first = await browser.newPage();
    await first.goto(served.url);
    await first.getByText('not closed').waitFor();
    const second = await browser.newPage();
    await second.goto(served.url);
    await second.getByText('No connection to the process').waitFor();
    await first.close();
    await second.getByText('4 of 5 not closed').waitFor({ timeout: 60_000 });
  });

  test('shows nothing of an error, and shows what describeError says', async () => {
    const sources = shop();
    const describeError = (error: unknown): string => (error as Error).message.replace(/=.*/, '');
    const { page } = await look(sources, {}, { describeError });
    fail(sources.search, 3, new Error('password=hunter2'));
    const reason = page.locator('#changes .reason').first();
    await reason.waitFor();
    expect(await reason.innerText()).toBe('3 calls in a row failed: password');
  });
});

describe.each([
  ['light', { colorScheme: 'light', viewport: { width: 1_280, height: 900 } }],
  ['dark', { colorScheme: 'dark', viewport: { width: 1_280, height: 900 } }],
  ['on a phone', { colorScheme: 'light', viewport: { width: 390, height: 844 } }],
  ['on a phone, dark', { colorScheme: 'dark', viewport: { width: 390, height: 844 } }],
] as const)('the page %s', (_, view) => {
  test('has nothing that axe finds, and nothing wider than the screen', async () => {
    const sources = shop();
    const hosts = circuitBreakers();
    for (let i = 0; i < 10; i++)
      succeed(hosts.get(`a-host-with-a-long-name-${'x'.repeat(i * 8)}.example`));
    const { page } = await look({ ...sources, more: hosts }, view);
    fail(sources.search, 5);
    await page.locator('#changes li').first().waitFor();
    // axe reads the page while it lives, and falls over elements that have gone: it reads a picture of the page
    const still = await browser.newPage(view);
    await still.setContent((await page.content()).replace(/<script[\s\S]*?<\/script>/g, ''));
    await still.evaluate(axe.source);
    const violations = await still.evaluate(async () => {
      const { axe } = globalThis as never as {
        axe: {
          run(
            options: object,
          ): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
        };
      };
      const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
      const found = await axe.run({ runOnly: tags });
      return found.violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join()}`,
      );
    });
    expect(violations).toEqual([]);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width).toBeLessThanOrEqual(view.viewport.width);
    await still.close();
    const { SCREENSHOTS: folder } = process.env;
    if (folder)
      await page.screenshot({ path: `${folder}/${_.replace(/\W+/g, '-')}.png`, fullPage: true });
  });
});
