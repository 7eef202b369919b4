import { NEVER } from 'rxjs';
import { expect, test } from 'vitest';
import { circuitBreakers } from '../../src/keyed/circuitBreakers.ts';
import type { KeyedCircuitEvent } from '../../src/keyed/events.ts';
import { clock, fail, touchy } from './clock.ts';

test('the totals are those of all keys together', () => {
  const { scheduler, pass } = clock();
  const group = circuitBreakers({ ...touchy, scheduler });
  fail(group.get('a'));
  pass(10);
  group.get('b').acquire().success();
  group.get('b').acquire().ignore();
  NEVER.pipe(group.guard('b')).subscribe().unsubscribe();
  expect(() => group.get('a').acquire()).toThrow();
  pass(10);
  expect(group.totals()).toEqual({
    successes: 1,
    failures: 1,
    ignored: 1,
    cancelled: 1,
    late: 0,
    rejected: 1,
    slow: 0,
    expiredProbes: 0,
    transitions: { closed: 0, open: 1, 'half-open': 0, isolated: 0, disabled: 0 },
    time: { closed: 10, open: 20, 'half-open': 0, isolated: 0, disabled: 0 },
  });
});

test('what happened at keys that were dropped, and without room, stays in the totals', () => {
  const { scheduler, pass } = clock();
  const group = circuitBreakers({ ...touchy, scheduler, maxKeys: 1, idleTime: 60_000 });
  fail(group.get('a'));
  const b = group.get('b');
  b.acquire().success();
  const running = b.acquire();
  expect(group.totals()).toMatchObject({ successes: 1, failures: 1 });
  running.success();
  pass(60_000);
  expect(group.size).toBe(0);
  expect(group.totals()).toMatchObject({
    successes: 2,
    failures: 1,
    transitions: { 'half-open': 1 },
  });
  pass(1_000);
  expect(group.totals().time).toMatchObject({ closed: 0, open: 30_000, 'half-open': 30_000 });
});

test('totals are a copy: who changes them changes nothing', () => {
  const group = circuitBreakers(touchy);
  const totals = group.totals();
  (totals.transitions as { open: number }).open = 5;
  (totals as { failures: number }).failures = 5;
  fail(group.get('a'));
  expect(group.totals()).toMatchObject({ failures: 1, transitions: { open: 1 } });
});

test('the totals are the tally of the events, slow and late calls among them', () => {
  const { scheduler, pass } = clock();
  const tally: Record<string, number> = {};
  const count = (name: string): void => {
    tally[name] = (tally[name] ?? 0) + 1;
  };
  const group = circuitBreakers({
    ...touchy,
    scheduler,
    slowCallDuration: 100,
    probeTimeout: 500,
    maxKeys: 2,
    idleTime: 90_000,
  });
  group.events$.subscribe((event: KeyedCircuitEvent) => {
    count(event.type === 'state-change' ? `to ${event.to}` : event.type);
    if ('slow' in event && event.slow && event.type !== 'late') count('slow');
  });
  const slow = group.get('a').acquire();
  const late = group.get('a').acquire();
  const without = ['b', 'c', 'd'].map((key) => group.get(key).acquire());
  pass(200);
  slow.success();
  fail(group.get('a'));
  late.success();
  for (const permit of without) permit.failure(new Error('down'));
  pass(30_000);
  const probe = group.get('a').acquire();
  pass(600);
  expect(group.get('a').state).toBe('half-open');
  probe.success();
  group.isolate().unsubscribe();
  pass(90_000);
  expect(group.size).toBe(0);
  const { transitions, time: _, ...counts } = group.totals();
  const told = (name: string): number => tally[name] ?? 0;
  expect(counts).toEqual({
    successes: told('success'),
    failures: told('failure'),
    ignored: told('ignored'),
    cancelled: told('cancelled'),
    late: told('late'),
    rejected: told('rejected'),
    slow: told('slow'),
    expiredProbes: told('probe-expired'),
  });
  expect(counts).toMatchObject({ late: 1, expiredProbes: 1, failures: 4 });
  expect(counts.slow).toBeGreaterThan(0);
  for (const [state, times] of Object.entries(transitions)) expect(times).toBe(told(`to ${state}`));
});
