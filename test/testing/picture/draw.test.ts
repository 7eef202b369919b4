import { of, type SchedulerLike } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type CircuitBreaker, circuitBreaker } from '../../../src/index.ts';
import { drawMarble, type MarbleOptions } from '../../../src/testing/index.ts';
import { faultsOf } from './faults.ts';
import { type Picture, readPicture } from './shapes.ts';

function draw(text: string, options?: MarbleOptions): Picture {
  return readPicture(drawMarble(text, options));
}

/** The words of a picture, from back to front. */
function words(picture: Picture): string[] {
  return picture.shapes.filter(({ tag }) => tag === 'text').map(({ text }) => text);
}

/** The discs of the results, without those of the key. */
function discs({ shapes }: Picture): string[] {
  const key = shapes.find(({ text }) => text === 'key')?.top ?? 0;
  return shapes
    .filter(({ classes, top }) => /solid|hollow/.test(classes.join()) && top < key - 10)
    .map(({ classes }) => classes.join(' '));
}

const once = '\n\n  circuitBreaker({ failureThreshold: 1, retryTimeout: 5 })\n\n';

it('a picture is wide enough for the word of the last deed by hand', () => {
  const picture = draw(`A claim${once}  control  (DD)${'-'.repeat(15)}d\n`);
  expect(words(picture)).toContain('disable lifted');
  expect(faultsOf(picture)).toEqual([]);
});

it('the pill of a deed at the very beginning stands in the first row, and reaches over the edge a little', () => {
  const { shapes } = draw(`A claim${once}  control  R${'-'.repeat(9)}\n`);
  const pill = shapes.find(({ classes }) => classes.includes('pill'));
  expect(pill).toMatchObject({ left: 64, top: 10 });
});

it('two refusals in one millisecond stand side by side', () => {
  const picture = draw(`A claim${once}  calls  -f(ss)\n`);
  expect(faultsOf(picture)).toEqual([]);
  const refused = picture.shapes.filter(
    ({ classes, top }) => classes.includes('refused') && top < 100,
  );
  expect(new Set(refused.map(({ left }) => left)).size).toBe(2);
});

it('a call that fails before the breaker admits it is drawn, too', () => {
  const breaker = (time: SchedulerLike): CircuitBreaker => {
    const now = (): number => {
      if (time.now() === 1) throw new Error('a broken clock');
      return time.now();
    };
    return circuitBreaker({ scheduler: { now, schedule: time.schedule.bind(time) } });
  };
  const picture = draw('A claim\n\n  calls  -s-s\n', { breaker });
  expect(picture.desc).toContain('Of 2 calls');
  expect(faultsOf(picture)).toEqual([]);
});

