import { readFileSync } from 'node:fs';
import { asyncScheduler, defer, type Observable, type SchedulerLike } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type CircuitBreaker, circuitBreaker } from '../../../src/index.ts';
import {
  assertMarble,
  drawMarble,
  type MarbleOptions,
  parseMarble,
  printMarble,
} from '../../../src/testing/index.ts';

function messageOf(text: string, options?: MarbleOptions): string {
  try {
    assertMarble(text, options);
  } catch (error) {
    return (error as Error).message;
  }
  return 'nothing';
}

const head = `A claim

  circuitBreaker({ failureThreshold: 1, retryTimeout: 5 })

`;

describe('a claim that does not hold', () => {
  it('fails with both rows as aligned marbles', () => {
    expect(messageOf(`${head}  calls    -f-s\n  results  -x-s\n  state    C--O\n`)).toBe(
      `marble:6:15: A claim

    calls    -f-s
  - results  -x-s
  + results  -x-o
  - state    C--O
  + state    CO--

  - expected, + what happened in these 4ms

  results: expected s at 3 ms, got o at 3 ms
`,
    );
  });

  it('is printed with long gaps folded, in all rows alike', () => {
    const text = `A claim

  circuitBreaker({ failureThreshold: 1, retryTimeout: 30_000 })

  calls  -f 30s s
  state  C(OH) 29997ms C
`;
    expect(messageOf(text)).toContain(`
    calls  -f--- 29996ms -s
  - state  C(OH) 29996ms -C
  + state  CO--- 29996ms HC
`);
  });

  it('is printed on two lines where a group leaves no room', () => {
    const text = `${head}  calls  -(ff)\n  calls  --s\n  state  C\n`;
    expect(messageOf(text)).toContain('    calls  -(ff)\n    calls  --s--\n');
  });

  it('shows what a look found instead', () => {
    const text = `${head}  calls  -f\n  look   -1\n  look 1 = { state: 'closed', counts: { calls: 1 } }\n`;
    expect(messageOf(text)).toContain(`
  - look 1 = { state: 'closed', counts: { calls: 1 } }
  + look 1 = { state: 'open', counts: { calls: 0 } }
`);
  });

  it('shows the reasons that were', () => {
    expect(messageOf(`${head}  calls  -f----s\n  reasons  failure-rate\n`)).toContain(`
  - reasons  failure-rate
  + reasons  failures, retry-timeout, probes-succeeded
`);
  });

  it('says the reasons that were, or that there were none', () => {
    const reasons = `${head}  calls  -f----s\n  reasons  failure-rate\n`;
    expect(messageOf(reasons)).toContain(
      '  the reasons are failures, retry-timeout, probes-succeeded\n',
    );
    const none = `${head}  calls  -s\n  reasons  failures, retry-timeout\n`;
    expect(messageOf(none)).toContain('  - reasons  failures, retry-timeout\n  + reasons\n');
    expect(messageOf(none)).toContain('  the reasons are none\n');
  });

  it('shows reasons and looks only if they are wrong', () => {
    const text = `${head}  calls  -f\n  state  C-\n  look   -1\n  reasons  failures\n  look 1 = { state: 'open' }\n`;
    expect(messageOf(text)).toBe(`marble:6:10: A claim

    calls  -f
  - state  C-
  + state  CO
    look   -1

  - expected, + what happened in these 2ms

  state: expected nothing more, got O at 1 ms
`);
  });

  it('lets a look see the totals, and what the last refusal said', () => {
    const text = `A claim

  circuitBreaker({ consecutiveFailureThreshold: 1, retryTimeout: 9 })

  calls    -f--s-
  look     -1--2-
  look 1 = { totals: { failures: 1, rejected: 0 }, refusal: null }
  look 2 = { totals: { failures: 1, rejected: 1 }, refusal: { state: 'open', retryAfter: 6 } }
`;
    expect(() => assertMarble(text)).not.toThrow();
    expect(() => assertMarble(text.replace('retryAfter: 6', 'retryAfter: 7'))).toThrow(
      "+ look 2 = { totals: { failures: 1, rejected: 1 }, refusal: { state: 'open', retryAfter: 6 } }",
    );
    expect(() => assertMarble(text.replace('rejected: 0', 'rejected: 1'))).toThrow('look 1');
  });

  it('shows a refusal by another breaker as an error of the source', () => {
    assertMarble(`A claim

  circuitBreaker()

  calls    -n-
  source   -n-
  results  -x-
  look     -1-
  look 1 = { refusal: null, counts: { ignored: 1 } }

  n = #
  n # = new CircuitOpenError('another', 'open', 500)
`);
  });

  it('knows what a health check is made of', () => {
    for (const probe of ['of(1)', 'timer(0)', 'throwError(() => 0)', 'NEVER']) {
      const text = `A claim

  circuitBreaker({ consecutiveFailureThreshold: 1, retryTimeout: 5, probe: () => ${probe} })

  calls    -f------
  source   -f------
`;
      expect(() => assertMarble(text)).not.toThrow();
    }
  });

  it('fails if one of several looks of the same letter is wrong', () => {
    const text = `${head}  calls  --f\n  look   -1-1\n  look 1 = { state: 'closed' }\n`;
    expect(messageOf(text)).toContain(`
  - look 1 = { state: 'closed' }
  + look 1 = { state: 'closed' }
  + look 1 = { state: 'open' }
`);
    expect(messageOf(text)).toContain('\n  look 1 found something else\n');
  });

  it('points to the mark that is wrong, or to the last one if something is missing in the row', () => {
    const at = (rows: string): string => messageOf(head + rows).split(': ')[0] as string;
    expect(at('  calls  -f\n  state  C-O\n')).toBe('marble:6:12');
    expect(at('  calls  -f-\n  state  C\n')).toBe('marble:6:10');
    expect(at('  calls  -s-f\n  state  C-H-O\n')).toBe('marble:6:12');
    expect(at('  calls    -ff\n  results  -x\n')).toBe('marble:6:13');
    expect(at('  calls    -f\n  results  --\n')).toBe('marble:6:3');
  });

  it('says what is missing', () => {
    expect(messageOf(`${head}  calls    -s\n  results  -ss\n`)).toContain(
      'results: expected s at 2 ms, got nothing more',
    );
  });

  it('fails when only the unwatched breaker breaks it', () => {
    let made = 0;
    const breaker = () => circuitBreaker({ failureThreshold: ++made });
    const message = messageOf('A claim\n\n  calls    -f-s\n  results  -x-o\n', { breaker });
    expect(message).toContain('(while nobody subscribes to state$ or events$)');
    expect(message).toContain('+ results  -x-s');
  });
});

