// Draws every claim here, and writes the gallery: `npm run marbles`. With files for arguments, it prints
// what really happens in them instead, for the author of a new claim to check and adopt.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

// Node strips the types of our sources itself; only the names of the files are another matter.
registerHooks({
  resolve(specifier, context, next) {
    const source = context.parentURL?.endsWith('.ts') && specifier.startsWith('.');
    return next(source ? specifier.replace(/\.js$/, '.ts') : specifier, context);
  },
});

const { claimFiles, names, picture, withGallery } = await import('./gallery.ts');
const { assertMarble, printMarble } = await import('../src/testing/index.ts');

const here = (file: string): URL => new URL(file, import.meta.url);
const wanted = process.argv.slice(2);
if (wanted.length === 0) {
  const files = claimFiles();
  for (const file of files) {
    try {
      // a claim that does not hold is not drawn: its picture would show what it denies
      assertMarble(file.text, { file: `marbles/${file.name}.marble` });
      writeFileSync(here(`${file.name}.svg`), picture(file));
    } catch (error) {
      console.error(error instanceof Error ? error.message : error);
      process.exitCode = 1;
    }
  }
  const orphans = names('.svg').filter((name) => !files.some((file) => file.name === name));
  for (const name of orphans) rmSync(here(`${name}.svg`));
  const readme = here('README.md');
  writeFileSync(readme, withGallery(readFileSync(readme, 'utf8'), files));
  console.log(`${files.length} claims`);
} else {
  for (const file of wanted) console.log(printMarble(readFileSync(file, 'utf8'), { file }));
}