describe('a picture shows what the breaker counts', () => {
  it('as solid discs: a success blue, a failure red', () => {
    const picture = draw(`A claim${once}  calls  -s-f\n`);
    expect(discs(picture)).toEqual(['solid good', 'solid bad']);
    expect(picture.desc).toBe('The breaker is closed, open at 3 ms. Of 2 calls, none is refused.');
  });

  it('and what comes too late as a hollow disc', () => {
    const picture = draw(`A claim${once}  calls  -lf--\n  l = --(l|)\n`);
    expect(discs(picture)).toEqual(['hollow good', 'solid bad']);
    expect(words(picture)).toContain('late: not counted');
    expect(picture.desc).toContain(
      'Of 2 calls, none is refused and 1 is admitted but not counted.',
    );
  });

  it('and an ignored error as a hollow disc', () => {
    const breaker = { classifyError: () => 'ignored' as const };
    const picture = draw('A claim\n\n  calls  -f-f\n', { breaker });
    expect(discs(picture)).toEqual(['hollow bad', 'hollow bad']);
    expect(words(picture)).toContain('ignored: not counted');
    expect(picture.desc).toContain('2 are admitted but not counted');
  });

  it('and an error that counts as a success blue', () => {
    const breaker = { classifyError: () => 'success' as const };
    const picture = draw('A claim\n\n  calls  -f\n', { breaker });
    expect(discs(picture)).toEqual(['solid good']);
    expect(words(picture)).toContain('an error that counts as a success');
  });

  it('and a value that counts as a failure red, but not the values beside it', () => {
    const breaker = {
      classifyValue: (value: unknown) => (value === '2' ? 'failure' : 'success'),
    } as const;
    const picture = draw('A claim\n\n  calls  -v------\n  v = -1-2-3|\n', { breaker });
    expect(discs(picture)).toEqual(['solid good', 'solid bad', 'solid good']);
    expect(words(picture)).toContain('a value that counts as a failure');
  });

  it('and a call that is given up by what that means', () => {
    const given = (calls: string, kind: string): Picture =>
      draw(`A claim${once}  calls   ${calls}\n  cancel  ----w\n  w = ${kind}\n`);
    expect(discs(given('-w', '-'))).toEqual(['hollow gone']);
    expect(words(given('-w', '-'))).toContain('given up: not counted');
    expect(discs(given('-w', '-1'))).toEqual(['solid good', 'solid good']);
    expect(words(given('-w', '-1'))).toContain('given up: counts as a success');
    expect(discs(given('-wf', '-'))).toEqual(['hollow gone', 'solid bad']);
    expect(words(given('-wf', '-'))).toContain('late: not counted');
  });

  it('and a call that is given up after it was counted as a hollow dash', () => {
    const breaker = { successOn: 'first-value' } as const;
    const text = 'A claim\n\n  calls   -w\n  cancel  ----w\n  w = -1\n';
    expect(discs(draw(text, { breaker }))).toEqual(['solid good', 'hollow gone']);
    expect(words(draw(text, { breaker }))).toContain('given up after it was counted');
  });

  it('and an error of a call that was counted before as a hollow cross', () => {
    const breaker = { successOn: 'first-value' } as const;
    const picture = draw('A claim\n\n  calls   -w---\n  w = -1-#\n', { breaker });
    expect(discs(picture)).toEqual(['solid good', 'hollow bad']);
    expect(words(picture)).toContain('failed after it was counted');
  });

  it('and a call that the time made a success as a solid disc', () => {
    const breaker = { successOn: { after: 4 } } as const;
    const text = 'A claim\n\n  calls   -ww---s\n  w = -1-----#\n';
    const picture = draw(text, { breaker });
    expect(discs(picture)).toEqual(['solid good', 'solid good', 'solid good']);
    const failing = draw(text.replace('s\n', 's-\n'), { breaker });
    expect(words(failing)).not.toContain('still running: not counted yet');
  });

  it('and values of a call that still runs as hollow discs', () => {
    const picture = draw(`A claim${once}  calls  -w---\n  w = -1\n`);
    expect(discs(picture)).toEqual(['hollow good']);
    expect(words(picture)).toContain('still running: not counted yet');
  });

  it('and not the events of a health check, which belong to no call', () => {
    const breaker = {
      failureThreshold: 1,
      retryTimeout: 5,
      successThreshold: 1,
      probe: () => of(1),
    };
    const picture = draw('A claim\n\n  calls  -wf---------\n  w = --1\n', { breaker });
    expect(words(picture)).toContain('closed');
    expect(picture.desc).toContain('half-open at 7 ms');
    expect(discs(picture)).toEqual(['hollow good', 'solid bad']);
  });

  it('and not a health check before the first call', () => {
    const restore = {
      version: 1,
      name: 'a',
      state: 'open',
      attempt: 1,
      retryAfter: 1,
      window: null,
    };
    const counts = {
      calls: 0,
      successes: 0,
      failures: 0,
      slow: 0,
      ignored: 0,
      inFlight: 0,
      consecutiveSuccesses: 0,
      consecutiveFailures: 0,
      failureRate: 0,
      slowRate: 0,
    };
    const breaker = { successThreshold: 1, probe: () => of(1), restore: { ...restore, counts } };
    const text = 'A claim\n\n  calls  ----ww----\n  w = --1\n';
    const picture = draw(text, { breaker: breaker as never });
    expect(picture.desc).toContain('half-open at 1 ms, closed at 1 ms');
    expect(discs(picture)).toEqual(['hollow good', 'hollow good']);
  });

  it('and refused calls by hollow signs', () => {
    const picture = draw(`A claim${once}  calls  -fss\n`);
    const signs = picture.shapes.filter(({ classes }) => classes.includes('refused'));
    expect(signs).toHaveLength(3); // one of them stands in the key
    expect(words(picture)).toContain('refused');
    expect(picture.desc).toContain('Of 3 calls, 2 are refused.');
    expect(draw(`A claim${once}  calls  -fs\n`).desc).toContain('Of 2 calls, 1 is refused.');
    expect(draw(`A claim${once}  calls  -f\n`).desc).toContain('Of 1 call, none is refused.');
    expect(draw(`A claim${once}  look  -1\n  look 1 = {}\n`).desc).toContain('No call is made.');
  });
});

