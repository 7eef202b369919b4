import { take, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { parseMarble } from '../../../src/testing/index.ts';
import { callSource } from '../../../src/testing/marble/callSource.ts';

/** The told steps of a call of this kind, each with the act within which the source told it. */
function steps(kind: string, values = 99): string[] {
  const claim = parseMarble(`A claim\n\n  calls  -p\n  p = ${kind}\n`);
  const scheduler = new VirtualTimeScheduler();
  const told: string[] = [];
  let depth = '';
  const tell = (type: string, letter: string) => told.push(`${depth}${type} ${letter}`);
  const act = (deed: () => void): void => {
    depth = 'act: ';
    deed();
    depth = '';
  };
  const source = callSource(claim.kinds.get('p') as never, scheduler, tell, act);
  source.pipe(take(values)).subscribe({ error: ({ message }) => told.push(`error ${message}`) });
  told.push('subscribed');
  scheduler.flush();
  return told;
}

describe('the source of a call', () => {
  it('emits its first column at once, and the rest in time within an act', () => {
    expect(steps('1-(2|)')).toEqual([
      'admitted p',
      'emits 1',
      'subscribed',
      'act: emits 2',
      'act: emits |',
      'act: left !',
    ]);
  });

  it('fails with the letter of its kind', () => {
    expect(steps('#')).toEqual(['admitted p', 'emits #', 'error p', 'left !', 'subscribed']);
  });

  it('emits nothing once it is left', () => {
    expect(steps('(12|)', 1)).toEqual(['admitted p', 'emits 1', 'left !', 'subscribed']);
    expect(steps('-1-2', 1)).toEqual(['admitted p', 'subscribed', 'act: emits 1', 'act: left !']);
  });
});
