// npm runs this around `npm pack` and `npm publish`. `node release/pack.ts before` puts the README for readers of
// the registry in the place of the README; `node release/pack.ts after` puts the README back. The declarations in dist/,
// which the build has just written, get whole addresses, too, and keep them until the next build.
import {
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { Place } from './addresses.ts';
import { publishedDeclarations } from './declarations.ts';
import { publishedReadme } from './readme.ts';
import { webPage } from './repository.ts';

const page = 'README.md';
/** The README while the published one stands in its place. */
const kept = 'node_modules/.packing/README.md';

const { repository, version } = JSON.parse(readFileSync('package.json', 'utf8'));
const place: Place = {
  page: webPage(repository),
  ref: `v${version}`,
  isFolder: (path) => existsSync(path) && statSync(path).isDirectory(),
};

/** Puts the README back, unless somebody has changed the one that stands in its place. */
function restore(): void {
  if (!existsSync(kept)) return;
  const source = readFileSync(kept, 'utf8');
  if (readFileSync(page, 'utf8') === publishedReadme(source, place)) writeFileSync(page, source);
  rmSync(kept);
}

restore(); // after a pack that was cut off
if (process.argv[2] === 'before') {
  const source = readFileSync(page, 'utf8');
  mkdirSync(dirname(kept), { recursive: true });
  writeFileSync(kept, source);
  writeFileSync(page, publishedReadme(source, place));
  for (const file of globSync('dist/**/*.d.{ts,cts}')) {
    writeFileSync(file, publishedDeclarations(readFileSync(file, 'utf8'), place));
  }
}
