import { join } from 'node:path';

// Builds the site and serves it to this machine: `node serve.ts`, on port 4173 or on PORT.
await import('./build.ts');
const { serveFolder } = await import('./build/server.ts');
const { address } = await serveFolder(
  join(import.meta.dirname, 'dist'),
  Number(process.env['PORT'] ?? 4_173),
);
console.log(`The site is at ${address}/ until Ctrl+C`);
