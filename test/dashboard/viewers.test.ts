import { asyncScheduler } from 'rxjs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Picture } from '../../src/dashboard/frames.ts';
import { dashboard } from '../../src/dashboard/index.ts';
import { circuitBreaker, circuitBreakers } from '../../src/index.ts';
import { fail, succeed } from '../telemetry/calls.ts';
import { Reader } from './read.ts';

const trips = { consecutiveFailureThreshold: 3, retryTimeout: 5_000 } as const;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

type Handler = ReturnType<typeof dashboard>;

function open(handler: Handler, headers: Record<string, string> = {}): Promise<Response> {
  return handler(new Request('http://shop.example/breakers/events', { headers }));
}

async function look(handler: Handler, headers: Record<string, string> = {}): Promise<Reader> {
  return new Reader(await open(handler, headers));
}

describe('a page that is open', () => {
  test('is told the breakers at once and each second, with the calls since the picture before', async () => {
    const payments = circuitBreaker(trips);
    succeed(payments, 7); // before: not of the last minute
    const reader = await look(dashboard({ payments }));
    expect(await reader.hello()).toEqual({ every: 1_000, columns: 60 });
    expect(await reader.picture()).toMatchObject({
      total: 1,
      notClosed: 0,
      rows: [
        { whole: true, label: 'payments', state: 'closed', retryAfter: null, columns: [[0, 0, 0]] },
      ],
    });
    succeed(payments, 4);
    fail(payments, 5);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await reader.picture()).toMatchObject({
      notClosed: 1,
      rows: [{ whole: false, state: 'open', retryAfter: 4_000, columns: [[4, 3, 2]] }],
    });
    await reader.leave();
  });

  test('that comes later is told the whole last minute', async () => {
    const payments = circuitBreaker(trips);
    const handler = dashboard({ payments });
    const first = await look(handler);
    for (let second = 0; second < 90; second++) {
      succeed(payments, second);
      await vi.advanceTimersByTimeAsync(1_000);
    }
    const second = await look(handler);
    const { rows } = await second.picture();
    expect(rows[0]?.whole).toBe(true);
    expect(rows[0]?.columns.map(([good]) => good)).toEqual(
      Array.from({ length: 60 }, (_, index) => index + 30),
    );
    await first.leave();
    await second.leave();
  });

  test('is told each change with its reason', async () => {
    const hosts = circuitBreakers(trips);
    const reader = await look(dashboard({ hosts }));
    fail(hosts.get('a.example'), 3);
    expect(await reader.change()).toMatchObject({
      id: 1,
      at: Date.now(),
      label: 'hosts a.example',
      from: 'closed',
      to: 'open',
      why: '3 calls in a row failed',
    });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await reader.change()).toMatchObject({ to: 'half-open', why: 'the open time is over' });
    await reader.leave();
  });

  test('shows a key that is new with all its calls, and none that was dropped', async () => {
    const hosts = circuitBreakers({ ...trips, maxKeys: 2 });
    const reader = await look(dashboard({ hosts }));
    expect((await reader.picture()).rows).toEqual([]);
    succeed(hosts.get('a'), 3);
    succeed(hosts.get('b'), 1);
    await vi.advanceTimersByTimeAsync(1_000);
    const labels = async (): Promise<string[]> =>
      (await reader.picture()).rows.map((row) => row.label);
    const { rows } = await reader.picture();
    expect(rows).toMatchObject([{ label: 'hosts a', columns: [[3, 0, 0]] }, { label: 'hosts b' }]);
    succeed(hosts.get('c'));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await labels()).toEqual(['hosts b', 'hosts c']);
    await reader.leave();
  });

  test('shows at most 200 rows of thousands: those that are not closed, then those with traffic', async () => {
    const hosts = circuitBreakers({ ...trips, maxKeys: 10_000 });
    for (let i = 0; i < 3_000; i++) hosts.get(`quiet-${i}`).state;
    const reader = await look(dashboard({ hosts }));
    await reader.picture();
    succeed(hosts.get('busy'), 5);
    fail(hosts.get('broken'), 3);
    await vi.advanceTimersByTimeAsync(1_000);
    const { rows, total, notClosed } = await reader.picture();
    expect(rows).toHaveLength(200);
    expect(rows[0]?.label).toBe('hosts broken');
    expect(rows[1]?.label).toBe('hosts busy');
    expect(total).toBe(hosts.size);
    expect(notClosed).toBe(1);
    await reader.leave();
  });

  test('that does not read misses pictures but no change, and then is told the whole minute', async () => {
    const payments = circuitBreaker({ ...trips, retryTimeout: 100 });
    const hosts = circuitBreakers({ maxKeys: 1_000 });
    for (let i = 0; i < 200; i++) succeed(hosts.get(`host-${i}`));
    const slow = await look(dashboard({ payments, hosts }));
    const seconds = 50;
    for (let second = 0; second < seconds; second++) {
      fail(payments, 3);
      await vi.advanceTimersByTimeAsync(1_000);
    }
    const seen: Record<string, number> = { hello: 0, picture: 0, change: 0 };
    const ids: number[] = [];
    let sum = 0;
    while (ids.length < 2 * seconds) {
      const message = await slow.next();
      if (message === undefined) break;
      seen[message.event] = (seen[message.event] ?? 0) + 1;
      if (message.event === 'change') ids.push((message.data as { id: number }).id);
    }
    expect(ids).toEqual(Array.from({ length: 2 * seconds }, (_, index) => index + 1));
    expect(seen['picture']).toBeLessThan(seconds / 2);
    await vi.advanceTimersByTimeAsync(1_000);
    const { rows } = await slow.picture();
    for (const { whole } of rows) expect(whole).toBe(true);
    for (const [, failed] of rows.find(({ label }) => label === 'payments')?.columns ?? [])
      sum += failed;
    // three failures trip, then a probe fails each second
    expect(sum).toBe(3 + seconds - 1);
    await slow.leave();
  });

  test('that reads nothing at all is hung up on, and may come back for what it missed', async () => {
    const payments = circuitBreaker(trips);
    const handler = dashboard({ payments }, { viewers: 2 });
    const dead = await open(handler);
    const alive = await look(handler);
    for (let i = 0; i < 1_000; i++) {
      payments.isolate().unsubscribe();
      await alive.change();
      await alive.change();
    }
    const replacement = await look(handler, { 'last-event-id': '1998' }); // the place is free again
    expect(await replacement.change()).toMatchObject({ id: 1_999 });
    await alive.leave();
    await replacement.leave();
    expect(await dead.text()).toContain('event: hello'); // it is over
  });

  test('that comes back is told only the changes after the last one that it knows', async () => {
    const payments = circuitBreaker(trips);
    const handler = dashboard({ payments });
    const stays = await look(handler);
    for (let i = 0; i < 3; i++) payments.isolate().unsubscribe();
    const back = await look(handler, { 'last-event-id': '4' });
    expect(await back.change()).toMatchObject({ id: 5 });
    expect(await back.change()).toMatchObject({ id: 6 });
    await back.leave();
    const outlived = await look(handler, { 'last-event-id': '7000' }); // of the process before
    expect(await outlived.change()).toMatchObject({ id: 1 });
    await outlived.leave();
    await stays.leave();
  });
});

