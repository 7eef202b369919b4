import type { CircuitTotals } from '../index.js';
import {
  add,
  addTotals,
  noTotals,
  nothing,
  type Reading,
  read,
  readBreaker,
  subtractTotals,
} from './reading.js';
import { type CircuitSource, isGroup } from './sources.js';

/** A source with its way of being shown. */
interface Entry {
  readonly source: CircuitSource;
  /** Shown key by key. */
  readonly keys: boolean;
}

/** All sources of one name. Exports show the sum, so each source's counters stay visible. */
class Named {
  entries: readonly Entry[] = [];
  /** The totals of sources that have left. Their share stays in the sum, so the counters of the name only grow. */
  private left: CircuitTotals = noTotals;
  /** The share of each source in `left`, taken out again if the source comes back. */
  private readonly shares = new WeakMap<CircuitSource, CircuitTotals>();

  add(entry: Entry): void {
    this.entries = [...this.entries, entry];
    const share = this.shares.get(entry.source);
    if (share === undefined || entry.keys) return;
    this.left = subtractTotals(this.left, share);
    this.shares.delete(entry.source);
  }

  remove(entry: Entry): void {
    this.entries = this.entries.filter((each) => each !== entry);
    const { source, keys } = entry;
    if (keys || this.entries.length === 0 || this.entries.some((each) => each.source === source))
      return;
    const share = source.totals();
    this.left = addTotals(this.left, share);
    this.shares.set(source, share);
  }

  /** The readings by key; the key `''` stands for the name as a whole. */
  read(): Map<string, Reading> {
    const rows = new Map<string, Reading>();
    const put = (key: string, reading: Reading): void => {
      const before = rows.get(key);
      rows.set(key, before === undefined ? reading : add(before, reading));
    };
    const sources = new Map(this.entries.map((entry) => [entry.source, entry.keys]));
    for (const [source, keys] of sources) {
      if (!keys || !isGroup(source)) put('', read(source));
      else for (const [key, breaker] of source) put(key, readBreaker(breaker));
    }
    if (this.left !== noTotals) put('', { ...nothing, totals: this.left });
    return rows;
  }
}

/** A row of an export: the labels of a name or of a key, and the reading. */
export interface Row {
  readonly labels: Readonly<Record<string, string>>;
  readonly reading: Reading;
}

/** The sources by name. */
export class Ledger {
  private readonly names = new Map<string, Named>();

  get isEmpty(): boolean {
    return this.names.size === 0;
  }

  has(name: string): boolean {
    return this.names.has(name);
  }

  /** Adds a source under a name. The returned function removes the source. */
  add(name: string, source: CircuitSource, keys: boolean): () => void {
    const named = this.names.get(name) ?? new Named();
    this.names.set(name, named);
    const entry: Entry = { source, keys };
    named.add(entry);
    return () => {
      named.remove(entry);
      if (named.entries.length === 0) this.names.delete(name);
    };
  }

  /** Reads all sources once. A read may notify a listener, and the listener may add or remove sources: hence the copy. */
  read(): Row[] {
    const rows: Row[] = [];
    for (const [name, named] of [...this.names]) {
      for (const [key, reading] of named.read()) {
        rows.push({ labels: key === '' ? { name } : { name, key }, reading });
      }
    }
    return rows;
  }
}
