import { describe, expect, it } from 'vitest';
import { parseMarble } from '../../../src/testing/index.ts';
import { setUp } from '../../../src/testing/marble/setup.ts';
import { runClaim } from '../../../src/testing/marble/stage.ts';
import type { Moment } from '../../../src/testing/marble/trace.ts';

/** The trace of a text, each moment as `frame type letter call kind`. */
function trace(text: string): string[] {
  const claim = parseMarble(text);
  const run = runClaim(claim, setUp(claim, {}).make, 'state$', 'events$');
  const words = ({ frame, type, letter, call, kind }: Moment) =>
    `${frame} ${type} ${letter} ${call} ${kind}`.trim();
  return run.trace.map(words);
}

describe('the trace of a run', () => {
  it('holds what happened, in order, and nothing else', () => {
    expect(trace('A claim\n\n  circuitBreaker()\n\n  calls  -s-\n')).toEqual([
      '0 state C -1',
      '1 call s 0 s',
      '1 admitted s 0 s',
      '1 emits s 0 s',
      '1 result s 0 s',
      '1 emits | 0 s',
      '1 event s 0',
      '1 result | 0 s',
      '1 left ! 0 s',
    ]);
  });

  it('gives each success that the time brings to the oldest call of that age that runs', () => {
    const events = trace(`Streams

      circuitBreaker({ successOn: { after: 3 } })

      calls  -(ll)-l----

      l = l---------
    `).filter((words) => words.includes('event'));
    expect(events).toEqual(['4 event s 0', '4 event s 1', '9 event s 2']);
  });

  it('gives a success to the call that acts, also where an older call has the same age', () => {
    const events = trace(`Calls

      circuitBreaker()

      calls  -(ls)-

      l = ---|
    `).filter((words) => words.includes('event'));
    expect(events).toEqual(['1 event s 1', '4 event s 0']);
  });
});