describe('the places', () => {
  test('are limited: one more is told to come back later', async () => {
    const handler = dashboard({ payments: circuitBreaker() }, { viewers: 2 });
    const [one, two] = [await look(handler), await look(handler)];
    const turnedAway = await open(handler);
    expect(turnedAway.status).toBe(503);
    expect(turnedAway.headers.get('retry-after')).toBe('5');
    await one.leave();
    const three = await look(handler);
    expect(await three.hello()).toBeDefined();
    await two.leave();
    await three.leave();
  });
});

describe('while no page is open', () => {
  test('nothing is subscribed and no timer runs, before the first and after the last', async () => {
    const payments = circuitBreaker(trips);
    const hosts = circuitBreakers(trips);
    let subscribed = 0;
    const watched = { payments, hosts };
    for (const source of [payments, hosts] as { events$: unknown }[]) {
      const { events$ } = source as typeof payments;
      const { subscribe } = events$;
      Object.defineProperty(source, 'events$', {
        value: {
          subscribe(listener: () => void) {
            subscribed++;
            const subscription = subscribe.call(events$, listener);
            subscription.add(() => subscribed--);
            return subscription;
          },
        },
      });
    }
    const handler = dashboard(watched);
    const timers = vi.getTimerCount();
    expect(subscribed).toBe(0);
    const [one, two] = [await look(handler), await look(handler)];
    expect(subscribed).toBe(2);
    expect(vi.getTimerCount()).toBe(timers + 1);
    await one.leave();
    expect(subscribed).toBe(2);
    await two.leave();
    expect(subscribed).toBe(0);
    expect(vi.getTimerCount()).toBe(timers);
  });
});

describe('texts of the user', () => {
  test('label names the rows and the changes', async () => {
    const hosts = circuitBreakers(trips);
    const label = (name: string, key?: string): string => `${name.toUpperCase()}/${key?.length}`;
    const reader = await look(dashboard({ hosts }, { label }));
    fail(hosts.get('secret-tenant'), 3);
    const change = await reader.change();
    expect(change.label).toBe('HOSTS/13');
    await vi.advanceTimersByTimeAsync(1_000);
    const { rows } = await reader.picture();
    expect(JSON.stringify(rows)).not.toContain('secret-tenant');
    await reader.leave();
  });

  test('a label that throws ends neither the page nor the app', async () => {
    const label = (): string => {
      throw new Error('no label');
    };
    const reader = await look(dashboard({ payments: circuitBreaker() }, { label }));
    expect((await reader.picture()).rows[0]?.label).toBe('(label failed)');
    await reader.leave();
  });

  test('a key of any length and kind stays one short text', async () => {
    const hosts = circuitBreakers();
    const key = `\n\nevent: change\ndata: {}\n\n${'x'.repeat(400)}`;
    hosts.get(key).state;
    const reader = await look(dashboard({ hosts }));
    await reader.hello();
    const message = await reader.next();
    expect(message?.event).toBe('picture');
    const picture = message?.data as Picture | undefined;
    expect(picture?.rows[0]?.label).toHaveLength(200);
    await reader.leave();
  });
});

test('a breaker that cannot be read hangs up on the pages, and the app goes on', async () => {
  let broken = false;
  const scheduler = {
    now: () => (broken ? Number.NaN : Date.now()),
    schedule: asyncScheduler.schedule.bind(asyncScheduler),
  };
  const payments = circuitBreaker({ scheduler });
  const handler = dashboard({ payments });
  const reader = await look(handler);
  await reader.picture();
  broken = true;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await reader.next()).toBeUndefined();
  await expect(open(handler)).rejects.toThrow(
    'scheduler.now() must answer finite milliseconds, got NaN',
  );
  expect(vi.getTimerCount()).toBe(0);
});
