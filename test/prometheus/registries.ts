import * as successor from '@prometheus-io/client';
import * as promClient15 from 'prom-client';
import * as promClient14 from 'prom-client-14';
import type { MetricRegistry } from '../../src/prometheus/index.ts';

/** What the tests ask of a registry beside what the library asks. */
export interface TestRegistry extends MetricRegistry {
  metrics(): Promise<string>;
  getMetricsAsJSON(): Promise<object[]>;
  resetMetrics(): void;
  clear(): void;
  setDefaultLabels(labels: object): void;
}

type Maker = { new (): TestRegistry & { setContentType?(type: string): void } };

function openMetrics(Registry: Maker & { OPENMETRICS_CONTENT_TYPE: string }): TestRegistry {
  const registry = new Registry();
  registry.setContentType?.(Registry.OPENMETRICS_CONTENT_TYPE);
  return registry;
}

/** Every registry that the library is said to work with. */
export const registries: [name: string, make: () => TestRegistry][] = [
  ['prom-client 14', () => new promClient14.Registry()],
  ['prom-client 15', () => new promClient15.Registry()],
  ['prom-client 15 in OpenMetrics mode', () => openMetrics(promClient15.Registry)],
  ['@prometheus-io/client', () => new successor.Registry()],
  ['@prometheus-io/client in OpenMetrics mode', () => openMetrics(successor.Registry)],
];

/** The samples of a scrape: `name{label="value"}` with the labels in order of their names, and the value. */
export async function scrape(registry: TestRegistry): Promise<Record<string, number>> {
  const samples: [string, number][] = [];
  for (const line of (await registry.metrics()).split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const [, name, labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(
      line,
    ) as unknown as string[];
    const parts = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)];
    const sorted = parts.map(([, label, text]) => `${label}="${text}"`).sort();
    samples.push([`${name}{${sorted.join()}}`, Number(value)]);
  }
  const found = Object.fromEntries(samples);
  if (Object.keys(found).length !== samples.length) throw new Error('a series is there twice');
  return found;
}
