import { beforeEach, describe, expect, it } from 'vitest';
import { claimFiles, picture } from '../../../marbles/gallery.ts';
import { drawMarble, parseMarble } from '../../../src/testing/index.ts';
import fc from '../../fastCheck.ts';
import { faultsOf } from './faults.ts';
import { readPicture, type Shape } from './shapes.ts';

function pictures() {
  return claimFiles().map((file) => ({
    name: file.name,
    ...readPicture(picture(file)),
    title: parseMarble(file.text).title,
  }));
}

describe('the pictures of all claims', () => {
  it('have every pill on its stem, every look line behind the discs, and no text over another', () => {
    const all = pictures();
    expect(all.length).toBeGreaterThan(100);
    const faults = all.flatMap((it) => faultsOf(it).map((fault) => `${it.name}: ${fault}`));
    expect(faults).toEqual([]);
  });

  it('are different for different claims', () => {
    const seen = new Map<string, string>();
    const same = pictures().filter(({ drawing, name }) => {
      const before = seen.get(drawing);
      seen.set(drawing, name);
      return before !== undefined;
    });
    expect(same.map(({ name }) => name)).toEqual([]);
  });

  it('are named by their claims', () => {
    expect(pictures().filter(({ label, title }) => label !== title)).toEqual([]);
  });

  it('fit the column of a page', () => {
    expect(
      pictures()
        .filter(({ box }) => box.right > 880)
        .map(({ name }) => name),
    ).toEqual([]);
  });
});

function fail(message: string): never {
  throw new Error(message);
}

describe('a fault of a picture is noticed', () => {
  const claim = `A claim

  circuitBreaker({ failureThreshold: 1 })

  calls    -f-s-
  control  ----R
  look     -1---
  look 1 = { state: 'open' }
`;
  let good = '';
  let shapes: readonly Shape[] = [];
  beforeEach(() => {
    good = drawMarble(claim);
    shapes = readPicture(good).shapes;
  });
  const faults = (svg: string): string => faultsOf(readPicture(svg)).join('\n');
  /** The picture with the first element of this beginning at another x. */
  const place = (start: string, x: number): string =>
    good.replace(new RegExp(`(${start} c?x=")[\\d.]+`), (_, before: string) => before + x);
  const shape = (tag: string, name: string): Shape =>
    shapes.find((it) => it.tag === tag && it.classes.includes(name)) ?? fail(`no ${name}`);
  const stem = (): number => shape('path', 'stem').left;
  const disc = (x: number, y: number): string =>
    `<circle class="solid bad" cx="${x}" cy="${y}" r="9"/></svg>`;

  it('by a pill off its stem', () => {
    expect(faults(good)).toBe('');
    expect(faults(place('<rect class="pill"', stem() + 1))).toContain(
      `stem at ${stem()} has 0 pills`,
    );
    expect(faults(place('<rect class="pill"', stem() - 1))).not.toContain('has 0 pills');
  });

  it('by a stem through a call', () => {
    expect(faults(place('<circle class="call"', stem() + 5))).toContain(
      `a stem at ${stem()} crosses circle.call`,
    );
  });

  it('by a look line that lies over a disc', () => {
    const look = shape('path', 'look').left;
    const below = shape('rect', 'bandC').bottom + 40;
    const lines = /<path class="look"[^>]*>/g;
    const later = `${good.match(lines)?.join('')}</svg>`;
    expect(faults(good.replace('</svg>', disc(look, below)))).not.toContain('look line');
    const over = good.replace('</svg>', disc(look, below)).replace('</svg>', later);
    expect(faults(over)).toContain(`a look line at ${look} runs through circle.solid.bad`);
  });

  it('by a text over another, and by a text that leaves its band or the picture', () => {
    const open = shape('text', 'wordO');
    expect(faults(place('<text class="word wordC"', open.left))).toContain(
      `overlaps text.word.wordO 'open'`,
    );
    expect(faults(place('<text class="word wordO"', open.left - 20))).toContain('leaves its band');
    expect(faults(place('<text class="ink code"', 400))).toContain('leaves the picture');
  });

  it('by a disc that hides another', () => {
    const hidden = shape('circle', 'solid');
    const over = disc(hidden.left + 9, hidden.top + 9);
    expect(faults(good.replace('</svg>', over))).toContain('hides');
  });

  it('by a state that is not a word, and by numbers that disagree', () => {
    expect(faults(good.replace('>open<', '>O<'))).toContain('the state O');
    expect(faults(good.replace('1 is refused', '1 are refused'))).toContain('disagree');
  });
});

describe('the picture of any claim', () => {
  const marks = fc.array(fc.constantFrom('-', '-', '-', 's', 'f', 'p', 'h', 'w', '(ff)', '(sp)'), {
    minLength: 1,
    maxLength: 24,
  });
  const anyDeeds = fc.array(
    fc.constantFrom('-', '-', 'I', 'i', 'D', 'd', 'R', 'T', 'H', '(ID)', ' 5s '),
    { maxLength: 24 },
  );
  const deeds = anyDeeds.map((strip) => {
    const held = { I: 0, D: 0 };
    return strip.map((deed) => {
      const capital = deed.toUpperCase();
      if ((capital === 'I' || capital === 'D') && deed !== capital) {
        if (held[capital] === 0) return '-'; // nobody can lift a hold that nobody has taken
        held[capital]--;
      }
      if (deed.includes('I')) held.I++;
      if (deed.includes('D')) held.D++;
      return deed;
    });
  });
  const looks = fc.array(fc.constantFrom('-', '-', '1', '2'), { maxLength: 24 });

  it('has no fault', () => {
    fc.assert(
      fc.property(marks, deeds, looks, fc.boolean(), (calls, control, look, events) => {
        const rows = [
          ['calls', ['-', ...calls]],
          ['control', ['-', ...control]],
          ['look', ['-', ...look, '(12)']],
          ['events', events ? ['-'] : []],
        ] as const;
        const used = (letter: string): boolean => calls.join('').includes(letter);
        const text = [
          'A claim',
          '',
          '  circuitBreaker({ failureThreshold: 3, slowCallDuration: 2, retryTimeout: 3 })',
          '',
          ...rows.flatMap(([name, strip]) =>
            strip.length > 0 ? [`  ${name}  ${strip.join('')}`] : [],
          ),
          ...(used('p') ? ['  p = ---(p|)'] : []),
          ...(used('h') ? ['  h = -'] : []),
          ...(used('w') ? ['  w = -1-2-#  a stream'] : []),
          '  look 1 = { state: "closed" }',
          '  look 2 = { counts: { calls: 1, failures: 1, successes: 0, consecutiveFailures: 1 } }',
        ].join('\n');
        const faults = faultsOf(readPicture(drawMarble(text)));
        expect(faults, text).toEqual([]);
      }),
      { numRuns: 150, seed: 3 },
    );
  });
});
