import { describe, expect, it } from 'vitest';
import {
  outage,
  play,
  type ReadLogOptions,
  type Recording,
  readLog,
  recorded,
  type Skipped,
  steady,
  World,
} from '../../../src/lab/index.ts';
import { cells } from '../../../src/lab/recording/cells.ts';
import { localTime } from '../../../src/lab/recording/localTime.ts';
import fc from '../../fastCheck.ts';

const combined: ReadLogOptions = { format: 'combined' };

/** A line of nginx; `over` replaces parts. */
function line(
  over: Partial<Record<'addr' | 'time' | 'request' | 'status' | 'rest', string>> = {},
): string {
  const {
    addr = '203.0.113.9',
    time = '10/Oct/2026:13:55:36 +0200',
    request = 'GET / HTTP/1.1',
  } = over;
  const { status = '200', rest = '"-" "curl/8.5" 0.250' } = over;
  return `${addr} - - [${time}] "${request}" ${status} 612 ${rest}`;
}

async function one(text: string, options = combined): Promise<Recording | string> {
  const recording = await readLog([text], options);
  return recording.length === 1 ? recording : (recording.skipped[0] as Skipped).reason;
}

async function duration(text: string, options = combined): Promise<number | string> {
  const recording = await one(text, options);
  return typeof recording === 'string' ? recording : (recording.duration[0] as number);
}

describe('a log in the combined format', () => {
  it('is read with its duration; the stamp is the end', async () => {
    const recording = (await one(line())) as Recording;
    expect(recording.duration[0]).toBe(250);
    expect(recording.failed[0]).toBe(0);
    // alone in its second: in the middle of it
    expect(recording.start).toBe(Date.UTC(2026, 9, 10, 11, 55, 36) + 500 - 250);
  });

  it('knows IPv6, escaped quotes, line ends of Windows, $msec, and a duration by name', async () => {
    expect(await duration(line({ addr: '2001:db8::1' }))).toBe(250);
    expect(await duration(line({ request: String.raw`GET /?q=\"] \\\" HTTP/1.1` }))).toBe(250);
    expect(await duration(line({ rest: String.raw`"-" "odd \"agent\\" 0.250` }))).toBe(250);
    expect(await duration(`${line()}\r`)).toBe(250);
    expect(await duration(line({ request: '' }))).toBe(250);
    expect(await duration(line({ rest: '"-" "a" "203.0.113.7" 0.250 0.249' }))).toBe(250);
    expect(await duration(line({ rest: '"-" "a" uct="0.001" rt=0.250' }))).toBe(250);
    const exact = (await one(line({ time: '1700000000.123' }))) as Recording;
    expect(exact.start).toBe(1_700_000_000_123 - 250);
  });

  it('knows the units and the stamps of others', async () => {
    const micro = line({ rest: '"-" "a" 250000' });
    expect(await duration(micro, { ...combined, unit: 'us' })).toBe(250);
    const apache = (await one(micro, { ...combined, unit: 'us', stamp: 'start' })) as Recording;
    expect(apache.start).toBe(Date.UTC(2026, 9, 10, 11, 55, 36) + 500);
  });

  it('takes 5xx and 499 for failures, unless told otherwise', async () => {
    const statuses = ['200', '404', '429', '499', '500', '503'];
    const lines = statuses.map((status) => line({ status }));
    expect([...(await readLog(lines, combined)).failed]).toEqual([0, 0, 0, 1, 1, 1]);
    const strict = { ...combined, isFailure: (status: number) => status === 429 };
    expect([...(await readLog(lines, strict)).failed]).toEqual([0, 0, 1, 0, 0, 0]);
  });

  it('spreads the lines of a second over the second', async () => {
    const lines = Array.from({ length: 4 }, () => line({ rest: '"-" "a" 0.000' }));
    expect([...(await readLog(lines, combined)).at]).toEqual([0, 250, 500, 750]);
  });

  it.each([
    ['', 'nothing'],
    ['garbage', 'no [time] before a quoted request'],
    [line({ time: '31/Jun/2026:13:55:36 +0200' }), 'a time that is no time'],
    [line({ time: '10/Oct/2026:24:00:00 +0200' }), 'a time that is no time'],
    [line({ time: '10/Okt/2026:13:55:36 +0200' }), 'a time that is no time'],
    [line({ time: '10/Oct/2026:13:55:36' }), 'a time that is no time'],
    [line().replace('HTTP/1.1"', 'HTTP/1.1'), 'a status that is no HTTP status'],
    [line({ status: '20' }), 'a status that is no HTTP status'],
    [line({ status: '999' }), 'a status that is no HTTP status'],
    [line({ status: '-' }), 'a status that is no HTTP status'],
    [line({ rest: '' }), 'no referer and user agent in quotes'],
    [line({ rest: '"-" "curl' }), 'no referer and user agent in quotes'],
    [line({ rest: '"-" "curl"' }), 'no $request_time after the user agent'],
    [line({ rest: '"-" "curl" -' }), 'no $request_time after the user agent'],
    [line({ rest: '"-" "curl" 1e3' }), 'no $request_time after the user agent'],
    [line({ rest: '"-" "curl" -0.5' }), 'no $request_time after the user agent'],
    [line().slice(0, 50), 'a request whose quotes never end'],
  ])('does not believe %j', async (text, reason) => {
    const { length, skipped } = await readLog([line(), text, line()], combined);
    expect(length).toBe(2);
    if (reason === 'nothing') expect(skipped).toEqual([]);
    else expect(skipped).toEqual([{ reason, count: 1, line: 2, sample: text.slice(0, 80) }]);
  });

  it('counts broken lines by reason, with the first line of each', async () => {
    const { skipped } = await readLog(['x', line(), 'y', line({ status: '0' })], combined);
    expect(skipped).toMatchObject([
      { reason: 'no [time] before a quoted request', count: 2, line: 1, sample: 'x' },
      { reason: 'a status that is no HTTP status', count: 1, line: 4 },
    ]);
  });

  it('never throws, and never makes more calls than lines, whatever the lines are', async () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom(
        '"',
        '[',
        '] "',
        '\\',
        ' ',
        '200',
        '0.1',
        '-',
        '10/Oct/2026:13:55:36 +0200',
        'rt=',
      ),
    );
    const mangled = fc
      .tuple(fc.nat({ max: 120 }), fc.nat({ max: 10 }), piece)
      .map(([at, cut, insert]) => line().slice(0, at) + insert + line().slice(at + cut));
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            mangled,
            fc.array(piece).map((it) => it.join('')),
          ),
        ),
        fc.constantFrom('combined', 'json') as fc.Arbitrary<'combined'>,
        async (lines, format) => {
          const recording = await readLog(lines, { format });
          const blank = lines.filter((it) => it === '' || it === '\r').length;
          const broken = recording.skipped.reduce((sum, { count }) => sum + count, 0);
          expect(recording.length + broken + blank).toBe(lines.length);
          for (let n = 0; n < recording.length; n++) {
            expect(recording.duration[n]).toBeGreaterThanOrEqual(0);
            expect(recording.at[n]).toBeGreaterThanOrEqual(
              n === 0 ? 0 : (recording.at[n - 1] as number),
            );
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('agrees with Date about every valid time', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1970-01-01'), max: new Date('2099-12-31'), noInvalidDate: true }),
        (date) => {
          const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) ([\d:]+) GMT$/.exec(
            date.toUTCString(),
          ) as unknown as string[];
          const seconds = Math.floor(date.getTime() / 1_000) * 1_000;
          expect(localTime(`${day}/${month}/${year}:${time} +0000`)).toBe(seconds);
        },
      ),
    );
  });
});

