import { describe, expect, it } from 'vitest';
import { assertMarble, MarbleError, parseMarble } from '../../../src/testing/index.ts';

const head = `A claim

  circuitBreaker({ failureThreshold: 1, retryTimeout: 5 })

`;

/** What is said of a text: place and message without the excerpt. */
function complaint(text: string): string {
  try {
    assertMarble(text, { file: 'my.marble' });
  } catch (error) {
    if (error instanceof MarbleError) return error.message.split('\n')[0] as string;
    throw error;
  }
  return 'nothing';
}

describe('a marble text that cannot be read is refused with its place and how to mend it', () => {
  const below: readonly (readonly [what: string, rows: string, message: string])[] = [
    [
      'a row of no known name',
      'wibble  -x',
      "5:3: no row is called 'wibble'; a row is calls, cancel",
    ],
    ['a row in the singular', 'call  -f', "5:3: no row is called 'call'; did you mean calls?"],
    ['a shortened name', 'result  -x', "5:3: no row is called 'result'; did you mean results?"],
    ['one space after the name', 'calls -f', '5:3: the row calls needs two spaces after its name'],
    ['a row without marbles', 'calls', '5:3: the row calls needs two spaces after its name'],
    ['calls of one kind', 'calls f  -f', '5:3: calls has no rows of single kinds'],
    [
      'a kind that is nowhere',
      'calls  -f-q',
      '5:13: no kind q: define it below the rows, as q = --',
    ],
    [
      'a row of a kind that is nowhere',
      'results q  -q',
      '5:3: no kind q: define it below the rows',
    ],
    [
      'a letter that is no kind',
      'calls  -f-F',
      "5:13: the row calls is made of the letters of kinds, not 'F'",
    ],
    ['a group that is not closed', 'calls  -(ff', '5:11: this group is not closed: a ) is missing'],
    ['a group that is not opened', 'calls  -ff)', '5:13: a ) without its ('],
    ['a group in a group', 'calls  -(f(f))', '5:13: a group in a group'],
    ['an empty group', 'calls  -()', '5:12: an empty group'],
    ['time in a group', 'calls  -(f-f)', '5:13: a group is one millisecond'],
    ['a longer time in a group', 'calls  -(f 9ms f)', '5:14: a group is one millisecond'],
    [
      'a time that touches a letter',
      'calls  -f30s f',
      '5:12: put a space before and after the time 30s',
    ],
    [
      'a time that a letter touches',
      'calls  -f 9ms-f',
      '5:13: put a space before and after the time 9ms',
    ],
    [
      'a state of no known letter',
      'state  CX',
      '5:11: the row state is made of C (closed), O (open)',
    ],
    [
      'a state in small letters',
      'state  co',
      '5:10: the row state is made of C (closed), O (open)',
    ],
    [
      'a control of no known letter',
      'control  -x',
      '5:13: the row control is made of I (isolate())',
    ],
    ['an event of no known letter', 'events  -z', '5:12: the row events is made of s (success)'],
    ['an error written as #', 'results  -#', '5:13: an error is an x in results'],
    [
      'a completion among results',
      'results  -(s|)',
      "5:15: completion is shown in rows like 'results s'",
    ],
    [
      'a value that no call gives',
      'results  -p',
      "5:13: no call gives the value 'p'; results is made of",
    ],
    [
      'letters in the row of one source',
      'source s  -s',
      "5:14: the row source s is made of ^ and !, not 's'",
    ],
    ['no row that asserts', 'calls  -s', '5:3: nothing is asserted: add a row results, source'],
    [
      'a look that is not defined',
      'look  -1',
      '5:10: add a line: look 1 = { what the look finds }',
    ],
    ['a look that is not looked', 'look 1 = {}', '5:3: look 1 is in no row look'],
    ['a look defined twice', 'look 1 = {}\n  look 1 = {}', '6:3: look 1 is defined twice'],
    ['reasons without reasons', 'reasons', '5:3: the row reasons needs two spaces'],
    ['a kind that is not called', 'p = --|', '5:3: no call is of the kind p'],
    [
      'a kind called x',
      'x = --|',
      "5:3: a kind is called by one small letter other than o and x, not 'x'",
    ],
    ['a kind called o', 'o = --|', '5:3: a kind is called by one small letter'],
    ['a kind with a slip after spaces', 'p =    --(p', '5:12: this group is not closed'],
    [
      'a value with a slip after spaces',
      'p = #\n  p # =    nowhere',
      '6:12: nowhere is not defined',
    ],
    ['an = without a space after', 'p =--|', '5:3: put a space before and after the ='],
    ['a value without spaces', 'p = #\n  p # =1', '6:3: put a space before and after the ='],
    ['a word near the breaker', 'mycircuitbreaker  -x', "5:3: no row is called 'mycircuitbreaker'"],
    ['a row in the plural', 'sources  -x', "5:3: no row is called 'sources'; did you mean source?"],
    ['a row in capitals', 'Calls  -x', "5:3: no row is called 'Calls'; did you mean calls?"],
    [
      'a row that is cut short',
      'resul  -x',
      "5:3: no row is called 'resul'; did you mean results?",
    ],
    ['a row of two letters', 're  -x', "5:3: no row is called 're'; a row is calls, cancel"],
    [
      'a row that is too long',
      'stateful  -x',
      "5:3: no row is called 'stateful'; did you mean state?",
    ],
    ['a row cut short', 'stat  -x', "5:3: no row is called 'stat'; did you mean state?"],
    ['a row with a colon', 'result:  -x', "5:3: no row is called 'result:'; did you mean results?"],
    ['a word within a name', 'tate  -x', "5:3: no row is called 'tate'; a row is calls, cancel"],
    ['an = among marbles', 'wibble  -a=', "5:3: no row is called 'wibble'; a row is calls, cancel"],
    ['reasons with one space', 'reasons trip', '5:3: the row reasons needs two spaces'],
    ['a value far from its =', 'p = a-\n  p a =   p', '6:11: p is not defined'],
    ['options far from the marbles', 'p = a-    {p}', '5:13: p is not defined'],
    ['an empty group behind a mark', 'p = a-()', '5:10: an empty group'],
    ['marbles far from the =', 'p =    -()', '5:12: an empty group'],
    ['a line of signs', '%%% -x', "5:3: no row is called '%%%'; a row is calls, cancel"],
    ['a kind of two letters', 'pp = --|', '5:3: a kind is called by one small letter'],
    ['a kind defined twice', 'p = --|\n  p = -|', '6:3: the kind p is defined twice'],
    ['a kind without marbles', 'p = ', '5:3: the kind p needs marbles'],
    [
      'a kind that goes on after its end',
      'calls  -p\n  p = --(p|) text',
      '6:14: nothing can come after the end',
    ],
    [
      'a kind that goes on after its error',
      'calls  -p\n  p = --#-1',
      '6:11: nothing can come after the end',
    ],
    [
      'a value of another kind',
      'calls  -p\n  results s  -p\n  p = (p|)',
      "6:15: no call gives the value 'p'; results s is made of values, x (failed), o (refused) and |",
    ],
    [
      'a value that no kind has',
      'calls  -p\n  results  -q\n  p = (p|)',
      "6:13: no call gives the value 'q'; results is made of values, x (failed), o (refused)\n",
    ],
    ['a kind that gives the value x', 'calls  -p\n  p = --x', '6:9: a kind is made of values'],
    [
      'call options that do not end',
      'calls  -p\n  p = -|  { mayProbe: "}"',
      '6:11: the call options do not end: a } is missing',
    ],
    [
      'call options that are no JavaScript',
      'calls  -p\n  p = -|  { mayProbe }',
      '6:13: mayProbe is not defined',
    ],
    ['a row of an inherited name', 'constructor  -x', "5:3: no row is called 'constructor'"],
    ['an = without spaces', 'p= --|', '5:3: put a space before and after the ='],
    ['an error that the kind does not have', 'p = -|\n  p # = 1', '6:5: the kind p has no #'],
    ['an error of no kind', 'p # = 1', '5:3: no kind p before this line'],
    ['an error that is no JavaScript', 'p = #\n  p # = {a: }', '6:9: this is no JavaScript'],
    ['a second breaker', 'circuitBreaker()', '5:3: one breaker a claim: this is the second'],
    [
      'a call that cannot be cancelled',
      'calls  -s\n  cancel  --s\n  state  C',
      '6:13: no call of the kind s is running at 2 ms',
    ],
    [
      'a call that was never made',
      'calls  -s\n  cancel  --f\n  state  C',
      '6:13: no call of the kind f is running at 2 ms',
    ],
    [
      'a hold that nobody has taken',
      'control  -IDid--d\n  state  C',
      '5:19: no hold to lift at 7 ms: write D before d',
    ],
    [
      'a hold of another kind',
      'control  -Di\n  state  C',
      '5:14: no hold to lift at 2 ms: write I before i',
    ],
    ['text in the wrong place', 'calls  -s\n\nAnd so on', '7:1: text belongs above the options'],
  ];
  for (const [what, rows, message] of below) {
    it(what, () => {
      expect(`${complaint(`${head}  ${rows}\n`)}\n`).toContain(`my.marble:${message}`);
    });
  }

  const whole: readonly (readonly [what: string, text: string, message: string])[] = [
    ['an empty text', '', '1:1: begin with the claim'],
    ['no claim', '\n  circuitBreaker()\n\n  calls  -s\n', '2:1: begin with the claim'],
    ['rows above the claim', '  calls  -s\n\nA claim\n', '1:1: begin with the claim'],
    ['no rows', 'A claim\n\n  circuitBreaker()\n', '1:1: nothing is asserted'],
    [
      'no breaker',
      'A claim\n\n  calls  -s\n  state  C\n',
      '3:3: no breaker: add a line circuitBreaker({ ... })',
    ],
    [
      'a breaker in small letters',
      'A claim\n\n  circuitbreaker({})\n',
      '3:3: did you mean circuitBreaker({ ... })?',
    ],
    [
      'options that do not end',
      'A claim\n\n  circuitBreaker({\n\n  calls  -s\n',
      '3:3: the options do not end: a ) is missing',
    ],
    [
      'options that are no JavaScript',
      'A claim\n\n  circuitBreaker({ name 1 })\n\n  state  C\n',
      '3:3: this is no JavaScript: ',
    ],
    [
      'an option out of range',
      'A claim\n\n  circuitBreaker({\n    failureRateThreshold: 50,\n  })\n\n  state  C\n',
      '4:5: failureRateThreshold must be in (0, 1], got 50; did you mean 0.5?',
    ],
    [
      'an option of no known name',
      'A claim\n\n  circuitBreaker({ retryTimeOut: 5 })\n\n  state  C\n',
      '3:20: ',
    ],
    [
      'an unknown option that is a part of another name',
      'A claim\n\n  circuitBreaker({ retryTimeout: 5, retry: 5 })\n\n  state  C\n',
      '3:37: ',
    ],
    [
      'an unknown option on a line of its own',
      'A claim\n\n  circuitBreaker({\n    retryTimeout: 5,\nwrong: 5,\n  })\n\n  state  C\n',
      '5:1: ',
    ],
    [
      'an error whose word is above the code',
      'A claim nowhere\n\n  circuitBreaker({ tripWhen: nowhere })\n\n  state  C\n',
      '3:30: nowhere is not defined',
    ],
    [
      'an error whose word stands before the code in its line',
      'A claim\n\n  calls  -p\n  p = #\n  p # = p\n  state  C\n',
      '5:9: p is not defined',
    ],
    [
      'an error without a word',
      "A claim\n\n  circuitBreaker({ name: (() => { throw new Error('12') })(undefined) })\n\n  state  C\n",
      '3:3: 12',
    ],
    [
      'an error whose word is not in the code',
      "A claim\n\n  circuitBreaker({ name: (() => { throw new Error(['gon', 'e'].join('')) })() })\n  g = -  gone\n\n  calls  -g\n  state  C-\n",
      '3:3: gone',
    ],
    [
      'a helper of no known name',
      'A claim\n\n  circuitBreaker({ tripWhen: anyOff() })\n\n  state  C\n',
      '3:30: anyOff is not defined',
    ],
  ];
  for (const [what, text, message] of whole) {
    it(what, () => {
      expect(complaint(text)).toContain(`my.marble:${message}`);
    });
  }

  it('with the line and a mark under the place', () => {
    expect(() => assertMarble(`${head}  calls  -f-q\n`)).toThrow(
      '\n\n    calls  -f-q\n              ^\n',
    );
  });

  it('with one space for each tab', () => {
    expect(() => assertMarble(`${head}\tcalls\t\t-f-q\n`)).toThrow(
      '\n\n   calls  -f-q\n             ^\n',
    );
  });

  it('as an error that knows its place', () => {
    const error = new MarbleError('a.marble', { line: 3, column: 4 }, 'no');
    expect(error).toMatchObject({ name: 'MarbleError', file: 'a.marble', line: 3, column: 4 });
  });
});