describe('a claim', () => {
  it('can be about the options of an app', () => {
    const breaker = { consecutiveFailureThreshold: 5 };
    assertMarble('Five in a row\n\n  calls  -fffffs\n  state  C----O\n', { breaker });
    expect(messageOf('Four\n\n  calls  -ffffs\n  state  C---O\n', { breaker })).toContain(
      '- state',
    );
  });

  it('can be about the breaker of an app, on the scheduler it is given', () => {
    assertMarble('Opens for 5 ms\n\n  calls  -f\n  state  CO----H\n', {
      breaker: (scheduler) => circuitBreaker({ failureThreshold: 1, retryTimeout: 5, scheduler }),
    });
  });

  it('is about one breaker, its own or the given one', () => {
    expect(messageOf(`${head}  state  C\n`, { breaker: {} })).toContain('leave one out');
  });

  it('refuses a breaker that was made already, for its clock is not that of the marble', () => {
    const breaker = circuitBreaker() as never;
    expect(messageOf('It\n\n  calls  -s\n  state  C-\n', { breaker })).toContain('another clock');
  });

  it('ends where the longest row ends', () => {
    assertMarble(`${head}  calls  -f---\n  state  CO---\n`);
  });

  it('asserts all that happens until then, also in a shorter row', () => {
    expect(messageOf(`${head}  calls  -f----\n  calls  -------\n  state  CO\n`)).toContain(
      '+ state  CO----H',
    );
  });

  it('fails rather than hangs when a timer sets itself again for ever', () => {
    const breaker = () => {
      const handle = circuitBreaker();
      const again = (): void => void asyncScheduler.schedule(again);
      again();
      return handle;
    };
    expect(messageOf('A claim\n\n  calls  -s\n  state  C-\n', { breaker })).toContain(
      'time stands still at 0 ms',
    );
  });

  it('leaves time as it was', () => {
    assertMarble(`${head}  calls  -f 5m s\n  state  CO----H 299995ms C\n`);
    expect(asyncScheduler.now()).toBeGreaterThan(1e12);
  });
});

