import { Subscription } from 'rxjs';
import type { CircuitBreaker, StateChangeEvent } from '../index.js';
import { noTotals } from '../telemetry/reading.js';
import { type CircuitSource, eventsOf, isGroup } from '../telemetry/sources.js';
import type { Change, Picture } from './frames.js';
import { Row } from './row.js';
import type { Settings } from './settings.js';
import { Viewer } from './viewer.js';
import { because } from './words.js';

/** The most rows of a page: breakers that are not closed first, then the busiest. */
const MOST_ROWS = 200;
/** The most changes kept for pages that connect again. */
const MOST_CHANGES = 200;
/** The strip shows the last minute. */
const MINUTE = 60_000;

/** The data of the open pages. Without an open page the board holds no subscription, no timer and no row. */
export class Board {
  private readonly sources: readonly (readonly [name: string, source: CircuitSource])[];
  private readonly settings: Settings;
  private readonly viewers = new Set<Viewer>();
  private readonly rows = new Map<string, Row>();
  private readonly changes: Change[] = [];
  private running = new Subscription();
  private rowIds = 0;
  /** Never starts again, so that a page that connects again is sent the right changes. */
  private changeIds = 0;

  constructor(sources: readonly (readonly [string, CircuitSource])[], settings: Settings) {
    this.sources = sources;
    this.settings = settings;
  }

  get isFull(): boolean {
    return this.viewers.size >= this.settings.viewers;
  }

  /** Opens a stream for a page. `lastChange`: the last change that the page knows, 0 for a new page. */
  open(lastChange: number): ReadableStream<Uint8Array> {
    const viewer = new Viewer(() => this.close(viewer));
    this.viewers.add(viewer);
    try {
      if (this.viewers.size === 1) this.start();
    } catch (error) {
      viewer.close();
      throw error;
    }
    const { every } = this.settings;
    viewer.hello({ every, columns: this.columns });
    // a page that has outlived the process before knows a later number
    const known = lastChange > this.changeIds ? 0 : lastChange;
    for (const change of this.changes) if (change.id > known) viewer.change(change);
    viewer.picture((known) => this.picture(known));
    return viewer.stream;
  }

  private close(viewer: Viewer): void {
    if (this.viewers.delete(viewer) && this.viewers.size === 0) this.stop();
  }

  private start(): void {
    this.running = new Subscription();
    this.readAll(true);
    for (const [name, source] of this.sources) {
      this.running.add(
        eventsOf(source).subscribe((event) => {
          if (event.type === 'state-change') this.tell(name, event);
        }),
      );
    }
    const timer = setInterval(() => this.look(), this.settings.every);
    // the timer keeps no Node process alive
    if (typeof timer === 'object') (timer as { unref?(): void }).unref?.();
    this.running.add(() => clearInterval(timer));
  }

  private stop(): void {
    this.running.unsubscribe();
    this.rows.clear();
    this.changes.length = 0;
  }

  private get columns(): number {
    return Math.ceil(MINUTE / this.settings.every);
  }

  private look(): void {
    try {
      this.readAll(false);
    } catch {
      // A breaker with a broken clock fails every read. Its calls report the error; the pages are disconnected, and
      // the app goes on.
      for (const viewer of [...this.viewers]) viewer.close();
    }
    for (const viewer of [...this.viewers]) viewer.picture((known) => this.picture(known));
  }

  /** Reads every breaker. `first`: calls from before the page was opened are left out of the strip. */
  private readAll(first: boolean): void {
    const gone = new Set(this.rows.keys());
    const visit = (name: string, key: string | undefined, breaker: CircuitBreaker): void => {
      const id = JSON.stringify([name, key]);
      gone.delete(id);
      let row = this.rows.get(id);
      if (row === undefined) {
        const label = this.settings.label(name, key);
        const before = first ? breaker.totals() : noTotals;
        row = new Row(this.rowIds++, label, this.columns, breaker, before);
        this.rows.set(id, row);
      }
      row.look(breaker);
    };
    for (const [name, source] of this.sources) {
      if (!isGroup(source)) visit(name, undefined, source);
      else for (const [key, breaker] of source) visit(name, key, breaker);
    }
    for (const id of gone) this.rows.delete(id);
  }

  /** A picture. `known`: the rows of which the page has all columns but the last. */
  private picture(known: ReadonlySet<number>): Picture {
    const all = [...this.rows.values()];
    const closed = ({ state }: Row): number => (state === 'closed' ? 1 : 0);
    const notClosed = all.filter((row) => closed(row) === 0).length;
    const shown =
      all.length <= MOST_ROWS
        ? all
        : all.sort((a, b) => closed(a) - closed(b) || b.traffic - a.traffic).slice(0, MOST_ROWS);
    return {
      rows: shown.map((row) => row.toFrame(!known.has(row.id))),
      total: this.rows.size,
      notClosed,
    };
  }

  private tell(name: string, event: StateChangeEvent & { readonly key?: string }): void {
    const { from, to, reason, snapshot, error } = event;
    const change: Change = {
      id: ++this.changeIds,
      at: Date.now(),
      label: this.settings.label(name, event.key),
      from,
      to,
      why: because(reason, snapshot.counts),
      error: error === undefined ? '' : this.settings.describeError(error),
    };
    this.changes.push(change);
    if (this.changes.length > MOST_CHANGES) this.changes.shift();
    for (const viewer of [...this.viewers]) viewer.change(change);
  }
}
