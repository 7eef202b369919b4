// Fleets of 1 to 1,000 processes in virtual time, with a shared circuit and without: the store's load, the time until
// an outage is known, the calls that reach the broken service. The library and its script are the real ones; the
// script runs in a real server, at virtual instants. Run by `npm run fleet -- --simulate`.
import { Stream } from '../../src/lab/random/index.ts';
import { RedisServer } from '../../test/redis/fleet/server.ts';
import { type Load, VirtualFleet } from '../../test/redis/fleet/virtual.ts';

const SIZES = [1, 4, 16, 100, 1_000];
const RATES = [10, 1_000];
const SEEDS = [1, 2, 3];
/** Seconds: processes start, the service is healthy, all calls fail, the service is healthy again. */
const START = 20;
const HEALTHY = 120;
const OUTAGE = 60;
const RECOVERED = 60;
/** The fraction of calls that fail while the service is healthy. */
const BACKGROUND = 0.02;
/** Milliseconds of a call. */
const TAKES = 30;
/** Milliseconds from one look at all states to the next. */
const LOOK = 100;

interface Played {
  /** The store's load by second, in the healthy time and from the onset of the outage on. */
  readonly healthy: readonly Load[];
  readonly trouble: readonly Load[];
  /** Microseconds of the server for one script. */
  readonly micros: number;
  /** Openings of processes in the healthy time. */
  readonly falseOpenings: number;
  /** Seconds from the onset until 9 of 10 processes are open. */
  readonly opened: number;
  /** Calls that the broken service got, and the probes among them. */
  readonly letIn: number;
  readonly probes: number;
  /** Seconds from the recovery until 9 of 10 processes are closed. */
  readonly closed: number;
}

async function play(
  server: RedisServer,
  size: number,
  rate: number,
  shared: boolean,
  seed: number,
): Promise<Played> {
  await using fleet = await VirtualFleet.start(server, seed);
  for (let left = size; left > 0; left--) fleet.add({}, shared ? {} : null);
  const { processes } = fleet;
  const luck = new Stream(seed, 2);
  let draw = 0;
  const onset = (START + HEALTHY) * 1_000;
  const recovery = onset + OUTAGE * 1_000;
  const end = recovery + RECOVERED * 1_000;
  let letIn = 0;
  let probes = 0;
  const arrive = () => {
    fleet.scheduler.schedule(arrive, (-Math.log(luck.at(draw++)) * 1_000) / rate);
    const process = processes[Math.floor(luck.at(draw++) * size)];
    if (process === undefined) return;
    const broken = fleet.now >= onset && fleet.now < recovery;
    const fails = luck.at(draw++) < (broken ? 1 : BACKGROUND);
    const isProbe = broken && process.breaker.state === 'half-open';
    if (!process.call(fails, TAKES) || !broken) return;
    letIn++;
    if (isProbe) probes++;
  };
  arrive();
  await fleet.play(START * 1_000);
  fleet.takeLoad();
  const openings = () =>
    processes.reduce((sum, { breaker }) => sum + breaker.totals().transitions.open, 0);
  const before = openings();
  const healthy: Load[] = [];
  while (fleet.now < onset) {
    await fleet.play(1_000);
    healthy.push(fleet.takeLoad());
  }
  const falseOpenings = openings() - before;
  const trouble: Load[] = [];
  let opened = Number.POSITIVE_INFINITY;
  let closed = Number.POSITIVE_INFINITY;
  while (fleet.now < end) {
    await fleet.play(LOOK);
    const isClosed = processes.filter(({ breaker }) => breaker.state === 'closed').length;
    const { now } = fleet;
    if (now <= recovery && isClosed * 10 <= size) opened = Math.min(opened, (now - onset) / 1_000);
    if (now > recovery && isClosed * 10 >= size * 9) {
      closed = Math.min(closed, (now - recovery) / 1_000);
    }
    if ((now - onset) % 1_000 === 0) trouble.push(fleet.takeLoad());
  }
  const micros = shared ? await fleet.microsecondsPerScript() : 0;
  return { healthy, trouble, micros, falseOpenings, opened, letIn, probes, closed };
}

const middle = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;

const round = (value: number): string => value.toFixed(value >= 10 ? 0 : 1);

const seconds = (value: number): string => (value < 1e9 ? `${value.toFixed(1)} s` : 'never');

const mean = (loads: readonly Load[], part: keyof Load): number =>
  loads.reduce((sum, load) => sum + load[part], 0) / loads.length;

/** Plays all fleets and prints the two tables. */
export async function simulate(): Promise<void> {
  await using server = await RedisServer.start();
  const behaviour = [
    '| processes, calls a second | open after | calls into the broken service | probes | closed after | false openings |',
    '|---|---|---|---|---|---|',
  ];
  const costs = [
    '| processes, calls a second | scripts a second | kB a second | in the outage: scripts a second | the busiest second | core of the store |',
    '|---|---|---|---|---|---|',
  ];
  for (const rate of RATES) {
    for (const size of SIZES) {
      const name = `${size.toLocaleString('en')}, ${rate.toLocaleString('en')}/s`;
      const cells: string[][] = [];
      for (const shared of [true, false]) {
        const plays: Played[] = [];
        for (const seed of SEEDS) plays.push(await play(server, size, rate, shared, seed));
        const of = (part: (played: Played) => number) => middle(plays.map(part));
        cells.push([
          seconds(of((it) => it.opened)),
          of((it) => it.letIn).toLocaleString('en'),
          of((it) => it.probes).toLocaleString('en'),
          of((it) => it.opened) < 1e9 ? seconds(of((it) => it.closed)) : 'not open',
          String(plays.reduce((sum, it) => sum + it.falseOpenings, 0)),
        ]);
        if (!shared) continue;
        const scripts = of((it) => mean(it.healthy, 'scripts'));
        const busiest = of((it) => Math.max(...it.trouble.map((load) => load.scripts)));
        const micros = of((it) => it.micros);
        costs.push(
          `| ${[
            name,
            round(scripts),
            round(of((it) => mean(it.healthy, 'bytes')) / 1_000),
            round(of((it) => mean(it.trouble, 'scripts'))),
            round(busiest),
            `${((scripts * micros) / 1e4).toFixed(2)} %, ${((busiest * micros) / 1e4).toFixed(1)} %`,
          ].join(' | ')} |`,
        );
        console.log(costs.at(-1));
      }
      const [together = [], alone = []] = cells;
      behaviour.push(
        `| ${[name, ...together.map((it, at) => `${it} / ${alone[at]}`)].join(' | ')} |`,
      );
      console.log(behaviour.at(-1));
    }
  }
  console.log(`\n${behaviour.join('\n')}\n\n${costs.join('\n')}`);
}
