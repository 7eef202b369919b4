// What is promised. A row has one or more lines; a line is a figure and its bounds. `must` and `stretch`
// are [isolated, shared] where the two differ; `least` says that more is better. `central` rows are those of `--quick`,
// without their lines that are `long`.

import { probe, typical } from './lib/probe.mjs';
import { sizes, startup } from './lib/size.mjs';

/**
 * A workload whose contenders do not share a process with those of the other rows: V8 makes code slower with each kind of
 * object that the code has seen, and the prototype would be one more for all.
 */
const apart = (workload) => `${workload} @apart`;
const inWords = (workload) => workload.replace(' @apart', '');

/** A line that is the ratio of two contenders at one workload, in both modes. */
function ratio(workload, a, b, must, stretch, more = {}) {
  return {
    title: `${inWords(workload)}: ${a} ÷ ${b}`,
    workload,
    pair: [a, b],
    must,
    stretch,
    ...more,
  };
}

/** A line that is the difference of a contender to its floor, as a ratio to ours. */
function addedCost(workload, peer, must, stretch, more) {
  return {
    title: `${workload}: added cost, ${peer} ÷ ours`,
    workload,
    added: [
      [peer, 'await'],
      ['ours', 'bare'],
    ],
    must,
    stretch,
    least: true,
    ...more,
  };
}

/** A line that is what a contender adds to a bare call, as a ratio to what `map` adds. */
function overMap(workload, name, must, stretch) {
  return {
    title: `${inWords(workload)}: added cost, ${name} ÷ map`,
    workload,
    added: [
      [name, 'bare'],
      ['map', 'bare'],
    ],
    must,
    stretch,
  };
}

/** A line that is what failures cost a contender. */
function failing(name, must, stretch, place = (workload) => workload) {
  return {
    title: `${name}: 10 % failures ÷ none, each over the bare floor`,
    quotient: [
      [place('rx.fail10'), [name, 'bare']],
      [place('rx.fail0'), [name, 'bare']],
    ],
    must,
    stretch,
  };
}

/** A line that is one figure. */
function figure(title, unit, must, stretch, get, more = {}) {
  return { title, unit, must, stretch, get, ...more };
}

const least = { least: true };
const long = { long: true };
/** For a line that promises nothing. */
const free = [null, null];
const inProcess = { modes: ['shared'] };

const memo = new Map();
function once(times, ...what) {
  const key = what.join(' ');
  if (!memo.has(key)) memo.set(key, typical(times, ...what));
  return memo.get(key);
}

const allocatedAboveBare = async (workload, name, floor, times) =>
  (await once(times, 'memory.mjs', workload, name)) -
  (await once(times, 'memory.mjs', workload, floor));

const timersOf = async (name) => {
  const { idle, open, perCall } = await once(1, 'timers.mjs', name);
  return `${idle}, ${open}, ${perCall}`;
};

async function keepsUp(name) {
  const script = probe('exit.mjs', name).then(() => 0);
  return Promise.race([script, new Promise((resolve) => setTimeout(resolve, 8000, 1))]);
}

const count = (keys) => `${keys.toLocaleString('en')} keys`;

/** Look-ups in a group of so many keys, each beside a look-up in a Map. */
function keyed(keys, more = {}) {
  const lines = {
    present: 'look-up of a key ÷ in a Map',
    absent: 'look-up of an absent key ÷ in a Map',
    idleTime: 'look-up of a key with idleTime ÷ in a Map',
    eviction: 'new key in the place of the oldest ÷ look-up in a Map',
  };
  return Object.entries(lines).map(([what, title]) =>
    figure(
      `${title}, ${count(keys)}`,
      '',
      null,
      null,
      async (times) => (await once(Math.min(times, 2), 'keyed.mjs', 'ours', keys))[what],
      more,
    ),
  );
}

/**
 * What a variant of ours costs beside ours with the defaults: slow calls, metrics, sharing. Slow calls promise nothing
 * here, and sharing promises nothing for failures: a failure is evidence for the fleet, with the time of the store.
 */
function variantsOf(workload, kind = 'ours', base = kind) {
  return ['slow', 'metrics', 'sharing'].map((variant) => {
    const isFree = variant === 'slow' || (variant === 'sharing' && workload === 'rx.fail10');
    const promised = isFree ? free : [1.05, 1.05];
    return ratio(workload, `${kind}/${variant}`, base, promised, promised);
  });
}

