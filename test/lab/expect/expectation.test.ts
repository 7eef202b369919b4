import { describe, expect, it } from 'vitest';
import { compare, expectation, hang, outage, type Plan, steady } from '../../../src/lab/index.ts';

const plan: Plan = {
  traffic: steady(20),
  service: { latency: 50, incidents: [outage({ at: 20_000, for: 20_000 })] },
  clients: { timeout: 1_000 },
  duration: 90_000,
};

function judged(text: string, candidate: object | null = {}, on = plan): [boolean, string] {
  const [standing] = compare(on, { it: candidate }, { seeds: 2 }).standings;
  if (standing === undefined) throw new Error('the standing is missing');
  const { met, seen } = expectation(text).judge(standing);
  return [met, seen];
}

describe('an expectation', () => {
  it('judges the p95 of the times', () => {
    expect(judged('open < 2s')).toEqual([true, '1 s']);
    expect(judged('open<500ms')).toEqual([false, '1 s']);
    expect(judged('close < 20s')[0]).toBe(true);
    expect(judged('close < 1ms')[0]).toBe(false);
  });

  it('takes a breaker that never opens or never closes for never, and has a dash for nothing to see', () => {
    expect(judged('open < 1h', { failureThreshold: 1_000_000 })).toEqual([false, 'never']);
    expect(judged('close < 1h', { failureThreshold: 1_000_000 })).toEqual([false, '-']);
    expect(judged('close < 1h', { retryTimeout: Number.POSITIVE_INFINITY })).toEqual([
      false,
      'never',
    ]);
    expect(judged('open < 1h', null)).toEqual([false, '-']);
  });

  it('judges the worst incident that expects an opening', () => {
    const both: Plan = {
      ...plan,
      service: {
        latency: 50,
        incidents: [outage({ at: 20_000, for: 10_000 }), hang({ at: 60_000, for: 10_000 })],
      },
    };
    expect(judged('open < 1500ms', {}, both)[0]).toBe(false);
  });

  it('judges counts a day and shares of the requests', () => {
    expect(judged('false openings < 1')).toEqual([true, '0']);
    expect(judged('answered > 60%')[0]).toBe(true);
    expect(judged('refused in vain < 0.001%')[0]).toBe(false);
    expect(judged('waited < 10s')[0]).toBe(true);
  });

  it.each([
    ['open', 'an expectation is a measure, < or >, and a limit, as "open < 2s", got "open"'],
    ['opens < 2s', 'the measures are open, close, false openings, openings, answered'],
    ['toString < 2s', 'an expectation is a measure'],
    ['open < 2', 'the limit of "open" is a time as 2s or 500ms, got "2"'],
    ['answered > 0.5', 'the limit of "answered" is a percentage as 5%, got "0.5"'],
    ['openings < many', 'the limit of "openings" is a number, got "many"'],
    ['', 'an expectation must be text as "open < 2s", got ""'],
  ])('refuses %j', (text, message) => {
    expect(() => expectation(text)).toThrow(message);
  });
});
