import type { Subscription } from 'rxjs';
import { tellDuration } from './durations.js';
import { type CircuitSource, eventsOf } from './sources.js';

interface Listening {
  uses: number;
  readonly subscription: Subscription;
}

/** Listens to the durations of calls. A source that is added twice under a name is listened to once. */
export class Stopwatch {
  private readonly names = new Map<string, Map<CircuitSource, Listening>>();
  private readonly tell: (name: string, outcome: string, seconds: number) => void;

  constructor(tell: (name: string, outcome: string, seconds: number) => void) {
    this.tell = tell;
  }

  /** Adds a source under a name. The returned function removes the source. */
  add(name: string, source: CircuitSource): () => void {
    const sources = this.names.get(name) ?? new Map<CircuitSource, Listening>();
    this.names.set(name, sources);
    const found = sources.get(source) ?? this.listen(name, source);
    sources.set(source, found);
    found.uses++;
    return () => {
      found.uses--;
      if (found.uses > 0) return;
      found.subscription.unsubscribe();
      sources.delete(source);
      if (sources.size === 0) this.names.delete(name);
    };
  }

  private listen(name: string, source: CircuitSource): Listening {
    const subscription = eventsOf(source).subscribe((event) =>
      tellDuration(event, (outcome, seconds) => this.tell(name, outcome, seconds)),
    );
    return { uses: 0, subscription };
  }
}