describe('a picture explains itself', () => {
  it('by the options of the text, or the given ones', () => {
    expect(words(draw(`A claim${once}  calls  -s\n`))).toContain(
      'circuitBreaker({ failureThreshold: 1, retryTimeout: 5 })',
    );
    const breaker = { name: "the 'api'", tripWhen: ({ calls }: { calls: number }) => calls > 3 };
    expect(words(draw('A claim\n\n  calls  -s\n', { breaker }))).toContain(
      "circuitBreaker({ name: 'the \\'api\\'', tripWhen: tripWhen })",
    );
    const made = draw('A claim\n\n  calls  -s\n', {
      breaker: (scheduler) => circuitBreaker({ scheduler }),
    });
    expect(words(made)).not.toContain('options');
  });

  it('by options on one line where they fit, and else as the author wrote them', () => {
    const options = (code: string): string[] => {
      const all = words(draw(`A claim\n\n  circuitBreaker(${code})\n\n  calls  -s\n`));
      return all.slice(all.indexOf('options') + 1, all.indexOf('key'));
    };
    expect(options('{\n    retryTimeout: 5,\n    name: "a",\n  }')).toEqual([
      'circuitBreaker({ retryTimeout: 5, name: "a" })',
    ]);
    expect(options('{\n    retryTimeout: 5, // soon\n  }')).toEqual([
      'circuitBreaker({',
      '\u00a0\u00a0retryTimeout: 5, // soon',
      '})',
    ]);
    const long = `{\n    name: '${'n'.repeat(60)}',\n    tripWhen: ({ calls, failures }) => calls > 5 && failures > 2,\n  }`;
    expect(options(long)).toEqual([
      'circuitBreaker({',
      `\u00a0\u00a0name: '${'n'.repeat(60)}',`,
      '\u00a0\u00a0tripWhen: ({ calls, failures }) => calls > 5 && failures > 2,',
      '})',
    ]);
    expect(
      options(`{ tripWhen: anyOf(failureRate(0.5), failures(30)), retryTimeout: 50 }`),
    ).toEqual([
      'circuitBreaker({ tripWhen: anyOf(failureRate(0.5), failures(30)),',
      '\u00a0\u00a0retryTimeout: 50 })',
    ]);
  });

  it('by the kinds of its calls, in the words of the text or in words for their marbles', () => {
    const key = (kind: string, calls = '-p'): string[] => {
      const all = words(draw(`A claim\n\n  circuitBreaker()\n\n  calls  ${calls}\n  ${kind}\n`));
      return all.slice(all.indexOf('key') + 1);
    };
    expect(key('p = ---(p|)')).toEqual(['p', 'succeeds after 3 ms']);
    expect(key('p = (p|)')).toEqual(['p', 'succeeds at once']);
    expect(key('p = --#')).toEqual(['p', 'fails after 2 ms']);
    expect(key('p = --|')).toEqual(['p', 'completes after 2 ms']);
    expect(key('p = -')).toEqual(['p', 'hangs']);
    expect(key('p = -1-2-|')).toEqual(['p', 'emits 1, 2, completes after 5 ms']);
    expect(key('p = -1-|')).toEqual(['p', 'emits 1, completes after 3 ms']);
    expect(key('p = -1-#')).toEqual(['p', 'emits 1, fails after 3 ms']);
    expect(key('p = -1')).toEqual(['p', 'emits 1, never ends']);
    expect(key('p = -(12|)')).toEqual(['p', 'emits 1, 2, completes after 1 ms']);
    expect(key('p = (p|)  { mayProbe: false }')).toEqual([
      'p',
      'succeeds at once, { mayProbe: false }',
    ]);
    expect(key('p = -|  an empty answer')).toEqual(['p', 'an empty answer']);
    expect(key('p = #\n  p # = { status: 404 }')).toEqual([
      'p',
      'fails at once, error: { status: 404 }',
    ]);
    expect(key('p = #\n  p # = new TypeError("no")')).toEqual([
      'p',
      "fails at once, error: TypeError('no')",
    ]);
    expect(key('p = -(1|)\n  p 1 = ["a", null]', '-(sp)')).toEqual([
      's',
      'succeeds at once',
      'p',
      "succeeds after 1 ms, 1: ['a', null]",
    ]);
  });

  it('by a kind in many words on several lines of a narrow picture', () => {
    const comment = 'a call of many words '.repeat(12).trim();
    const text = `A claim${once}  calls  -ps\n  p = -|  ${comment}\n`;
    const all = words(draw(text));
    const key = all.slice(all.indexOf('key') + 1);
    const letters = key.filter((word) => word.length === 1);
    expect(letters).toEqual(['s', 'p']);
    const lines = key.filter((word) => word.includes('many'));
    expect(lines.length).toBeGreaterThan(2);
    expect(lines.join(' ')).toBe(comment);
    expect(draw(text).box.right).toBeLessThan(540);
    expect(faultsOf(draw(text))).toEqual([]);
  });

  it('by the findings of its looks', () => {
    const look = '  look   -1\n  look 1 = { state: "closed", counts: { calls: 0 } }\n';
    const all = words(draw(`A claim${once}  calls  ---s\n${look}`));
    expect(all.slice(all.indexOf('looks'))).toEqual([
      'looks',
      '1',
      "state: 'closed', counts: { calls: 0 }",
    ]);
  });

  it('by the letters of its events, if there is a row of them', () => {
    const events = words(draw(`A claim${once}  calls  -fs\n  events  -(xO)o\n`));
    expect(events.slice(events.lastIndexOf('events'))).toEqual([
      'events',
      'x failure',
      'o rejected',
    ]);
    expect(events).toContain('xO');
    expect(words(draw(`A claim${once}  calls  -fs\n`))).not.toContain('events');
  });
});

