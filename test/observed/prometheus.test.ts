import { type ChildProcess, execFileSync, fork, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { alerts, panels } from '../../observability/queries.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const rules = here('../../observability/prometheus-alerts.yaml');

/** Runs promtool, and says how to come by it where it is missing. */
function promtool(args: readonly string[], input = ''): { status: number | null; output: string } {
  const { error, status, stdout, stderr } = spawnSync('promtool', args, {
    input,
    encoding: 'utf8',
  });
  if (error) throw new Error(missing('promtool'), { cause: error });
  return { status, output: stdout + stderr };
}

function missing(program: string): string {
  return `${program} is missing: apt-get install -y --no-install-recommends prometheus`;
}

describe('promtool', () => {
  test('finds nothing in the alert rules', () => {
    expect(promtool(['check', 'rules', rules])).toMatchObject({ status: 0 });
  });

  test('sees each alert fire when it has to, and not else', () => {
    const { status, output } = promtool(['test', 'rules', here('alerts.test.yaml')]);
    expect(output).toContain('SUCCESS');
    expect(status).toBe(0);
  });
});

/** A port that is free now. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('a real Prometheus that scrapes a real process', () => {
  let shop: ChildProcess;
  let prometheus: ChildProcess;
  let metrics: string;
  let api: string;
  let folder: string;

  interface Sample {
    readonly metric: Record<string, string>;
    readonly value: [number, string];
  }

  async function ask<T>(path: string): Promise<T> {
    const answer = await fetch(`${api}${path}`);
    const { data, error } = (await answer.json()) as { data: T; error?: string };
    if (error !== undefined) throw new Error(error);
    return data;
  }

  async function query(text: string): Promise<Sample[]> {
    const { result } = await ask<{ result: Sample[] }>(`query?query=${encodeURIComponent(text)}`);
    return result;
  }

  beforeAll(async () => {
    try {
      execFileSync('prometheus', ['--version'], { stdio: 'ignore' });
    } catch (error) {
      throw new Error(missing('prometheus'), { cause: error });
    }
    shop = fork(here('shop.mjs'));
    const { port } = await new Promise<{ port: number }>((resolve, reject) => {
      shop.once('message', resolve as never);
      shop.once('exit', (code) => reject(new Error(`the shop ended with ${code}`)));
    });
    metrics = `http://127.0.0.1:${port}/metrics`;
    folder = mkdtempSync(join(tmpdir(), 'prometheus-'));
    const config = join(folder, 'prometheus.yml');
    writeFileSync(
      config,
      JSON.stringify({
        global: { scrape_interval: '1s', evaluation_interval: '1s' },
        rule_files: [rules],
        scrape_configs: [
          { job_name: 'shop', static_configs: [{ targets: [`127.0.0.1:${port}`] }] },
        ],
      }),
    );
    const own = await freePort();
    api = `http://127.0.0.1:${own}/api/v1/`;
    prometheus = spawn(
      'prometheus',
      [
        `--config.file=${config}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${own}`,
      ],
      { stdio: 'ignore' },
    );
    // until the service was down, and well again
    await vi.waitFor(
      async () => {
        const tripped = 'circuit_breaker_transitions_total{name="payments", state="closed"} >= 2';
        expect(await query(tripped)).toHaveLength(1);
      },
      { timeout: 50_000, interval: 500 },
    );
  });

  afterAll(async () => {
    for (const process of [prometheus, shop]) {
      if (!process || process.exitCode !== null) continue;
      const ended = new Promise((resolve) => process.once('exit', resolve));
      process.kill();
      await ended;
    }
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  test('promtool finds nothing in the page of metrics', async () => {
    const text = await (await fetch(metrics)).text();
    expect(text).toContain('circuit_breaker_calls_total');
    expect(promtool(['check', 'metrics'], text)).toEqual({ status: 0, output: '' });
  });

  test('every sample of the page is taken', async () => {
    type Target = { health: string; lastError: string };
    const targets = await ask<{ activeTargets: Target[] }>('targets');
    expect(targets.activeTargets).toMatchObject([{ health: 'up', lastError: '' }]);
    const found = await query('count({__name__=~"circuit_breaker_.*", name="payments"})');
    const durations = 5 * 14; // outcomes, each with eleven buckets, infinity, sum and count
    expect(Number(found[0]?.value[1])).toBe(24 + durations);
  });

  const queries = panels.flatMap(({ title, queries }) =>
    queries.map(({ expr, legend }) => [`${title}: ${legend}`, expr] as const),
  );

  test.each(queries)('the panel "%s" has an answer', async (_, expr) => {
    const text = expr
      .replaceAll('$__rate_interval', '20s')
      .replaceAll(/\$(job|instance|name)/g, '.*');
    const found = await query(text);
    expect(found.length).toBeGreaterThan(0);
    for (const { value } of found) expect(Number(value[1])).toSatisfy(Number.isFinite);
  });

  test('the panels say what happened', async () => {
    const value = async (text: string): Promise<number> => {
      const [sample] = await query(text);
      return Number(sample?.value[1]);
    };
    expect(
      await value('max_over_time(circuit_breaker_state{name="payments", state="open"}[1m])'),
    ).toBe(1);
    expect(await value('circuit_breaker_state{name="ledger", state="isolated"}')).toBe(1);
    expect(
      await value('circuit_breaker_time_seconds_total{name="payments", state="open"}'),
    ).toBeGreaterThan(1);
    expect(
      await value('circuit_breaker_calls_total{name="payments", outcome="rejected"}'),
    ).toBeGreaterThan(10);
    expect(await value('circuit_breaker_active_calls{name="hosts"}')).toBeGreaterThan(0);
    expect(await value('sum(circuit_breaker_state{name="hosts"})')).toBe(3);
    expect(await value('circuit_breaker_slow_calls_total{name="hosts"}')).toBeGreaterThan(0);
  });

  test('the alert rules are evaluated without an error', async () => {
    type Rule = { name: string; health: string; lastError?: string };
    await vi.waitFor(
      async () => {
        const { groups } = await ask<{ groups: { rules: Rule[] }[] }>('rules');
        const found = groups.flatMap((group) => group.rules);
        expect(found.map(({ name }) => name)).toEqual(alerts.map(({ name }) => name));
        for (const { health } of found) expect(health).toBe('ok');
      },
      { timeout: 30_000 },
    );
  });
});
