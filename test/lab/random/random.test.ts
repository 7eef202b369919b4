import { describe, expect, it } from 'vitest';
import { cosineOfTurn, exp, log, normalQuantile, Stream } from '../../../src/lab/random/index.ts';
import fc from '../../fastCheck.ts';

describe('arithmetic that is the same on every engine', () => {
  it('has a logarithm to the last bits', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-300, max: 1e300, noNaN: true }), (x) => {
        const expected = Math.log(x);
        expect(Math.abs(log(x) - expected)).toBeLessThanOrEqual(4e-16 * Math.abs(expected));
      }),
    );
  });

  it('has an exponential function to the last bits', () => {
    fc.assert(
      fc.property(fc.double({ min: -700, max: 700, noNaN: true }), (x) => {
        expect(Math.abs(exp(x) / Math.exp(x) - 1)).toBeLessThanOrEqual(4e-16);
      }),
    );
  });

  it('has a cosine to nine digits', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (turns) => {
        expect(cosineOfTurn(turns)).toBeCloseTo(Math.cos(2 * Math.PI * turns), 9);
      }),
    );
  });

  it('knows the quantiles of the normal distribution', () => {
    const known = [
      [0.5, 0],
      [0.9, 1.2815515655],
      [0.99, 2.326347874],
      [0.975, 1.9599639845],
      [1e-9, -5.997807015],
      [0.02, -2.0537489106],
    ] as const;
    for (const [p, z] of known) expect(normalQuantile(p)).toBeCloseTo(z, 5);
  });
});

describe('a stream of random numbers', () => {
  it('is even: mean, variance, and 256 classes by chi-square', () => {
    for (const [seed, stream] of [
      [1, 1],
      [1, 2],
      [2, 1],
      [-0.5, 77],
    ] as const) {
      const numbers = new Stream(seed, stream);
      const classes = new Float64Array(256);
      const draws = 400_000;
      let [sum, squares] = [0, 0];
      for (let n = 0; n < draws; n++) {
        const u = numbers.at(n * 16);
        sum += u;
        squares += (u - 0.5) ** 2;
        const at = Math.floor(u * 256);
        classes[at] = (classes[at] as number) + 1;
      }
      expect(Math.abs(sum / draws - 0.5)).toBeLessThan(0.002);
      expect(Math.abs(squares / draws - 1 / 12)).toBeLessThan(0.001);
      const expected = draws / 256;
      const chi = classes.reduce((total, it) => total + (it - expected) ** 2 / expected, 0);
      expect(chi).toBeLessThan(340); // 255 degrees of freedom: 99.98 %
      expect(chi).toBeGreaterThan(180);
    }
  });

  it('is unlike its neighbours: the next number, the next stream, the next seed', () => {
    const correlation = (a: (n: number) => number, b: (n: number) => number): number => {
      let sum = 0;
      for (let n = 0; n < 200_000; n++) sum += (a(n) - 0.5) * (b(n) - 0.5);
      return (sum / 200_000) * 12;
    };
    const here = new Stream(1, 1);
    for (const other of [new Stream(1, 2), new Stream(2, 1), new Stream(1, 1000)]) {
      const r = correlation(
        (n) => here.at(n),
        (n) => other.at(n),
      );
      expect(Math.abs(r)).toBeLessThan(0.012);
    }
    const r = correlation(
      (n) => here.at(n),
      (n) => here.at(n + 1),
    );
    expect(Math.abs(r)).toBeLessThan(0.012);
  });

  it('looks numbers up: the order of asking does not matter, also beyond 2^32', () => {
    const stream = new Stream(5, 3);
    const far = 2 ** 40 + 7;
    const first = [stream.at(far), stream.at(3)];
    expect([stream.at(3), stream.at(far)]).toEqual(first.reverse());
    expect(stream.at(far)).not.toBe(stream.at(7));
  });
});
