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
    out: join(out, 'api'),
    disableSources: true,
    excludeInternal: true,
    excludePrivate: true,
    excludeExternals: true,
    githubPages: false,
    logLevel: 'Error',
    ...{
      entryFileName: 'reference.md',
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
    const entry = entries.find(({ folder }) => module.name === (folder === null ? 'index' : `${folder}/index`) || module.name === folder);
    if (entry !== undefined) module.name = entry.specifier;
  }
  await app.generateOutputs(project);
}