describe('wrong input', () => {
  const text = 'A claim\n\n  calls  -s\n  state  C-\n';
  const cases: readonly (readonly [
    what: string,
    text: unknown,
    options: unknown,
    message: string,
  ])[] = [
    ['no text', undefined, {}, 'a marble text must be a string, got undefined'],
    ['a text that is a number', 5, {}, 'a marble text must be a string, got 5'],
    ['no breaker', text, undefined, 'marble:3:3: no breaker: add a line circuitBreaker'],
    ['options that are null', text, null, 'must be an object, got null'],
    ['options that are a list', text, [], 'must be an object, got []'],
    [
      'an option of no known name',
      text,
      { breakr: {} },
      'have no "breakr": known are breaker, file',
    ],
    ['a file that is no string', text, { breaker: {}, file: 5 }, 'file must be a string, got 5'],
    ['a breaker that is null', text, { breaker: null }, 'breaker must be options, or a function'],
    ['a breaker that is a list', text, { breaker: [] }, 'breaker must be options, or a function'],
    ['a breaker that is a text', text, { breaker: 'b' }, 'makes the breaker, got "b"'],
    [
      'a breaker that was made',
      text,
      { breaker: circuitBreaker() },
      'breaker goes by another clock',
    ],
    [
      'a function without a breaker',
      text,
      { breaker: () => {} },
      'breaker must return a circuit breaker, got undefined',
    ],
    [
      'a function that makes another',
      text,
      { breaker: () => () => {} },
      'breaker must return a circuit breaker, got a function',
    ],
    ['an option of the breaker', text, { breaker: { minimumCall: 1 } }, 'minimumCall'],
    [
      'a line that makes no breaker',
      'It\n\n  circuitBreaker.name\n\n  state  C\n',
      {},
      '3:3: this line must be one call of circuitBreaker',
    ],
  ];
  for (const [what, given, options, message] of cases) {
    it(`is refused by name: ${what}`, () => {
      for (const use of [assertMarble, printMarble, drawMarble]) {
        expect(() => use(given as string, options as MarbleOptions)).toThrow(message);
      }
    });
  }

  it('is refused by parseMarble too', () => {
    expect(() => parseMarble(undefined as never)).toThrow('a marble text must be a string');
    expect(() => parseMarble(text, 5 as never)).toThrow(
      new TypeError('file must be a string, got 5'),
    );
  });

  it('is refused with the name of the function', () => {
    for (const use of [assertMarble, printMarble, drawMarble]) {
      expect(() => use(text, { other: 1 } as never)).toThrow(`the options of ${use.name} have no`);
    }
  });
});

describe('the subscribers of a run', () => {
  /** The streams that a claim's two runs subscribe to. */
  function watched(text: string): string[] {
    const seen: string[] = [];
    assertMarble(text, {
      breaker: () => {
        const breaker = circuitBreaker();
        seen.push('run');
        for (const name of ['state$', 'events$'] as const) {
          const stream = breaker[name] as Observable<unknown>;
          const value = defer(() => {
            seen.push(name);
            return stream;
          });
          Object.defineProperty(breaker, name, { value });
        }
        return breaker;
      },
    });
    return seen;
  }

  it('are of state$ alone, and then there are none', () => {
    expect(watched('A claim\n\n  calls  -s\n  source  -s\n')).toEqual(['run', 'state$', 'run']);
  });

  it('are of events$ too where the claim speaks of events or reasons', () => {
    const both = ['run', 'state$', 'events$', 'run'];
    expect(watched('A claim\n\n  calls  -s\n  events  -s\n')).toEqual(both);
    expect(watched('A claim\n\n  control  -I\n  reasons  isolate\n')).toEqual(both);
  });
});

describe('what is done by hand', () => {
  it('can be a trip, with the normal way back', () => {
    assertMarble(`A breaker that is tripped by hand opens for the retry timeout

      circuitBreaker({ consecutiveFailureThreshold: 5, retryTimeout: 5 })

      calls    -s-s----s-
      control  --T-------
      results  -s-o----s-
      state    C-O----HC-
      events   -sOo---H(sC)
    `);
  });

  it('can be the end of the open time', () => {
    assertMarble(`halfOpen() ends the open time now

      circuitBreaker({ consecutiveFailureThreshold: 1, successThreshold: 1, retryTimeout: 50 })

      calls    -f-s-s-
      control  ----H--
      results  -x-o-s-
      state    CO--HC-
    `);
  });

  it('can be a reset, which is told in every state', () => {
    assertMarble(`A reset is told after the change of state, if there is a change

      circuitBreaker({ consecutiveFailureThreshold: 1, retryTimeout: 50 })

      calls    -f-----
      control  ---R-R-
      state    CO-C---
      events   -(xO)
      events   ---(Cr)
      events   -----r
    `);
  });
});