describe('JSON lines', () => {
  const json: ReadLogOptions = { format: 'json' };

  it('are read, with times as numbers or dates and status in several forms', async () => {
    const times = [1_700_000_000_000, 1_700_000_000, '2023-11-14T22:13:20.000Z', '1700000000'];
    for (const time of times) {
      const recording = (await one(
        JSON.stringify({ time, duration: 20, status: 200 }),
        json,
      )) as Recording;
      expect(recording.start + 20).toBe(1_700_000_000_000);
    }
    const statuses = [200, '503', true, false, 'success', 'failure', 'ok', 'error'];
    const lines = statuses.map((status) => JSON.stringify({ time: 1e12, duration: 1, status }));
    expect([...(await readLog(lines, json)).failed]).toEqual([0, 1, 0, 1, 0, 1, 0, 1]);
  });

  it('have fields of other names', async () => {
    const text = JSON.stringify({ ts: 1e12, ms: 7, code: 500, time: 'not this one' });
    const fields = { time: 'ts', duration: 'ms', status: 'code' };
    expect(await duration(text, { ...json, fields })).toBe(7);
  });

  it.each([
    ['{"time":1e12,"duration":1', 'no JSON'],
    ['[1]', 'no JSON object'],
    ['null', 'no JSON object'],
    ['{"time":1e12,"duration":1}', 'no field "status"'],
    ['{"time":"yesterday","duration":1,"status":200}', 'a time that is no time'],
    ['{"time":null,"duration":1,"status":200}', 'a time that is no time'],
    ['{"time":-5,"duration":1,"status":200}', 'a time that is no time'],
    ['{"time":1e12,"duration":-1,"status":200}', 'a duration that is no number of 0 or more'],
    ['{"time":1e12,"duration":"fast","status":200}', 'a duration that is no number of 0 or more'],
    [
      '{"time":1e12,"duration":1,"status":"fine"}',
      'a status that is no HTTP status, true, false, success or failure',
    ],
    [
      '{"time":1e12,"duration":1,"status":7}',
      'a status that is no HTTP status, true, false, success or failure',
    ],
  ])('are not believed: %s', async (text, reason) => {
    expect(await one(text, json)).toBe(reason);
  });
});