export const rows = [
  {
    id: 1,
    central: true,
    lines: [
      ratio('rx.ok', 'ours', 'map', [0.9, 0.9], [0.65, 0.65]),
      ratio('rx.ok', 'ours/calls', 'map', [0.9, 0.95], [0.65, 0.8]),
      ratio('rx.ok', 'ours', 'ours/window', [0.75, 0.75], [0.7, 0.7]),
      ratio('rx.ok', 'ours/state$', 'ours', [1.02, 1.02], [1, 1]),
    ],
  },
  { id: 2, lines: [ratio('rx.ok', 'ours', 'pass', [1.3, 1.3], [1, 1.15])] },
  { id: 3, lines: [ratio('rx.pipe', 'ours', 'map', [0.95, 0.95], [0.85, 0.85])] },
  { id: 4, central: true, lines: [ratio('rx.ok', 'ours/slow', 'map', [1.25, 1.15], [0.85, 0.95])] },
  {
    id: 5,
    central: true,
    lines: [ratio('rx.ok', 'opossum/default', 'ours', [8, 4], [13, 5], least)],
  },
  { id: 6, lines: [ratio('rx.ok', 'opossum/lean', 'ours', [5, 3.5], [6.5, 4], least)] },
  {
    id: 7,
    central: true,
    lines: [ratio('rx.ok', 'cockatiel/sampling', 'ours', [3, 2.2], [4, 2.5], least)],
  },
  {
    id: 8,
    central: true,
    lines: [
      ratio('rx.inflight1000', 'ours', 'map', [1, null], [0.9, null]),
      ratio('rx.inflight1000', 'opossum/default', 'ours', [5, null], [5, null], least),
    ],
  },
  {
    id: 9,
    central: true,
    lines: [
      ratio('rx.stream', 'ours', 'bare', [1.25, 1.25], [1.12, 1]),
      figure('rx.stream: bytes per value, above bare', 'B', 1, 1, (times) =>
        allocatedAboveBare('rx.stream', 'ours', 'bare', times),
      ),
    ],
  },
  {
    id: 10,
    central: true,
    lines: [failing('ours', [1.02, 1.02], [1, 1])],
  },
  {
    id: 11,
    lines: [
      ratio('rx.fail10', 'opossum/lean', 'ours', [8, null], [12, null], least),
      ratio('rx.fail10', 'cockatiel/sampling', 'ours', [4, null], [6, null], least),
    ],
  },
  { id: 12, central: true, lines: [ratio('rx.open', 'ours', 'bare', [3, 3], [2, 1.6])] },
  { id: 13, lines: [ratio('rx.open', 'ours', 'bare', [2.5, 2.5], [2, 1.6])] },
  {
    id: 14,
    lines: ['opossum/default', 'cockatiel/sampling', 'mollitia', 'effect'].map((peer) =>
      ratio('rx.open', peer, 'ours', [12, 12], [15, 15], least),
    ),
  },
  {
    id: 15,
    central: true,
    lines: [
      addedCost('p.ok', 'opossum/default', [3.5, 1.4], [5, 1.7], long),
      addedCost('p.ok', 'opossum/lean', [1.2, 1], [1.5, 1.1], long),
      ratio('p.ok', 'ours/execute', 'cockatiel/consecutive', [0.95, 0.95], [0.9, 0.9]),
      ratio('p.ok', 'opossum/default', 'ours/execute', [1, 1], [4, 4], least),
      ratio('p.ok', 'effect', 'ours/execute', free, free, { ...least, ...long }),
      ratio('p.ok', 'mollitia', 'ours/execute', free, free, { ...least, ...long }),
      ratio('p.ok', 'ours', 'ours/execute', free, free, long),
    ],
  },
  {
    id: 16,
    lines: [
      ratio('p.open', 'opossum/default', 'ours/execute', [3, 3], [4, 4], least),
      ratio('p.open', 'cockatiel/consecutive', 'ours/execute', [3, 3], [4, 4], least),
    ],
  },
  {
    id: 17,
    central: true,
    lines: [
      figure('rx.ok: bytes allocated per call, above bare', 'B', 320, 230, (times) =>
        allocatedAboveBare('rx.ok', 'ours', 'bare', times),
      ),
      ...['/metrics', '/sharing', '/state$', '/slow'].map((variant) => {
        const promised = variant === '/slow' ? null : 1;
        const title = `rx.ok: bytes per call, ours${variant} above ours`;
        return figure(title, 'B', promised, promised, (times) =>
          allocatedAboveBare('rx.ok', `ours${variant}`, 'ours', times),
        );
      }),
    ],
  },
  {
    id: 18,
    central: true,
    lines: [
      figure('rx.open: bytes allocated per refusal, above bare', 'B', 128, 103, (times) =>
        allocatedAboveBare('rx.open', 'ours', 'bare', times),
      ),
    ],
  },
  {
    id: 19,
    central: true,
    lines: [
      figure('bytes held per call in flight', 'B', 380, 380, (times) =>
        once(times, 'memory.mjs', 'inFlight', 'ours'),
      ),
    ],
  },
  {
    id: 20,
    central: true,
    lines: [
      figure('bytes per idle breaker (100,000)', 'B', 290, 290, async (times) => {
        return (await once(times, 'memory.mjs', 'footprint', 'ours')).idle;
      }),
      figure('bytes per idle breaker with options of its own', 'B', 800, 600, async (times) => {
        return (await once(times, 'memory.mjs', 'footprintOwn', 'ours')).idle;
      }),
      figure('bytes per breaker after its first call', 'B', 800, 600, async (times) => {
        return (await once(times, 'memory.mjs', 'footprint', 'ours')).used;
      }),
    ],
  },
  {
    id: 21,
    lines: [
      figure('timers of ours: idle, open, per call', '', '0, 0, 0', '0, 0, 0', () =>
        timersOf('ours'),
      ),
      figure('timers of opossum/default', '', null, null, () => timersOf('opossum/default')),
    ],
  },
  {
    id: 22,
    lines: [
      figure(
        'idle CPU of 10,000, above a process without',
        '% of a core',
        0.1,
        0.1,
        async (_, quick) => {
          const seconds = quick ? 4 : 10;
          const [mine, none] = [
            await probe('idle.mjs', 'ours', seconds),
            await probe('idle.mjs', 'nothing', seconds),
          ];
          return Math.max(0, mine - none) * 100;
        },
      ),
      figure('memory held after all are dropped', '% of used', 2, 2, async (times) => {
        return (await once(times, 'memory.mjs', 'footprint', 'ours')).dropped * 100;
      }),
      figure('keeps a process up while open', '0 = no', 0, 0, () => keepsUp('ours')),
    ],
  },
  {
    id: 23,
    lines: [
      ratio('scaling', 'buckets 3600', 'buckets 10', [null, 1.05], [null, 1], inProcess),
      ratio('scaling', 'calls 1000000', 'calls 100', [null, 1.1], [null, 1], inProcess),
    ],
  },
  {
    id: 24,
    lines: [ratio('scaling', 'window of 100000', 'window of 0', [null, 1.1], [null, 1], inProcess)],
  },
  {
    id: 25,
    lines: [ratio('scaling', 'idle hours', 'no idle time', [null, 5], [null, 1.5], inProcess)],
  },
  {
    id: 26,
    lines: [
      {
        title: 'one read of the statistics, 100,000 calls made',
        workload: 'scaling',
        pair: ['statistics', 'buckets 10'],
        ns: 'statistics',
        unit: 'ns',
        must: [null, 1000],
        stretch: [null, 250],
        ...inProcess,
      },
    ],
  },
  { id: 27, lines: [] }, // a time limit is not built in: rxjs has timeout()
  {
    id: 28,
    central: true,
    lines: [
      figure('import { circuitBreaker }: min+gzip, rxjs external', 'B', 8_500, 7_200, async () => {
        return (await sizes()).gzip;
      }),
      figure(
        'CPU of the process ÷ of one that imports rxjs alone',
        '',
        1.05,
        1.01,
        (times) => startup(times * 5),
        long,
      ),
    ],
  },
  {
    id: 29,
    central: true,
    lines: [
      figure(
        'bytes each of a million breakers, without the Map',
        'B',
        512,
        352,
        async () => (await once(1, 'memory.mjs', 'million', 'ours')).bytes,
        long,
      ),
      figure(
        'bytes each in a registry, with it',
        'B',
        425,
        400,
        async () => (await once(1, 'memory.mjs', 'million', 'ours')).registry,
        long,
      ),
      ...keyed(100_000),
      ...keyed(1_000_000, long),
      ...[
        ['/slow', 100_000],
        ['/metrics', 100_000],
        ['/sharing', 1_000], // each key is one circuit in the store
      ].map(([variant, keys]) =>
        figure(
          `look-up of a key ÷ in a Map, ours${variant}, ${count(keys)}`,
          '',
          null,
          null,
          (times) => once(times, 'keyed.mjs', 'ours', keys, variant).then(({ present }) => present),
          long,
        ),
      ),
    ],
  },
  {
    id: 30,
    lines: [
      figure(
        'refusals a second at a million offered',
        '/s',
        990_000,
        990_000,
        async () => {
          return (await once(1, 'refusals.mjs', 'ours', 3)).perSecond;
        },
        least,
      ),
      figure('event loop delay meanwhile, 99th percentile', 'ms', 20, 5, async () => {
        return (await once(1, 'refusals.mjs', 'ours', 3)).p99;
      }),
      figure('part of the time spent on them', '', 1, 0.5, async () => {
        return (await once(1, 'refusals.mjs', 'ours', 3)).busy;
      }),
    ],
  },
  {
    id: 31,
    central: true,
    lines: [
      overMap('rx.async', 'ours', [0.9, 0.9], [0.8, 0.8]),
      overMap('rx.async', 'ours/slow', free, free),
      ratio('rx.async', 'cockatiel/sampling', 'ours', [4, 4], [5, 5], least),
      ratio('rx.async', 'opossum/default', 'ours', [8, 8], [10, 10], least),
    ],
  },
  {
    id: 32,
    lines: ['rx.ok', 'rx.async', 'rx.inflight1000', 'rx.stream', 'rx.open', 'rx.fail10'].flatMap(
      (workload) => variantsOf(workload),
    ),
  },
  { id: 33, lines: variantsOf('p.ok', 'ours/execute') },
  {
    id: 34,
    central: true,
    lines: [
      ratio('http.request', 'ours', 'bare', free, free),
      ...['slow', 'metrics', 'sharing'].map((variant) =>
        ratio('http.request', `ours/${variant}`, 'bare', free, free, long),
      ),
      ratio('http.request', 'ours/execute', 'await', free, free),
      ratio('http.request', 'opossum/default', 'await', free, free, long),
      ratio('http.request', 'cockatiel/sampling', 'await', free, free, long),
      ratio('http.fetch', 'ours', 'bare', free, free, long),
      ratio('http.fetch', 'ours/execute', 'await', free, free, long),
    ],
  },
  {
    id: 35,
    lines: ['http.angular', 'http.angularMemory'].flatMap((workload) =>
      ['pass', 'ours', 'ours/slow', 'ours/metrics', 'ours/sharing'].map((name) =>
        ratio(workload, name, 'bare', free, free),
      ),
    ),
  },
  {
    id: 36,
    lines: [
      ...['rx.ok', 'rx.async', 'rx.open', 'rx.fail10'].map((workload) =>
        ratio(apart(workload), 'ours', 'prototype', free, free),
      ),
      ratio(apart('rx.ok'), 'prototype', 'map', free, free),
      ratio(apart('rx.ok'), 'prototype/slow', 'map', free, free),
      overMap(apart('rx.async'), 'prototype', free, free),
      ratio(apart('rx.async'), 'cockatiel/sampling', 'prototype', free, free, least),
      ratio(apart('rx.async'), 'opossum/default', 'prototype', free, free, least),
      ratio(apart('rx.stream'), 'prototype', 'bare', free, free),
      ratio(apart('rx.open'), 'prototype', 'bare', free, free),
      failing('prototype', free, free, apart),
    ],
  },
];

/** Beyond the promises: everybody over the floor of its kind, for the table and the chart. */
export const floors = {
  'rx.ok': [
    ...['pass', 'map', 'catchError', 'tap', 'ours'].map((name) => [name, 'bare']),
    ...[
      'opossum/default',
      'opossum/lean',
      'cockatiel/consecutive',
      'cockatiel/count',
      'cockatiel/sampling',
      'effect',
      'mollitia',
    ].map((name) => [name, 'await']),
    ['await', 'bare'],
  ],
};
