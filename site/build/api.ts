import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Application } from 'typedoc';
import { entries } from '../../entries.ts';

const root = join(import.meta.dirname, '../..');

/** Writes the reference of every entry from the doc comments. */
export async function buildApi(out: string): Promise<void> {
  const app = await Application.bootstrapWithPlugins({
    entryPoints: entries.map(({ source }) => join(root, source)),
    tsconfig: join(root, 'tsconfig.json'),
    basePath: join(root, 'src'),
    plugin: ['typedoc-plugin-markdown', 'typedoc-vitepress-theme'],
    readme: 'none',
    sortEntryPoints: false,
    out: join(out, 'api'),
    disableSources: true,
    excludeInternal: true,
    excludePrivate: true,
    excludeExternals: true,
    githubPages: false,
    logLevel: 'Error',
    ...{
      entryFileName: 'index.md',
      docsRoot: out,
      hidePageHeader: true,
      hideBreadcrumbs: true,
      useCodeBlocks: true,
      expandObjects: false,
      parametersFormat: 'table',
      interfacePropertiesFormat: 'list',
      pageTitleTemplates: { member: '{name}', module: '{name}' },
    },
  });
  const project = await app.convert();
  if (project === undefined) throw new Error('typedoc found no project');
  for (const module of project.children ?? []) {
    const entry = entries.find(
      ({ folder }) => module.name === (folder ?? 'index') || module.name === `${folder}/index`,
    );
    if (entry !== undefined) module.name = entry.folder ?? entry.specifier;
  }
  await app.generateOutputs(project);
}

/** What an entry is for; an entry that is missing here stands in the table without words. */
const purposes: Readonly<Record<string, string>> = {
  index: 'the breaker, breakers by key, operators beside it',
  testing: 'marbles, virtual time',
  lab: 'traffic, incidents, comparisons, tuning',
  angular: 'interceptor, providers, signals',
  nestjs: 'module, decorator, filter, health',
  prometheus: 'totals as Prometheus metrics',
  opentelemetry: 'totals as OpenTelemetry metrics',
  dashboard: 'a live page for development',
  redis: 'several processes, one verdict',
};

/** Writes the table of entries into the page of the reference. */
export function buildApiPage(out: string): void {
  const page = join(out, 'api/index.md');
  const rows = entries.map(({ folder, name, specifier }) => {
    const address = `./${folder ?? specifier}/index.md`;
    const there = existsSync(join(out, 'api', address));
    return `| ${there ? `[\`${specifier}\`](${address})` : `\`${specifier}\``} | ${purposes[name] ?? ''} |`;
  });
  const table = `| entry | for |\n|---|---|\n${rows.join('\n')}`;
  writeFileSync(
    page,
    readFileSync(page, 'utf8').replace('<!-- entries -->', () => table),
  );
}