describe('CSV', () => {
  const csv: ReadLogOptions = { format: 'csv' };

  it('is read by its head line, with quotes where they are needed', async () => {
    const lines = [
      '\uFEFFtime,path,status,duration',
      '1700000000000,/a,200,20',
      '1700000001000,"/b,""c""",503,30',
      '1700000002000,/d,200',
      '1700000003000,"/e,200,10',
    ];
    const { length, failed, skipped } = await readLog(lines, csv);
    expect(length).toBe(2);
    expect([...failed]).toEqual([0, 1]);
    expect(skipped.map(({ reason, line: at }) => [reason, at])).toEqual([
      ['another number of cells than the head line', 4],
      ['quotes that do not match', 5],
    ]);
  });

  it('tells of a head line without the fields', async () => {
    await expect(readLog(['when,took', '1,2'], csv)).rejects.toThrow(
      'the head of the CSV file has no field "time"; its fields are when, took',
    );
  });

  it('takes cells apart as they were put together', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), (given) => {
        const text = given.map((it) => `"${it.replaceAll('"', '""')}"`).join(',');
        expect(cells(text)).toEqual(given);
      }),
    );
  });
});

describe('options of readLog', () => {
  it.each([
    [{ format: 'xml' }, 'readLog options.format must be "combined", "json" or "csv", got "xml"'],
    [{}, 'readLog options.format is missing'],
    [{ format: 'json', unit: 'h' }, 'readLog options.unit must be "s", "ms" or "us", got "h"'],
    [{ format: 'json', fields: { when: 'x' } }, 'readLog fields has an unknown field "when"'],
    [{ format: 'combined', fields: { time: 'x' } }, 'readLog fields must be left out for combined'],
  ])('%j is refused', async (options, message) => {
    await expect(readLog([], options as ReadLogOptions)).rejects.toThrow(message);
  });

  it('and so is what is no iterable', async () => {
    await expect(readLog(5 as never, combined)).rejects.toThrow(
      'lines must be an iterable of lines',
    );
  });
});

describe('a replay', () => {
  it('opens within a second of the truth, and says that it is an open loop', async () => {
    // a truth of 10 minutes with one outage, logged as nginx logs it
    const truth = Date.UTC(2026, 0, 5, 12);
    const lines: string[] = [];
    const world = new World(
      {
        traffic: steady(50),
        service: { latency: 80, incidents: [outage({ at: 300_000, for: 60_000, latency: 3 })] },
        duration: 600_000,
      },
      { none: null },
      1,
      {
        spectator: {
          ended: ({ at }, outcome) => {
            const stamp = new Date(truth + at).toUTCString();
            const [, day, month, year, time] = /(\d+) (\w+) (\d+) ([\d:]+) GMT$/.exec(
              stamp,
            ) as unknown as string[];
            const [status, took] = outcome === 'answered' ? ['200', '0.080'] : ['503', '0.003'];
            lines.push(
              line({
                time: `${day}/${month}/${year}:${time} +0000`,
                status,
                rest: `"-" "a" ${took}`,
              }),
            );
          },
        },
      },
    );
    world.advance(600_000);
    const recording = await readLog(lines, combined);
    expect(recording.length).toBe(lines.length);
    const run = play(
      { traffic: recorded(recording), duration: recording.span },
      { consecutiveFailureThreshold: 5, retryTimeout: 5_000 },
      { explain: true },
    );
    const [first] = run.openings;
    const openedAt = recording.start + (first?.at as number) - truth;
    expect(Math.abs(openedAt - 300_083)).toBeLessThan(1_000);
    expect(first?.false).toBe(false);
    expect(run.score.falseOpenings).toBe(0);
    expect(run.score.refused).toBeGreaterThan(2_000);
    expect(run.notes[0]).toMatch(/^A replay is an open loop/);
  });

  it('refuses a recording without calls, and what is no recording', async () => {
    const empty = await readLog([], combined);
    expect(() => recorded(empty)).toThrow('recorded length must be at least one call, got 0');
    expect(() => recorded({} as never)).toThrow('recorded must be a recording as of readLog()');
  });
});
