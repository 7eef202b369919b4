import { type Kept, type Place, Registry } from '../../src/keyed/registry.ts';

/** How often any member was asked whether it may go. */
export const looks = { count: 0 };

/** A member that answers as a test says. */
export class Member implements Kept<Member> {
  readonly key: string;
  place: Place = 'out';
  since = 0;
  turn = 0;
  dueBack = 0;
  older: Member | null = null;
  newer: Member | null = null;
  /** What the member answers a look with; may do something first. */
  answer: () => number = () => 0;

  constructor(key: string) {
    this.key = key;
  }

  get busyFor(): number {
    looks.count++;
    return this.answer();
  }
}

/** A registry of members, with a clock that a test sets. */
export function registry(maxKeys: number, idleTime = Number.POSITIVE_INFINITY) {
  const time = { now: () => time.is, is: 0 };
  const dropped: string[] = [];
  const kept = new Registry<Member>(maxKeys, idleTime, time, ({ key }, reason) =>
    dropped.push(`${key} ${reason}`),
  );
  /** As the group does with a key that is not kept: whether there was room. */
  const add = (key: string, busyFor = 0): Member | null => {
    const member = new Member(key);
    member.answer = () => busyFor;
    kept.dropIdle(kept.time);
    if (!kept.makeRoom()) return null;
    kept.add(member);
    return member;
  };
  const keys = (): string[] => kept.values().map(({ key }) => key);
  return { kept, time, dropped, add, keys };
}
