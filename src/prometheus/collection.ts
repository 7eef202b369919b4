import type { Subscription } from 'rxjs';
import { durations, type Metric, metrics, tellDuration } from '../telemetry/metrics.js';
import { add, addTotals, noTotals, nothing, type Reading, read } from '../telemetry/reading.js';
import { isGroup, type Source, type Totals } from '../telemetry/sources.js';
import { Histogram } from './histogram.js';
import { type MetricRegistry, RegisteredMetric, type Series } from './registry.js';

/** A source as it was handed in. */
interface Entry {
  readonly source: Source;
  /** Shown key by key. */
  readonly keys: boolean;
}

/** All sources of one name: they are shown added up, so nobody's counters vanish behind another's. */
class Named {
  entries: readonly Entry[] = [];
  /** What the sources that have left had counted: without their share the counters of the name would fall. */
  left: Totals = noTotals;
  histogram: Histogram | undefined;

  /** The readings of this name by key; the key `''` stands for the name as a whole. */
  read(): Map<string, Reading> {
    const rows = new Map<string, Reading>();
    const put = (key: string, reading: Reading): void => {
      const before = rows.get(key);
      rows.set(key, before === undefined ? reading : add(before, reading));
    };
    const sources = new Map(this.entries.map((entry) => [entry.source, entry.keys]));
    for (const [source, keys] of sources) {
      if (!keys || !isGroup(source)) put('', read(source));
      else for (const [key, breaker] of source) put(key, read(breaker));
    }
    if (this.left !== noTotals) put('', { ...nothing, totals: this.left });
    return rows;
  }
}

/** A row of the table that a scrape shows: the labels of a name or of a key, and the reading. */
interface Row {
  readonly labels: Readonly<Record<string, string>>;
  readonly reading: Reading;
}

/** The names and the metrics of one registry under one prefix. */
export class Collection {
  private readonly prefix: string;
  private readonly names = new Map<string, Named>();
  private readonly registered = new Map<string, RegisteredMetric>();
  /** The bounds of the histogram's buckets, once somebody has asked for durations. */
  private bounds: readonly number[] | undefined;
  private rows: Row[] | undefined;

  constructor(prefix: string) {
    this.prefix = `${prefix}circuit_breaker_`;
  }

  /** True while this registry holds metrics of this collection: a registry may have been cleared meanwhile. */
  isIn(registry: MetricRegistry): boolean {
    const [registered] = this.registered;
    return registered !== undefined && registry.getSingleMetric(registered[0]) === registered[1];
  }

  /** Registers the metrics: all of them, or none and an error where a name is taken. */
  register(registry: MetricRegistry): void {
    const made = new Map(
      metrics.map((metric) => {
        const { kind, help } = metric;
        const name = this.nameOf(metric);
        const type = kind === 'counter' ? 'counter' : 'gauge';
        const aggregator = kind === 'gauge' ? 'average' : 'sum';
        const series = (): Series[] => this.series(metric);
        return [name, new RegisteredMetric(name, help, type, aggregator, series)];
      }),
    );
    this.registerAll(registry, made);
  }

  private registerAll(registry: MetricRegistry, made: ReadonlyMap<string, RegisteredMetric>): void {
    for (const name of made.keys()) {
      if (!registry.getSingleMetric(name)) continue;
      throw new Error(`the registry already holds another metric ${name}; give a prefix`);
    }
    for (const [name, metric] of made) {
      registry.registerMetric(metric as never);
      this.registered.set(name, metric);
    }
  }

  /** Adds the histogram of durations, if it is not there yet. All names share its buckets. */
  registerDurations(registry: MetricRegistry, bounds: readonly number[]): void {
    if (this.bounds === undefined) {
      const name = `${this.prefix}${durations.name}_seconds`;
      const series = (): Series[] =>
        [...this.names].flatMap(([of, { histogram }]) => histogram?.series(name, of) ?? []);
      const metric = new RegisteredMetric(name, durations.help, 'histogram', 'sum', series);
      this.registerAll(registry, new Map([[name, metric]]));
      this.bounds = bounds;
    } else if (this.bounds.join() !== bounds.join()) {
      throw new RangeError(
        `durations must be the same buckets for all of a registry: [${this.bounds.join(', ')}], got [${bounds.join(', ')}]`,
      );
    }
  }

  /** Shows a source under a name. The answer takes it away again. */
  add(name: string, source: Source, keys: boolean, withDurations: boolean): () => void {
    const named = this.names.get(name) ?? new Named();
    this.names.set(name, named);
    const entry: Entry = { source, keys };
    named.entries = [...named.entries, entry];
    const listening = withDurations ? this.listen(named, source) : undefined;
    this.rows = undefined;
    return () => {
      listening?.unsubscribe();
      this.remove(name, named, entry);
      this.rows = undefined;
    };
  }

  private listen(named: Named, source: Source): Subscription {
    named.histogram ??= new Histogram(this.bounds ?? []);
    const { histogram } = named;
    return source.events$.subscribe((event) =>
      tellDuration(event, (outcome, seconds) => histogram.observe(outcome, seconds)),
    );
  }

  private remove(name: string, named: Named, entry: Entry): void {
    named.entries = named.entries.filter((each) => each !== entry);
    if (named.entries.length === 0) {
      this.names.delete(name);
      return;
    }
    const stays = named.entries.some(({ source }) => source === entry.source);
    if (!stays && !entry.keys) named.left = addTotals(named.left, entry.source.totals());
  }

  /** Takes the metrics out of the registry once no name is left. */
  leave(registry: MetricRegistry): void {
    if (this.names.size > 0) return;
    for (const [name, metric] of this.registered) {
      if (registry.getSingleMetric(name) === metric) registry.removeSingleMetric(name);
    }
    this.registered.clear();
    this.bounds = undefined;
  }

  private nameOf({ name, unit, kind }: Metric): string {
    return `${this.prefix}${name}${unit === 's' ? '_seconds' : ''}${kind === 'counter' ? '_total' : ''}`;
  }

  private series({ label, values }: Metric): Series[] {
    return this.read().flatMap(({ labels, reading }) =>
      values(reading).map(([of, value]) => ({
        labels: label === undefined ? labels : { ...labels, [label]: of },
        value,
      })),
    );
  }

  /**
   * One reading for all metrics of a scrape. A registry asks its metrics one after the other in one go, so the
   * reading is kept until the microtask after.
   */
  private read(): Row[] {
    if (this.rows !== undefined) return this.rows;
    const rows: Row[] = [];
    for (const [name, named] of [...this.names]) {
      for (const [key, reading] of named.read()) {
        rows.push({ labels: key === '' ? { name } : { name, key }, reading });
      }
    }
    this.rows = rows;
    queueMicrotask(() => {
      this.rows = undefined;
    });
    return rows;
  }
}
