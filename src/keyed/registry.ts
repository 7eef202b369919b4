import { Clock, NEVER, type TimeSource } from '../core/clock.js';
import { Heap } from './heap.js';

/**
 * The place of a member:
 *
 * - `'out'`: not in the registry.
 * - `'line'`: in the line of use, which has the least recently used member at its head.
 * - `'aside'`: found busy at the head of the line. A use brings the member back to the end of the line.
 * - `'back'`: was aside, and the busy time is over.
 */
export type Place = 'out' | 'line' | 'aside' | 'back';

/** A member of a registry. The registry owns all fields but `key` and `busyFor`. */
export interface Kept<M> {
  readonly key: string;
  /**
   * Milliseconds until the registry may drop the member: 0 is now, `Infinity` is not before the next touch. The getter
   * may run code that uses the registry.
   */
  readonly busyFor: number;
  place: Place;
  /** The time of the last use. */
  since: number;
  /** The number of the last use: the member with the lowest number is the least recently used. */
  turn: number;
  /** The time at which the member comes back from aside; 0 without such a time. */
  dueBack: number;
  older: M | null;
  newer: M | null;
}

/** The reason of a drop: no use for `idleTime`, another key needed the place, or `delete`. */
export type DropReason = 'idle' | 'limit' | 'deleted';

/**
 * A map with a limit that knows the order of use. The registry drops a member after `idleTime` without a use, and at the
 * limit the least recently used member. The registry never drops a busy member.
 *
 * ```text
 *            use                      busy                     no longer busy
 *   add --> line (newest ... oldest) ------> aside (by hand) -------- use ------> line
 *                            |               aside (until due) --- due is over --> back
 *                            v not busy                                             |
 *                          dropped <------------------------------------------------'
 * ```
 *
 * A look at a member drops the member or sets the member aside. Only a use, or the end of an open time, brings the
 * member before the next look. Therefore looks <= adds + uses + open times: a new key costs O(1) looks on average for
 * any number of busy members, and finds free room at once.
 *
 * The registry has no timer: it looks when somebody asks.
 */
export class Registry<M extends Kept<M>> extends Clock {
  protected readonly source: TimeSource;
  private readonly maxKeys: number;
  private readonly idleTime: number;
  private readonly dropped: (member: M, reason: DropReason) => void;
  private readonly members = new Map<string, M>();
  /** The two ends of the line. */
  private oldest: M | null = null;
  private newest: M | null = null;
  /** Members aside, by the end of their busy time. An item is outdated if its rank differs from `dueBack`. */
  private readonly waiting = new Heap<M>();
  /** Members that came back, by their last use. An item is outdated if its member is at another place. */
  private readonly back = new Heap<M>();
  private turns = 0;

  constructor(
    maxKeys: number,
    idleTime: number,
    source: TimeSource,
    dropped: (member: M, reason: DropReason) => void,
  ) {
    super(source.now());
    this.maxKeys = maxKeys;
    this.idleTime = idleTime;
    this.source = source;
    this.dropped = dropped;
  }

  get size(): number {
    return this.members.size;
  }

  /** The member of the key. A look, no use. */
  get(key: string): M | undefined {
    return this.members.get(key);
  }

  /** All members, the least recently used first. */
  values(): M[] {
    return [...this.members.values()].sort((a, b) => a.turn - b.turn);
  }

  /** The time; without `idleTime` an old time, because no decision depends on the time. */
  get time(): number {
    return this.idleTime === NEVER ? this.latest : this.now();
  }

  /** True if `dropIdle` may find a member to drop. */
  isDue(now: number): boolean {
    return (
      this.waiting.rank <= now ||
      this.back.rank < NEVER ||
      (this.oldest !== null && now - this.oldest.since >= this.idleTime)
    );
  }

  /** Drops members without a use for `idleTime`. */
  dropIdle(now: number): void {
    this.comeBack(now);
    let member = this.leastUsed();
    while (member !== null && now - member.since >= this.idleTime) {
      this.look(member, 'idle');
      member = this.leastUsed();
    }
  }

  /** A use of the member: its turn comes after all other members. */
  touch(member: M, now: number = this.time): void {
    member.since = now;
    this.turns++;
    member.turn = this.turns;
    if (member === this.newest) return;
    if (member.place === 'line') this.unlink(member);
    this.append(member);
  }

  /** Returns true if there is room for a new key. If necessary, drops the least recently used member that is not busy. */
  makeRoom(): boolean {
    if (this.members.size < this.maxKeys) return true;
    this.comeBack(this.now());
    // at most one look for each member: a look may cause a use of the member
    for (let looks = this.members.size; looks > 0; looks--) {
      const member = this.leastUsed();
      if (member === null) break;
      this.look(member, 'limit');
      if (this.members.size < this.maxKeys) return true;
    }
    return false;
  }

  /** Adds a member with a new key. Counts as a use. */
  add(member: M): void {
    this.members.set(member.key, member);
    this.touch(member);
  }

  /** Removes a member, busy or not. */
  remove(member: M): void {
    this.detach(member, 'out');
    this.members.delete(member.key);
    if (this.members.size > 0) return;
    this.waiting.clear(); // outdated items would keep their members in memory
    this.back.clear();
  }

  /** Brings a member back from aside for another look at its turn: the member may be busy no longer. */
  reconsider(member: M): void {
    if (member.place !== 'aside') return;
    member.place = 'back';
    this.back.push(member.turn, member);
  }

  /** The least recently used member that is not aside: the next member to look at. */
  private leastUsed(): M | null {
    let back = this.back.first;
    while (back !== undefined && back.place !== 'back') {
      this.back.shift(); // outdated: the member was used or dropped since
      back = this.back.first;
    }
    // a member that was at the head before comes before all members of the line
    return back ?? this.oldest;
  }

  /** Drops the member, or sets the member aside while it is busy. */
  private look(member: M, reason: DropReason): void {
    this.detach(member, 'aside'); // first: `busyFor` may run code that uses or removes the member
    const wait = member.busyFor;
    if (member.place !== 'aside') return;
    if (wait > 0) {
      this.wakeAt(member, this.now() + wait);
      return;
    }
    this.remove(member);
    this.dropped(member, reason);
  }

  /** Notes the return of a member aside. An earlier note stays: the look at that time makes the next note. */
  private wakeAt(member: M, due: number): void {
    if (due === NEVER || (member.dueBack > 0 && member.dueBack <= due)) return;
    member.dueBack = due;
    this.waiting.push(due, member);
  }

  private comeBack(now: number): void {
    while (this.waiting.rank <= now) {
      const due = this.waiting.rank;
      const member = this.waiting.shift() as M;
      if (member.dueBack !== due) continue; // outdated: an earlier note replaced this item
      member.dueBack = 0;
      this.reconsider(member);
    }
  }

  // --- the line of use: oldest <-> ... <-> newest ---

  private append(member: M): void {
    member.place = 'line';
    member.older = this.newest;
    if (this.newest === null) this.oldest = member;
    else this.newest.newer = member;
    this.newest = member;
  }

  private unlink(member: M): void {
    const { older, newer } = member;
    if (older === null) this.oldest = newer;
    else older.newer = newer;
    if (newer === null) this.newest = older;
    else newer.older = older;
    member.older = member.newer = null;
  }

  private detach(member: M, place: Place): void {
    if (member.place === 'line') this.unlink(member);
    member.place = place;
  }
}
