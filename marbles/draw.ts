// Draws every claim here, and writes the gallery: `npm run marbles`. With files for arguments, it prints
// what really happens in them instead, for the author of a new claim to check and adopt.
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

// Node strips the types of our sources itself; only the names of the files are another matter.
registerHooks({
  resolve(specifier, context, next) {
    const source = context.parentURL?.endsWith('.ts') && specifier.startsWith('.');
    return next(source ? specifier.replace(/\.js$/, '.ts') : specifier, context);
  },
});

const { printMarble } = await import('../src/testing/index.ts');
for (const file of process.argv.slice(2)) {
  console.log(printMarble(readFileSync(file, 'utf8'), { file }));
}
