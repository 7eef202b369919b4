// Drives the two services through an outage, and looks at what a client, a load balancer and an operator see.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { start } from './dist/main.js';
import { WarehouseController } from './dist/warehouse.js';

const logged = [];
const note = (message, context) => context === 'CircuitBreaker' && logged.push(message);
const logger = {
  log: note,
  warn: note,
  error: (error) => error.isAxiosError || console.error(error),
};
const { shop, other } = await start({ ports: { shop: 0, http: 0, tcp: 0 }, logger });
const url = await shop.getUrl();
const warehouse = other.get(WarehouseController);
const get = (path) => fetch(`${url}${path}`);
const metrics = async (name) =>
  (await (await get('/metrics')).json()).find((circuit) => circuit.name === name);

assert.equal(await (await get('/left/tea')).text(), '7');
assert.deepEqual(await (await get('/price/tea')).json(), { item: 'tea', euros: 4.5 });
assert.equal((await (await get('/health')).json()).status, 'ok');
console.log('closed: stock by HTTP, prices by TCP, health is ok');

for (let i = 0; i < 12; i++) await get('/left/unicorns');
const { state, ignored } = await metrics('stock');
assert.deepEqual([state, ignored], ['closed', 12]);
console.log('closed: twelve 404s open nothing');

warehouse.sick = true;
for (let i = 0; i < 3; i++) assert.equal((await get('/left/tea')).status, 500);
const asked = warehouse.asked;
const refused = await get('/left/tea');
assert.equal(refused.status, 503);
assert.equal(refused.headers.get('Retry-After'), '1');
const { code, retryAfter } = await refused.json();
assert.equal(code, 'ECIRCUITOPEN');
assert.ok(retryAfter > 0 && retryAfter <= 1_000);
assert.equal(warehouse.asked, asked, 'the sick service is left alone');
assert.equal((await get('/price/tea')).status, 200, 'prices have a circuit of their own');
console.log('open: 503 with Retry-After, the sick service is left alone, prices still come');

const health = await get('/health');
const { status, info } = await health.json();
assert.deepEqual([health.status, status, info.circuits.status], [200, 'degraded', 'degraded']);
assert.equal(info.circuits.circuits.stock.state, 'open');
console.log('open: health is degraded, and the shop stays in service');

warehouse.sick = false;
const deadline = Date.now() + 20_000;
for (;;) {
  const answer = await get('/left/tea');
  if (answer.status === 200) break;
  assert.equal(answer.status, 503);
  assert.ok(Date.now() < deadline, 'the circuit closes');
  const { retryAfter } = await answer.json();
  await new Promise((resolve) => setTimeout(resolve, retryAfter));
}
const { failures, rejected, transitions } = await metrics('stock');
assert.equal(failures, 3);
assert.ok(rejected >= 1);
assert.deepEqual([transitions.open, transitions.closed], [1, 1]);
assert.equal((await (await get('/health')).json()).status, 'ok');
console.log('closed: the stock is back, health is ok');

for (const line of logged) console.log(`  logged: ${line}`);
assert.match(
  logged[0],
  /^stock: closed -> open for \d+ ms \(consecutive-failures, "Request failed with status code 500"\)$/,
);
assert.match(logged.at(-1), /^stock: half-open -> closed$/);

const lines = readFileSync(new URL('src/shop.ts', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => /circuit/i.test(line) && !line.startsWith('//')).length;
for (const page of ['README.md', '../../site/pages/guide/nestjs.md']) {
  const text = readFileSync(new URL(page, import.meta.url), 'utf8');
  assert.equal(Number(/(\d+) lines speak/.exec(text)?.[1]), lines, `${page} counts the lines`);
}
console.log(`${lines} lines of the shop speak of circuits`);

await shop.close();
await other.close();
const timers = process.getActiveResourcesInfo().filter((name) => name === 'Timeout');
assert.deepEqual(timers, [], 'no timer is left');
