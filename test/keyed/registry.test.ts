import { expect, test } from 'vitest';
import type { Registry } from '../../src/keyed/registry.ts';
import { looks, type Member, registry } from './members.ts';

test('the looks are never more than adds, uses and ends of open times together', () => {
  const { kept, time, add } = registry(100, 1_000);
  const members = Array.from({ length: 100 }, (_, i) =>
    add(`${i}`, i % 3 ? 500 : Number.POSITIVE_INFINITY),
  );
  looks.count = 0;
  let paid = 100;
  for (let i = 0; i < 10_000; i++) {
    time.is += 1;
    const used = members[(i * 31) % 100] as Member;
    if (used.place !== 'out' && i % 5 === 0) {
      kept.touch(used);
      paid++;
    }
    if (add(`new ${i}`, 100) !== null) paid++;
  }
  const wakes = 10_000; // a busy stretch lasts 100 ms at least, so 100 keys come back 10,000 times at most
  expect(looks.count).toBeLessThanOrEqual(paid + wakes);
});

test('a member that comes back takes its turn by its last use', () => {
  const { add, time, keys, dropped } = registry(3);
  const a = add('a', 300) as Member;
  const b = add('b', 200) as Member;
  const c = add('c', 100) as Member;
  expect(add('in vain')).toBeNull();
  for (const member of [a, b, c]) member.answer = () => 0;
  time.is = 100;
  add('d');
  time.is = 300;
  add('e');
  add('f');
  expect(dropped).toEqual(['c limit', 'a limit', 'b limit']);
  expect(keys()).toEqual(['d', 'e', 'f']);
});

test('a member that came back and was used since has its turn at the end', () => {
  const { kept, add, time, dropped } = registry(2);
  const a = add('a', 100) as Member;
  const b = add('b', 100) as Member;
  add('in vain');
  for (const member of [a, b]) member.answer = () => 0;
  time.is = 100;
  kept.reconsider(b);
  kept.touch(a);
  add('c');
  add('d');
  expect(dropped).toEqual(['b limit', 'a limit']);
});

test('a shorter wait is noted beside a longer one', () => {
  const { kept, add, time, dropped } = registry(1);
  const a = add('a', 1_000) as Member;
  add('in vain');
  kept.touch(a);
  a.answer = () => 100;
  add('in vain');
  a.answer = () => 0;
  time.is = 99;
  expect(add('early')).toBeNull();
  time.is = 100;
  expect(add('b')).not.toBeNull();
  expect(dropped).toEqual(['a limit']);
});

test('a longer wait is noted when the shorter one is over', () => {
  const { kept, add, time } = registry(1);
  const a = add('a', 100) as Member;
  add('in vain');
  kept.touch(a);
  a.answer = () => 1_000 - time.is;
  looks.count = 0;
  add('in vain');
  for (time.is = 0; time.is < 1_000; time.is++) expect(add('early')).toBeNull();
  expect(looks.count).toBe(2);
  a.answer = () => 0;
  expect(add('b')).not.toBeNull();
});

test.each<[string, (kept: Registry<Member>, member: Member) => void]>([
  ['uses it', (kept, member) => kept.touch(member)],
  ['takes it out', (kept, member) => kept.remove(member)],
  ['makes room', (kept) => kept.makeRoom()],
  ['looks for idle ones', (kept) => kept.dropIdle(kept.time)],
])('a look that %s leaves everything in order', (_, deed) => {
  for (const answer of [0, 50, Number.POSITIVE_INFINITY]) {
    const { kept, time, add, keys } = registry(3, 1_000);
    for (const key of ['a', 'b', 'c']) add(key);
    for (const member of kept.values()) {
      member.answer = () => {
        deed(kept, member);
        return answer;
      };
    }
    for (let i = 0; i < 20; i++) {
      time.is += 300;
      const fresh = add(`${i}`);
      expect(keys()).toHaveLength(kept.size);
      expect(kept.size).toBeLessThanOrEqual(3);
      if (fresh) expect(keys().at(-1)).toBe(fresh.key);
      for (const member of kept.values()) expect(kept.get(member.key)).toBe(member);
    }
  }
});