describe('a marble text is read', () => {
  it('with a claim and prose of several lines', () => {
    const { title, prose } = parseMarble(
      `A claim that\ngoes on\n\nWhy it\nmatters.\n\nMore.\n\n  state  C\n`,
    );
    expect(title).toBe('A claim that goes on');
    expect(prose).toEqual(['Why it matters.', 'More.']);
  });

  it('with lines of spaces around its paragraphs, and spaces after its lines', () => {
    const { title, prose } = parseMarble(
      '  \n\nA claim  \ngoes on \n \n\nWhy. \n   \n  state  C\n',
    );
    expect([title, prose]).toEqual(['A claim goes on', ['Why.']]);
  });

  it('with reasons right below the claim, and prose with wide spaces', () => {
    const { reasons, prose } = parseMarble('A claim\n\nhowever  many\n\nreasons  a, b\n');
    expect([prose, reasons?.words]).toEqual([['however  many'], ['a', 'b']]);
  });

  it('with a kind of its own instead of a given one', () => {
    const { kinds } = parseMarble('A claim\n\n  calls  -s\n  s = --(s|)  see circuitBreaker\n');
    expect(kinds.get('s')).toMatchObject({ width: 6, comment: 'see circuitBreaker' });
  });

  it('with a byte order mark in the middle of the text left as it is', () => {
    expect(parseMarble('A \uFEFFclaim\n\n  calls  -s\n').title).toBe('A \uFEFFclaim');
  });

  it('with prose that begins like a row', () => {
    const { prose } = parseMarble('A claim\n\nstate of the art, and\ncalls too.\n\n  state  C\n');
    expect(prose).toEqual(['state of the art, and calls too.']);
  });

  it('with rows that are not indented', () => {
    expect(parseMarble('A claim\n\ncircuitBreaker()\n\ncalls  -s\n').rows).toHaveLength(1);
  });

  it('indented as a whole, as it stands in a test', () => {
    const { title, prose, rows } = parseMarble(
      '\n    A claim\n\n    Why.\n\n      calls  -s\n    ',
    );
    expect([title, prose, rows.length]).toEqual(['A claim', ['Why.'], 1]);
  });

  it('with lines that end as on Windows, and a byte order mark', () => {
    expect(parseMarble('\uFEFFA claim\r\n\r\n  calls  -s\r\n').title).toBe('A claim');
    expect(parseMarble('\uFEFFA claim\r\n\r\n  calls  -s\r\n').rows[0]?.marks).toMatchObject([
      { frame: 1, letter: 's' },
    ]);
  });

  it('may be a fraction of several digits', () => {
    expect(parseMarble('A claim\n\n  calls  -s 1.125s\n').horizon).toBe(1_127);
  });

  it('with the times of TestScheduler.run', () => {
    const { rows, horizon } = parseMarble('A claim\n\n  calls  -s 9ms s(ff)s 2s s 1m s 1.5s\n');
    expect(rows[0]?.marks.map(({ frame }) => frame)).toEqual([1, 11, 12, 12, 16, 2017, 62018]);
    expect(horizon).toBe(63519);
  });

  it('with rows of the same name laid over each other', () => {
    const { rows } = parseMarble('A claim\n\n  calls  -s---s\n  calls  ---s\n');
    expect(rows).toHaveLength(1);
    expect(rows[0]?.marks.map(({ frame }) => frame)).toEqual([1, 3, 5]);
  });

  it('with call options and words for readers after the marbles of a kind', () => {
    const kind = (line: string) => {
      const { kinds } = parseMarble(`A claim\n\n  calls  -p\n  p = ${line}\n`);
      const { width, callOptions, comment } = kinds.get('p') ?? {};
      return [width, callOptions, comment];
    };
    expect(kind('---|')).toEqual([4, null, '']);
    expect(kind('---|   a probe  of mine')).toEqual([4, null, 'a probe  of mine']);
    const mayProbe = { code: '{ mayProbe: false }', value: { mayProbe: false } };
    expect(kind('---|  { mayProbe: false }')).toEqual([4, mayProbe, '']);
    expect(kind('- -|  { mayProbe: false }  a user')).toEqual([3, mayProbe, 'a user']);
    const context = { code: '{ context: [1, "}"] }', value: { context: [1, '}'] } };
    expect(kind('-|  { context: [1, "}"] } text')).toEqual([2, context, 'text']);
  });

  it('with all letters of controls and events', () => {
    const { rows } = parseMarble('A claim\n\n  control  IiDdRTH\n  events   sxicolerCOHID\n');
    expect(rows.map(({ marks }) => marks.length)).toEqual([7, 13]);
  });

  it('with options over several lines, brackets in strings not counted', () => {
    const { options } = parseMarble(
      "A claim\n\n  circuitBreaker({\n    name: ')',\n  })\n\n  calls  -s\n",
    );
    expect(options?.code).toBe("circuitBreaker({\n    name: ')',\n  })");
  });
});
