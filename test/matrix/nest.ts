import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { check } from './table.ts';
import { nestVersions } from './versions.ts';
import { consumer, manifest, run, tool } from './workspace.ts';

const program = readFileSync(join(import.meta.dirname, 'nestApp.ts'), 'utf8')
  .replace('../../src/nestjs/index.ts', `${manifest.name}/nestjs`)
  .replace('../../src/index.ts', manifest.name);

/** What the starters of Nest have in their tsconfig.json. */
const starter = {
  target: 'es2022',
  strict: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  esModuleInterop: true,
  skipLibCheck: true,
  types: ['node'],
};

/** The Nest entry in an app of every Nest major, made as its starters make it: on Express and on Fastify. */
export function checkNest(tarball: string): void {
  const { devDependencies } = manifest;
  for (const { nest, terminus, axios, typescript, resolutions } of nestVersions) {
    const parts = [
      'common',
      'core',
      'microservices',
      'platform-express',
      'platform-fastify',
      'testing',
    ];
    const folder = consumer(
      `nest-${nest}`,
      tarball,
      'rxjs@7.8.2',
      ...parts.map((name) => `@nestjs/${name}@${nest}`),
      `@nestjs/terminus@${terminus}`,
      `@nestjs/axios@${axios}`,
      `@types/node@${devDependencies['@types/node']}`,
      `axios@${devDependencies['axios']}`,
      `reflect-metadata@${devDependencies['reflect-metadata']}`,
    );
    const tsc = tool(`typescript@${typescript}`, 'node_modules/typescript/bin/tsc');
    for (const [title, { type, ...resolution }] of Object.entries(resolutions)) {
      const project = join(folder, title.replaceAll(/\W+/g, '-'));
      mkdirSync(project);
      writeFileSync(join(project, 'package.json'), JSON.stringify({ type }));
      const compilerOptions = { ...starter, ...resolution };
      writeFileSync(
        join(project, 'tsconfig.json'),
        JSON.stringify({ compilerOptions, files: ['app.ts'] }),
      );
      writeFileSync(join(project, 'app.ts'), program);
      const where = `Nest ${nest}, ${title}`;
      check(`an app, compiled by TypeScript ${typescript}`, where, () =>
        run(process.execPath, [tsc, '-p', project]),
      );
      for (const adapter of ['express', 'fastify']) {
        check(`an app on ${adapter}`, where, () =>
          run(process.execPath, ['app.js', adapter, terminus], project),
        );
      }
    }
  }
}
