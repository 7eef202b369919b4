import type { Options } from './words.ts';

/** A claim of the trip rules: a row of calls, and when the breaker changes to which state. */
export interface Claim {
  readonly what: string;
  readonly options?: Options;
  readonly calls: string;
  readonly changes: readonly string[];
}

const classifyError: Options['classifyError'] = (error) => (error === 'n' ? 'ignored' : 'failure');
const classifyValue: Options['classifyValue'] = (value) => (value === 'b' ? 'failure' : 'success');

/** Six failures open at 11, the open time ends at 26. */
const opened = '-f-f-f-f-f-f 14ms ';

export const claims: readonly Claim[] = [
  { what: 'six failures open', calls: '-f-f-f-f-f-f-s-', changes: ['open at 11'] },
  { what: 'a success makes up for one failure', calls: '-fffsffff-s-', changes: ['open at 8'] },
  {
    what: 'good calls are no credit',
    calls: '-ssssssssss-ffffffffff-s-',
    changes: ['open at 21'],
  },
  {
    what: '999 ms of trouble do not open, 1001 ms do',
    calls: '-ssssssssss-ffffff 993ms f-f-s-',
    changes: ['open at 1013'],
  },
  {
    what: '1000 ms of trouble open',
    calls: '-ssssssssss-ffffff 994ms f-s-',
    changes: ['open at 1012'],
  },
  {
    what: 'time alone opens nothing, a success neither',
    calls: '-ssssssssss-ffffff 2s s-f-f-s-',
    changes: ['open at 2020'],
  },
  {
    what: 'the excess never grows above the threshold',
    calls: '-ssssssssssssssssssssffffffffffffss 2s f-f-',
    changes: ['open at 2037'],
  },
  {
    what: 'once all is well, trouble begins anew',
    calls: '-ssssssssss-ffffff-ssssss 2s ffffff-',
    changes: [],
  },
  {
    what: 'failures hours apart add up',
    calls: 'f 60m f 60m f 60m f 60m f 60m f-',
    changes: ['open at 18000005'],
  },
  {
    what: 'ignored calls are neither good nor bad',
    options: { classifyError },
    calls: '-fffnnnnfff-',
    changes: ['open at 10'],
  },
  {
    what: 'a value that is a failure is a bad call',
    options: { classifyValue },
    calls: '-v-v-v-v-v-v---',
    changes: ['open at 12'],
  },
  {
    what: 'a call that hangs is bad at the limit of its age',
    options: { slowCallDuration: 5 },
    calls: '-hhhhhh-------',
    changes: ['open at 12'],
  },
  {
    what: 'a slow call is bad once, however it ends',
    options: { slowCallDuration: 5 },
    calls: '-hPQ---------fff-',
    changes: ['open at 15'],
  },
  {
    what: 'half-open, a good probe closes while nobody is refused',
    options: { retryTimeout: 15 },
    calls: `${opened}p-------`,
    changes: ['open at 11', 'half-open at 26', 'closed at 31'],
  },
  {
    what: 'half-open, rounds of 1, 3 and 5 while calls are refused',
    options: { retryTimeout: 15 },
    calls: `${opened}p-p---ppp-p---ppppp-------`,
    changes: ['open at 11', 'half-open at 26', 'closed at 49'],
  },
  {
    what: 'half-open, two bad of three make the limit 1, and the third opens',
    options: { retryTimeout: 15 },
    calls: `${opened}p-p---qqq-------`,
    changes: ['open at 11', 'half-open at 26', 'open at 39'],
  },
  {
    what: 'half-open, refuses for no longer than it was open',
    options: { retryTimeout: 6 },
    calls: '-f-f-f-f-f-f 5ms p-p---ppp-p-----',
    changes: ['open at 11', 'half-open at 17', 'closed at 30'],
  },
];
