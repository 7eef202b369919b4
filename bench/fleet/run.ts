// A fleet of four processes at 1,000 calls a second each, measured through an outage, a recovery, and a store that is
// frozen and killed. Prints a table. Run by `npm run fleet`; takes a minute and a half and uses the loopback only.
// `npm run fleet -- --simulate` plays fleets of up to 1,000 processes in virtual time instead.
import { bundled, Fleet } from '../../test/redis/fleet/fleet.ts';
import { RedisServer, Wire } from '../../test/redis/fleet/server.ts';
import { until } from '../../test/redis/fleet/until.ts';

const PROCESSES = 4;
const RATE = 1_000;
const ROUNDS = Number(process.argv[2] ?? 12);

const rows: [what: string, measured: string][] = [];

function row(what: string, measured: string): void {
  rows.push([what, measured]);
  console.log(`${what.padEnd(78)} ${measured}`);
}

function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

const spread = (values: readonly number[]) =>
  `p50 ${quantile(values, 0.5).toFixed(1)} ms, p95 ${quantile(values, 0.95).toFixed(1)} ms (${values.length} openings)`;

async function commands(server: RedisServer): Promise<number> {
  const stats = await server.ask('INFO', 'commandstats');
  const of = (name: string) =>
    Number(new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
  return of('evalsha') + of('eval');
}

const rest = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));

/** From the call that made the joint evidence enough to the last process that is open. */
async function crossing(delay: number): Promise<number[]> {
  await using server = await RedisServer.start();
  await using wire = await Wire.start(server.port, delay);
  const breaker = { failureRateThreshold: 0.5, minimumCalls: 100, retryTimeout: 10_000 };
  const port = delay === 0 ? server.port : wire.port;
  await using fleet = await Fleet.start(PROCESSES, { port, breaker });
  await fleet.ready();
  const times: number[] = [];
  for (let round = 0; round < ROUNDS * 2; round++) {
    await fleet.each('reset');
    await fleet.allAre('closed');
    await rest(1_100);
    await fleet.each('clear');
    // each process a quarter of the failures, one a millisecond, so that no process has enough for its own rule
    await fleet.each('traffic', { rate: RATE / 4, failing: 1 });
    await rest(600); // nobody asks the processes meanwhile: questions cost time
    await fleet.allAre('open');
    await fleet.each('traffic', { rate: 0, failing: 0 });
    const changes = (await fleet.changes()).filter(({ to }) => to === 'open');
    const crossed = (await fleet.each('failures')).flat().sort((a, b) => a - b)[99] as number;
    times.push(Math.max(...changes.map(({ at }) => at)) - crossed);
  }
  return times;
}

/** Outages of a service with steady traffic: openings, probes, and commands of the store. */
async function outages(): Promise<void> {
  await using server = await RedisServer.start();
  const breaker = {
    failureRateThreshold: 0.5,
    minimumCalls: 100,
    rollingWindow: 2_000,
    retryTimeout: 500,
    successThreshold: 1,
  };
  await using fleet = await Fleet.start(PROCESSES, { port: server.port, breaker });
  await fleet.ready();
  for (const failing of [0, 0.1, 0.3, 0.45]) {
    await fleet.each('traffic', { rate: RATE, failing });
    await rest(3_000);
    const before = await commands(server);
    const start = performance.now();
    await rest(5_000);
    const rate = ((await commands(server)) - before) / ((performance.now() - start) / 1_000);
    row(
      `scripts a second, ${PROCESSES} x ${RATE} calls/s, ${failing * 100} % fail`,
      rate.toFixed(1),
    );
  }
  const late: number[] = [];
  const probes: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await fleet.each('traffic', { rate: RATE, failing: 0 });
    await fleet.allAre('closed');
    await rest(2_500);
    await fleet.each('clear');
    await fleet.each('traffic', { rate: RATE, failing: 1 });
    await fleet.allAre('open');
    const opened = (await fleet.changes()).filter(({ to }) => to === 'open');
    const times = opened.map(({ at }) => at);
    late.push(Math.max(...times) - Math.min(...times));
    await fleet.each('traffic', { rate: RATE, failing: 0, takes: 20 });
    await fleet.each('clear');
    await fleet.allAre('closed');
    probes.push((await fleet.tally()).probes);
  }
  row('sudden outage: first to last process open', spread(late));
  row(
    'probes per half-open, 4 processes, 1 to close',
    `${Math.min(...probes)} to ${Math.max(...probes)}`,
  );
}

/** The store is frozen, thawed, killed and started again under traffic. */
async function failures(): Promise<void> {
  await using server = await RedisServer.start();
  await using fleet = await Fleet.start(PROCESSES, { port: server.port });
  await fleet.ready();
  await fleet.each('traffic', { rate: RATE, failing: 0.02 });
  await rest(2_000);
  await fleet.each('clear');
  const inTouch = (yes: boolean) =>
    fleet.agree(
      yes ? 'is in touch' : 'is alone',
      async (peer) => (await peer.ask('snapshot'))?.inTouch === yes,
    );
  server.freeze();
  await inTouch(false);
  row('slowest call while the store is frozen', `${(await fleet.tally()).slowest.toFixed(1)} ms`);
  let since = performance.now();
  server.thaw();
  await inTouch(true);
  row('all in touch again after it goes on', `${(performance.now() - since).toFixed(0)} ms`);
  await fleet.each('clear');
  await server.kill();
  await inTouch(false);
  row('slowest call while the store is killed', `${(await fleet.tally()).slowest.toFixed(1)} ms`);
  await server.restart();
  since = performance.now();
  await inTouch(true);
  row(
    'all in touch again after it is started anew',
    `${(performance.now() - since).toFixed(0)} ms`,
  );
  await until('the store has evidence', async () =>
    (await server.ask('KEYS', '*evidence*')).includes('evidence'),
  );
  const keys = (await server.ask('KEYS', '*')).split('\r\n').filter((line) => line.startsWith('{'));
  let bytes = 0;
  for (const key of keys) {
    bytes += Number((await server.ask('MEMORY', 'USAGE', key, 'SAMPLES', '0')).slice(1));
  }
  row('memory of the store for one circuit, all keys', `${bytes} bytes (${keys.length} keys)`);
}

/** What a shared breaker adds to a call. */
async function cost(): Promise<void> {
  await using server = await RedisServer.start();
  await using fleet = await Fleet.start(1, { port: server.port });
  const [times = []] = await fleet.each('cost', 1_000);
  row(
    'a call by acquire(): shared / not shared / not shared again',
    times.map((it) => `${it.toFixed(1)} ns`).join(' / '),
  );
}

// the servers end with this process, also when somebody stops it
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
if (process.argv.includes('--simulate')) {
  const { simulate } = await import(await bundled('bench/fleet/simulate.ts'));
  await simulate();
  process.exit(0);
}
await cost();
row('crossing -> all open, 4 processes, loopback', spread(await crossing(0)));
row('the same, 10 ms round trip', spread(await crossing(5)));
await outages();
await failures();
console.log(`\n| | measured |\n|---|---|\n${rows.map((it) => `| ${it.join(' | ')} |`).join('\n')}`);
process.exit(0);