describe('the picture of a restart', () => {
  const counts = {
    calls: 0,
    successes: 0,
    failures: 0,
    slow: 0,
    ignored: 0,
    inFlight: 0,
    consecutiveSuccesses: 0,
    consecutiveFailures: 0,
    failureRate: 0,
    slowRate: 0,
  };
  const base = { version: 1, name: 'a', state: 'closed', attempt: 0, retryAfter: 0, window: null };
  const restored = (snapshot: object, more = {}): Picture =>
    draw('A claim\n\n  calls  -s\n', {
      breaker: { ...more, restore: { ...base, counts, ...snapshot } as never },
    });
  const facts = (snapshot: object, more = {}): string[] => {
    const all = words(restored(snapshot, more));
    const state = (snapshot as { state?: string }).state ?? 'closed';
    return all.slice(all.indexOf(state) + 1, all.lastIndexOf('closed'));
  };

  it('shows the state, the open time that is left and the attempt', () => {
    const open = restored({ state: 'open', retryAfter: 4, attempt: 2 });
    expect(words(open)).toEqual(
      expect.arrayContaining(['snapshot', 'open', '4 ms left', 'attempt 2', 'no calls']),
    );
    expect(open.desc).toBe(
      'The snapshot is open: 4 ms left; attempt 2; no calls. The breaker is open. Of 1 call, 1 is refused.',
    );
    expect(words(restored({ state: 'open', retryAfter: null }))).toContain('open for ever');
    expect(words(restored({}))).not.toContain('0 ms left');
  });

  it('shows how long before the start the snapshot was taken', () => {
    expect(facts({ takenAt: -7 })).toEqual(['taken 7 ms before', 'no calls']);
    expect(facts({ takenAt: 0 })).toEqual(['no calls']);
  });

  it('shows why the breaker was not closed, its open time, the probes and the excess', () => {
    const why = { reason: 'failures', ago: 3, counts, message: 'down' };
    const half = { state: 'half-open', attempt: 1 };
    const fixed = { successThreshold: 3, probeFailureThreshold: 3 };
    const probes = { good: 1, bad: 2 };
    const all = words(restored({ ...half, why, openTime: 7, probes }, fixed));
    expect(all).toEqual(
      expect.arrayContaining(['failures, 3 ms ago', 'was open for 7 ms', 'probes: 1 good, 2 bad']),
    );
    expect(facts({ excess: { failures: 3, ago: 40, balance: -3 } })).toEqual([
      'excess 3 for 40 ms',
      'no calls',
    ]);
    const none = { why: null, openTime: null, probes: null };
    expect(facts({ ...none, excess: { failures: 0, ago: null, balance: 0 } })).toEqual([
      'no calls',
    ]);
  });

  it('shows the counts', () => {
    const some = {
      ...counts,
      calls: 3,
      successes: 2,
      failures: 1,
      ignored: 4,
      slow: 2,
      inFlight: 6,
    };
    expect(
      facts({ counts: { ...some, consecutiveSuccesses: 2 } }, { rollingWindow: Infinity }),
    ).toEqual(['2 good, 1 failed', '4 ignored, 2 slow, 6 in flight', '2 good in a row']);
    const failed = { ...counts, calls: 1, failures: 1, consecutiveFailures: 1 };
    expect(facts({ counts: failed }, { rollingWindow: Infinity })).toEqual([
      '1 failed',
      '1 failed in a row',
    ]);
  });

  it('shows what the window holds', () => {
    const calls = (outcomes: string): string[] =>
      facts({ window: { kind: 'calls', outcomes } }, { rollingWindow: { calls: 4 } });
    expect(calls('sfS')).toEqual(['no calls', 'window of calls: sfS']);
    expect(calls('')).toEqual(['no calls', 'an empty window']);
    const bucket = { ago: 0, successes: 0, failures: 0, ignored: 0, slow: 0 };
    const time = (...buckets: object[]): string[] => facts({ window: { kind: 'time', buckets } });
    expect(time()).toEqual(['no calls', 'an empty window']);
    expect(
      time(
        { ...bucket, ago: 3, successes: 2, failures: 1 },
        { ...bucket, ago: 12, failures: 10, ignored: 1, slow: 2 },
      ),
    ).toEqual([
      'no calls',
      '3 ms ago: 2 good, 1 failed',
      '12 ms ago: 10 failed, 1 ignored, 2 slow',
    ]);
  });

  it('has the name of the snapshot in its options, not its text', () => {
    const text = `A claim

  circuitBreaker({
    restore: ${JSON.stringify({ ...base, counts, name: '}' })},
    retryTimeout: 5,
  })

  calls  -s
`;
    expect(words(draw(text))).toContain('circuitBreaker({ restore: snapshot, retryTimeout: 5 })');
    expect(words(draw(text))).toContain('no calls');
  });
});

