import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { PriceList } from '../../bench/lib/price.ts';
import { tryOut } from '../../bench/lib/tryOut.ts';

let list: PriceList;
beforeAll(async () => {
  list = await PriceList.of();
});

describe('the price of a part', () => {
  it('is nothing where nothing is taken out', async () => {
    const { gzip } = await list.without({});
    expect(Math.abs(gzip - list.whole.gzip)).toBeLessThan(list.whole.gzip / 500);
  });

  it('holds the code that only a member uses', async () => {
    const { code, gzip } = await list.without({ members: ['Handle.execute'] });
    const withAndWithout = [list.whole.code, code].map((text) => text.includes('AbortController'));
    expect(withAndWithout).toEqual([true, false]);
    expect(gzip).toBeLessThan(list.whole.gzip - 100);
    await tryOut('execute', code);
  });

  it('holds the branches that only an option reaches', async () => {
    const { code, gzip } = await list.without({ constants: { tripWhen: 'undefined' } });
    const withAndWithout = [list.whole.code, code].map(
      (text) => text.includes("'trip-when'") || text.includes('"trip-when"'),
    );
    expect(withAndWithout).toEqual([true, false]);
    expect(gzip).toBeLessThan(list.whole.gzip);
    await tryOut('tripWhen', code);
  });

  it.each([
    [{ members: ['Handle.fly'] }, 'Handle.fly'],
    [{ constants: { wings: 'null' } }, 'wings'],
    [{ emptied: ['flap'] }, 'flap'],
    [{ undefined: ['feathers'] }, 'feathers'],
  ])('names a part that the sources do not have: %j', async (without, name) => {
    await expect(list.without(without)).rejects.toThrow(`the sources have no ${name}`);
  });

  it('is asked of a breaker that still works', async () => {
    const broken = 'export const circuitBreaker = () => (source) => source;';
    await expect(tryOut('everything', broken)).rejects.toThrow(
      'without everything the bundle is no breaker any more',
    );
  });

  it('stands in the page of the bench, for a bundle of the present size', () => {
    const page = readFileSync(join(import.meta.dirname, '../../bench/README.md'), 'utf8');
    const stated = Number(/\(the whole: ([\d,]+) bytes\)/.exec(page)?.[1]?.replace(',', ''));
    expect(Math.abs(stated - list.whole.gzip), 'run `node bench/price.ts --write`').toBeLessThan(
      list.whole.gzip / 20,
    );
  });
});