describe('a kind with call options', () => {
  it('is called with them: a call that may not probe is refused in half-open', () => {
    assertMarble(`A call that may not probe meets half-open as open

      circuitBreaker({ consecutiveFailureThreshold: 1, successThreshold: 1, retryTimeout: 5 })

      calls    -p-f----p-s-p
      results  -p-x----o-s-p
      state    C--O----H-C--

      p = (p|)  { mayProbe: false }  a call that may not probe
    `);
  });

  it('is judged in its own way', () => {
    const rows = (given: string, state: string): string => `An error that the call itself ignores

      circuitBreaker({ consecutiveFailureThreshold: 1 })

      calls  -n-
      state  ${state}

      n = #  ${given}
    `;
    assertMarble(rows("{ classifyError: () => 'ignored' }", 'C'));
    assertMarble(rows('', 'CO-'));
  });
});

describe('a row of events without calls', () => {
  it('is told by state changes and nothing else', () => {
    assertMarble('A claim\n\n  control  -I-i\n  events   -I-C\n', { breaker: {} });
  });
});

describe('printMarble', () => {
  it('prints what happens, for the author to check and adopt', () => {
    expect(printMarble(`${head}  calls  -f-s--s-\n`)).toBe(
      `  calls    -f-s--s---
  source   -f----s---
  results  -x-o--s---
  state    CO----(HC)`,
    );
  });
});

describe('printMarble of other claims', () => {
  it('prints events, and a row in which nothing happens', () => {
    expect(printMarble(`${head}  calls  -f\n  cancel  --\n  events  --\n`)).toBe(
      `  calls    -f--
  cancel   ----
  events   -(xO)
  source   -f--
  results  -x--
  state    CO--`
        .replaceAll('-f--', '-f---')
        .replaceAll('----\n', '-----\n')
        .replaceAll('-x--', '-x---')
        .replaceAll('CO--', 'CO---'),
    );
  });

  it('prints long times in minutes, seconds or milliseconds', () => {
    const times = (time: string): string =>
      printMarble(`A claim\n\n  circuitBreaker()\n\n  calls  -s ${time} s\n`).split(
        '\n',
      )[0] as string;
    expect(times('2m')).toBe('  calls    -s 2m s');
    expect(times('90s')).toBe('  calls    -s 90s s');
    expect(times('1500ms')).toBe('  calls    -s 1500ms s');
    expect(times('12ms')).toBe('  calls    -s------------s');
    expect(times('13ms')).toBe('  calls    -s 13ms s');
  });
});

describe('a call that fails before it is admitted', () => {
  it('is a failed call, and no refused one', () => {
    const breaker = (time: SchedulerLike): CircuitBreaker => {
      const now = (): number => {
        if (time.now() === 1) throw new Error('a broken clock');
        return time.now();
      };
      const schedule = time.schedule.bind(time);
      return circuitBreaker({ scheduler: { now, schedule } });
    };
    expect(printMarble('A claim\n\n  calls  -s-s\n', { breaker })).toContain('results  -x-s');
  });
});

describe('printMarble of a claim that ends with a quiet time', () => {
  it('prints no space after the time', () => {
    expect(printMarble('A claim\n\n  circuitBreaker()\n\n  calls  30s -s 20ms\n')).toBe(
      `  calls    - 30s s 20ms
  source   - 30s s 20ms
  results  - 30s s 20ms
  state    C 30s - 20ms`,
    );
  });
});

describe('drawMarble and printMarble of a claim without rows', () => {
  it('point to its first line if the breaker is missing', () => {
    for (const use of [drawMarble, printMarble]) {
      expect(() => use('A claim\n')).toThrow('marble:1:1: no breaker');
    }
  });
});

describe('printMarble of a claim with reasons and looks', () => {
  it('prints them as they were found, and each row once', () => {
    const text = `${head}  calls    -f-----s
  source   -
  results  -
  state    -
  look     -1-2
  reasons  isolate
  look 1 = { state: 'closed', counts: { calls: 1 } }
  look 2 = { attempt: 0 }
`;
    expect(
      printMarble(text.replaceAll('  -\n', '  ---\n').replace('state    ---', 'state    C--')),
    ).toBe(
      `  calls    -f-----s
  source   -f-----s
  results  -x-----s
  state    CO----HC
  look     -1-2----
  reasons  failures, retry-timeout, probes-succeeded
  look 1 = { state: 'open', counts: { calls: 0 } }
  look 2 = { attempt: 1 }`,
    );
  });
});

describe('the format page', () => {
  it('has an example that holds', () => {
    const page = readFileSync(new URL('../../../marbles/README.md', import.meta.url), 'utf8');
    const [, example] = /```\n(Opens once[\s\S]*?)```/.exec(page) ?? [];
    assertMarble(example as string);
  });
});
