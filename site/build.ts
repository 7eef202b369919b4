import { cpSync, rmSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { build } from 'vitepress';

// Makes the pages in generated/, then the static files in dist/.

// Node strips the types of our sources itself; only the names of the files are another matter.
registerHooks({
  resolve(specifier, context, next) {
    const source =
      /\/(src|marbles)\/.*\.ts$/.test(context.parentURL ?? '') && specifier.startsWith('.');
    return next(source ? specifier.replace(/\.js$/, '.ts') : specifier, context);
  },
});

const { buildApi, buildApiPage } = await import('./build/api.ts');
const { buildGallery } = await import('./build/gallery.ts');
const { buildPages } = await import('./build/pages.ts');
const { buildSwitchPage } = await import('./build/switchPage.ts');
const { buildPlayground } = await import('./build/playground.ts');

const here = import.meta.dirname;
const generated = join(here, 'generated');
rmSync(generated, { recursive: true, force: true });
cpSync(join(here, 'public'), join(generated, 'public'), { recursive: true });
await buildApi(generated);
buildPages(generated);
buildGallery(generated);
buildSwitchPage(generated);
buildApiPage(generated);
await buildPlayground(join(generated, 'public/playground'));
await build(here);
