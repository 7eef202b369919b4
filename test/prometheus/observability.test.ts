import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { files } from '../../observability/files.ts';
import { panels } from '../../observability/queries.ts';
import { metrics } from '../../src/telemetry/metrics.ts';

test.each(Object.entries(files()))(
  '%s is made of the queries as they are: run `npm run observability`',
  (name, text) => {
    const path = new URL(`../../observability/${name}`, import.meta.url);
    expect(readFileSync(path, 'utf8')).toBe(text);
  },
);

test('every metric of the table is looked at by a panel', () => {
  const queries = panels.flatMap((panel) => panel.queries.map(({ expr }) => expr)).join('\n');
  for (const { name } of metrics) expect(queries).toContain(`circuit_breaker_${name}`);
});

test('no panel overlaps another, and none is wider than the dashboard', () => {
  const { panels: placed } = JSON.parse(files()['grafana-dashboard.json'] as string);
  const cells = new Set<string>();
  for (const { gridPos } of placed) {
    expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
      const cell = `${x} ${gridPos.y}`;
      expect(cells).not.toContain(cell);
      cells.add(cell);
    }
  }
});
