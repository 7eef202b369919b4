// Packs the library as it would be published, and installs that.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = process.env.LIBRARY ?? fileURLToPath(new URL('../../', import.meta.url));
const npm = (cwd, ...args) =>
  execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

const packed = npm(root, 'pack', '--json', '--silent', '--pack-destination', here);
const [{ filename }] = JSON.parse(packed.slice(packed.indexOf('[\n')));
npm(here, 'install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error', `./${filename}`);
console.log(`installed ${filename}`);
