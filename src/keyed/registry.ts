import { Clock, NEVER, type TimeSource } from '../core/clock.js';
import { Heap } from './heap.js';

/**
 * Where a member is:
 *
 * - `'out'`: not in the registry.
 * - `'line'`: in the line of use, which has the least recently used member at its head.
 * - `'aside'`: found busy at the head of the line. A use brings the member back to the end of the line.
 * - `'back'`: was aside, and the time is over for which the member was busy.
 */
export type Place = 'out' | 'line' | 'aside' | 'back';

/** What a registry keeps. All fields but the key and `busyFor` belong to the registry. */
export interface Kept<M> {
  readonly key: string;
  /**
   * Milliseconds until the member may be dropped: 0 is now, `Infinity` is not before somebody touches the
   * member. May run code that uses the registry.
   */
  readonly busyFor: number;
  place: Place;
  /** When the member was last used. */
  since: number;
  /** The number of that use: of two members, the one with the lower number was used less recently. */
  turn: number;
  /** When the member comes back by itself; 0 when no such time is noted. */
  dueBack: number;
  older: M | null;
  newer: M | null;
}

/** Why a key was dropped: nobody used the key for long, another key needed its place, or by hand. */
export type DropReason = 'idle' | 'limit' | 'deleted';

/**
 * A map with a limit and a memory for use. A member that nobody used for `idleTime` is dropped; at the
 * limit the least recently used member makes room. A busy member is dropped by neither.
 *
 * ```text
 *            use                      busy                     no longer busy
 *   add --> line (newest ... oldest) ------> aside (by hand) -------- use ------> line
 *                            |               aside (until due) --- due is over --> back
 *                            v not busy                                             |
 *                          dropped <------------------------------------------------'
 * ```
 *
 * A look at a member drops the member or sets the member aside, and only a use, or the end of an open
 * time, brings a member before the next look. So looks <= adds + uses + open times: a new key costs O(1)
 * looks on average, however many members are busy, and room that there is, is found at once.
 *
 * There is no timer: the registry looks whenever somebody asks.
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
  /** Members aside, by when their time is over. An item counts while its rank is the `dueBack` of the member. */
  private readonly waiting = new Heap<M>();
  /** Members that came back, by their last use. An item counts while its rank is the `turn` of the member. */
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

  /** What is kept for the key. To ask is no use. */
  get(key: string): M | undefined {
    return this.members.get(key);
  }

  /** All members, the least recently used first. */
  values(): M[] {
    return [...this.members.values()].sort((a, b) => a.turn - b.turn);
  }

  /** The time; an old one where nothing depends on the time. */
  get time(): number {
    return this.idleTime === NEVER ? this.latest : this.now();
  }

  /** There may be something for `dropIdle` to do. */
  isDue(now: number): boolean {
    return (
      this.waiting.rank <= now ||
      this.back.rank < NEVER ||
      (this.oldest !== null && now - this.oldest.since >= this.idleTime)
    );
  }

  /** Drops what nobody used for `idleTime`. */
  dropIdle(now: number): void {
    this.comeBack(now);
    let member = this.leastUsed();
    while (member !== null && now - member.since >= this.idleTime) {
      this.look(member, 'idle');
      member = this.leastUsed();
    }
  }

  /** The member is used now: its turn to be dropped comes after all others. */
  touch(member: M, now: number = this.time): void {
    member.since = now;
    this.turns++;
    member.turn = this.turns;
    if (member === this.newest) return;
    if (member.place === 'line') this.unlink(member);
    this.append(member);
  }

  /** Whether there is room for a new key; drops the least recently used member that may go, if need be. */
  makeRoom(): boolean {
    if (this.members.size < this.maxKeys) return true;
    this.comeBack(this.now());
    // each member has one look at most, even if a look makes somebody use the member again
    for (let looks = this.members.size; looks > 0; looks--) {
      const member = this.leastUsed();
      if (member === null) break;
      this.look(member, 'limit');
      if (this.members.size < this.maxKeys) return true;
    }
    return false;
  }

  /** Keeps a member whose key is not kept yet, as used now. */
  add(member: M): void {
    this.members.set(member.key, member);
    this.touch(member);
  }

  /** Takes a member out, busy or not. */
  remove(member: M): void {
    this.detach(member, 'out');
    this.members.delete(member.key);
    if (this.members.size > 0) return;
    this.waiting.clear(); // what is left in there would be kept alive until its time
    this.back.clear();
  }

  /** Looks at a member aside again at its turn: what made the member busy may be over. */
  reconsider(member: M): void {
    if (member.place !== 'aside') return;
    member.place = 'back';
    this.back.push(member.turn, member);
  }

  /** The member whose turn it is to be looked at. */
  private leastUsed(): M | null {
    let back = this.back.first;
    while (back !== undefined && (back.place !== 'back' || back.turn !== this.back.rank)) {
      this.back.shift(); // the member was used, or dropped, since it came back
      back = this.back.first;
    }
    const { oldest } = this;
    if (back === undefined) return oldest;
    return oldest === null || back.turn < oldest.turn ? back : oldest;
  }

  /** Drops the member, or sets the member aside for as long as the member is busy. */
  private look(member: M, reason: DropReason): void {
    this.detach(member, 'aside'); // first: `busyFor` may run code that uses the member, or takes it out
    const wait = member.busyFor;
    if (member.place !== 'aside') return;
    if (wait > 0) {
      this.wakeAt(member, this.now() + wait);
      return;
    }
    this.remove(member);
    this.dropped(member, reason);
  }

  /** Notes when a member aside comes back. A note for an earlier time stands: that look makes the next note. */
  private wakeAt(member: M, due: number): void {
    if (due === NEVER || (member.dueBack > 0 && member.dueBack <= due)) return;
    member.dueBack = due;
    this.waiting.push(due, member);
  }

  private comeBack(now: number): void {
    while (this.waiting.rank <= now) {
      const due = this.waiting.rank;
      const member = this.waiting.shift() as M;
      if (member.dueBack !== due) continue; // an earlier note has taken its place
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