test('each member is looked at once at most for a new key, although each look is a use', () => {
  const { kept, add } = registry(3);
  for (const key of ['a', 'b', 'c']) {
    const member = add(key) as Member;
    member.answer = () => {
      kept.touch(member);
      return 0;
    };
  }
  looks.count = 0;
  expect(add('new')).toBeNull();
  expect(looks.count).toBe(3);
});

test('what was taken out is not kept alive by an open time, once the registry is empty', () => {
  const { kept, add, time } = registry(1);
  const a = add('a', 1_000) as Member;
  add('in vain');
  kept.remove(a);
  a.answer = () => 0;
  time.is = 1_000;
  add('b');
  add('c');
  expect(a.place).toBe('out');
  expect(kept.get('a')).toBeUndefined();
});

test('a clock that is set back does not make keys last longer', () => {
  const { kept, add, time, dropped } = registry(10, 1_000);
  time.is = 86_400_000;
  add('a');
  time.is = 0;
  add('b');
  time.is = 1_000;
  kept.dropIdle(kept.time);
  expect(dropped).toEqual(['a idle', 'b idle']);
});

test('something is due at the idle time of the oldest member, and not before', () => {
  const { kept, time, add } = registry(2, 1_000);
  expect(kept.isDue(5_000), 'nothing is kept').toBe(false);
  time.is = 600;
  add('a');
  expect(kept.isDue(1_599)).toBe(false);
  expect(kept.isDue(1_600)).toBe(true);
});

test('something is due while a member is back, and while a wait is over', () => {
  const { kept, add } = registry(1, 1_000);
  const a = add('a', 500) as Member;
  add('in vain');
  expect(kept.isDue(499)).toBe(false);
  expect(kept.isDue(500)).toBe(true);
  kept.reconsider(a);
  expect(kept.isDue(0)).toBe(true);
});

test('a member that came back twice has the turn of its last use', () => {
  const { kept, add, dropped } = registry(2);
  const busy = Number.POSITIVE_INFINITY;
  const a = add('a', busy) as Member;
  const b = add('b', busy) as Member;
  add('in vain'); // both are aside
  kept.reconsider(a); // back, by the first use
  kept.touch(b);
  kept.touch(a);
  add('in vain'); // aside again
  for (const member of [a, b]) {
    member.answer = () => 0;
    kept.reconsider(member);
  }
  add('c');
  expect(dropped).toEqual(['b limit']);
});

test('a member is looked at once for each end of its busy time', () => {
  const { kept, add, time } = registry(1);
  const a = add('a', 10) as Member;
  add('in vain');
  kept.touch(a);
  a.answer = () => 5;
  add('in vain'); // the note for 5 ms replaces the note for 10 ms
  time.is = 5;
  a.answer = () => 100;
  add('in vain');
  time.is = 10;
  looks.count = 0;
  expect(kept.makeRoom()).toBe(false);
  expect(looks.count).toBe(0);
});

test('an empty registry has nothing due', () => {
  const { kept, add, time } = registry(2, 1_000);
  const a = add('a', 10) as Member;
  const b = add('b', Number.POSITIVE_INFINITY) as Member;
  add('in vain');
  kept.reconsider(b);
  for (const member of [a, b]) kept.remove(member);
  time.is = 10;
  expect(kept.isDue(10)).toBe(false);
});

test('a registry that is not empty keeps its notes', () => {
  const { kept, add, time } = registry(2, 1_000);
  add('a', 10);
  const b = add('b', 10) as Member;
  add('in vain');
  kept.remove(b);
  time.is = 10;
  expect(kept.isDue(10)).toBe(true);
});
