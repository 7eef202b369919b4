import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { check } from './table.ts';
import { checkDeclarations, dom } from './types.ts';
import { angularVersions } from './versions.ts';
import { consumer, manifest, run } from './workspace.ts';

/** Angular makes its apps in a document. */
const document = `
import { JSDOM } from 'jsdom';
const { window } = new JSDOM('<!doctype html>', { url: 'https://app.example/' });
Object.assign(globalThis, { window, document: window.document });
`;

const program = readFileSync(join(import.meta.dirname, 'angularConsumer.ts'), 'utf8')
  .replace('../../src/angular/index.ts', `${manifest.name}/angular`)
  .replace('../../src/index.ts', manifest.name);

/** The Angular entry in an app and on a server of every Angular major, and its declarations beside Angular's own. */
export function checkAngular(tarball: string): void {
  for (const { angular, zone, typescript = [] } of angularVersions) {
    const framework = [
      'core',
      'common',
      'compiler',
      'platform-browser',
      'platform-server', // up to 18 it imports the next one
      'animations',
    ].map((name) => `@angular/${name}@${angular}`);
    const jsdom = `jsdom@${manifest.devDependencies['jsdom']}`;
    const extras = zone === undefined ? [jsdom] : [jsdom, `zone.js@${zone}`];
    const folder = consumer(`angular-${angular}`, tarball, 'rxjs@7.8.2', ...framework, ...extras);
    writeFileSync(join(folder, 'document.mjs'), document);
    for (const [from, to] of [
      ['angularApp.mjs', 'app.mjs'],
      ['angularServer.mjs', 'server.mjs'],
    ] as const) {
      copyFileSync(join(import.meta.dirname, from), join(folder, to));
    }
    const first = ['./document.mjs', ...(zone === undefined ? [] : ['zone.js'])];
    const args = [...first.flatMap((module) => ['--import', module]), 'app.mjs'];
    check('an app, ES module', `Angular ${angular}`, () => run(process.execPath, args, folder));
    const timers = zone === undefined ? [] : ['--import', 'zone.js/node'];
    check('a server, ES module', `Angular ${angular}`, () =>
      run(process.execPath, [...timers, 'server.mjs'], folder),
    );
    checkDeclarations(
      folder,
      `Angular ${angular}`,
      typescript,
      {
        'nodenext, DOM': { module: 'nodenext', files: ['esm.mts'], ...dom },
        'bundler, DOM': {
          module: 'esnext',
          moduleResolution: 'bundler',
          files: ['esm.ts'],
          ...dom,
        },
      },
      () => program,
    );
  }
}