describe('a picture of time', () => {
  it('names a fold in the unit that people use', () => {
    const fold = (time: string): string[] =>
      words(draw(`A claim${once}  calls  -s ${time} s-\n`)).filter((word) =>
        /\d [a-z]+$/.test(word),
      );
    expect(fold('100ms')).toContain('98 ms');
    expect(fold('1500ms')).toContain('1.5 s');
    expect(fold('1002ms')).toContain('1 s');
    expect(fold('119s')).toContain('119 s');
    expect(fold('2m')).toContain('2 min');
    expect(fold('60m')).toContain('1 h');
  });

  it('has room for a deed in the first millisecond, and for one in the last', () => {
    const breaker = () => circuitBreaker();
    const first = draw('A claim\n\n  control  I---\n', { breaker });
    expect(words(first)).toContain('isolate()');
    expect(first.drawing).not.toContain('M16 '); // no rule, for there is nothing to explain
    expect(draw(`A claim${once}  calls  -s\n`).drawing).toContain('M16 ');
    expect(faultsOf(first)).toEqual([]);
    expect(faultsOf(draw('A claim\n\n  control  -D------d\n', { breaker }))).toEqual([]);
  });

  it('shows a state that begins in the last millisecond', () => {
    const picture = draw(`A claim${once}  calls  -f\n`);
    expect(words(picture)).toContain('open');
  });

  it('draws what never ends as an open arrow', () => {
    const breaker = () => circuitBreaker();
    const running = draw('A claim\n\n  calls  -h---\n  h = -\n', { breaker });
    expect(running.drawing).toMatch(/class="way" d="M[\d. ]+l6 4l-6 4"/);
  });
});
