// Serves the built app and a backend whose moods can be set: GET /mood/down, GET /mood/up.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';

const files = new URL('./dist/browser/', import.meta.url);
const types = { html: 'text/html', js: 'text/javascript', css: 'text/css' };
const orders = [
  { id: 1001, item: 'Tea, 500 g' },
  { id: 1002, item: 'Kettle' },
  { id: 1003, item: 'Two cups' },
];

export function makeServer() {
  const backend = { down: false, calls: 0 };
  const server = createServer(async ({ url = '/' }, response) => {
    const { pathname } = new URL(url, 'http://localhost');
    if (pathname.startsWith('/mood/')) {
      backend.down = pathname === '/mood/down';
      response.end(`the backend is ${backend.down ? 'down' : 'up'}\n`);
    } else if (pathname === '/api/orders') {
      backend.calls++;
      response.writeHead(backend.down ? 503 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(backend.down ? { error: 'down' } : orders));
    } else {
      const name = /^\/([\w-]+\.(\w+))$/.exec(pathname) ?? ['', 'index.html', 'html'];
      const body = await readFile(new URL(name[1], files)).catch(() => null);
      response.writeHead(body === null ? 404 : 200, {
        'content-type': types[name[2]] ?? 'application/octet-stream',
      });
      response.end(body);
    }
  });
  return { server, backend };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { server, backend } = makeServer();
  server.listen(4200, '127.0.0.1', () => {
    console.log('http://127.0.0.1:4200, up and down in turns of ten seconds');
    setInterval(() => {
      backend.down = !backend.down;
    }, 10_000);
  });
}
