import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { check } from './table.ts';
import { checkDeclarations, dom } from './types.ts';
import { openTelemetryVersions, typescriptVersions } from './versions.ts';
import { consumer, manifest, run } from './workspace.ts';

const program = readFileSync(join(import.meta.dirname, 'openTelemetryConsumer.ts'), 'utf8')
  .replace('../../src/opentelemetry/index.ts', `${manifest.name}/opentelemetry`)
  .replace('../../src/index.ts', manifest.name);

/** The OpenTelemetry entry in an app of every API, and its declarations beside those of the API. */
export function checkOpenTelemetry(tarball: string): void {
  for (const { api, sdk } of openTelemetryVersions) {
    const where = `API ${api}, SDK ${sdk}`;
    const packages = [`@opentelemetry/api@${api}`, `@opentelemetry/sdk-metrics@${sdk}`];
    const folder = consumer(`opentelemetry-${api}`, tarball, 'rxjs@7.8.2', ...packages);
    for (const name of ['openTelemetryApp.mjs', 'openTelemetryApp.cjs']) {
      copyFileSync(join(import.meta.dirname, name), join(folder, name));
      check(`metrics, ${name}`, where, () => run(process.execPath, [name], folder));
    }
    checkDeclarations(
      folder,
      where,
      typescriptVersions.slice(-2),
      { 'nodenext, DOM': { module: 'nodenext', files: ['esm.mts', 'cjs.cts'], ...dom } },
      () => program,
    );
  }
}
