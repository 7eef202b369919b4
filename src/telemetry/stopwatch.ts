import type { Subscription } from 'rxjs';
import { tellDuration } from './durations.js';
import { eventsOf, type Source } from './sources.js';

interface Listening {
  uses: number;
  readonly subscription: Subscription;
}

/** Listens to the durations of calls. A source that is added twice under a name is listened to once. */
export class Stopwatch {
  private readonly names = new Map<string, Map<Source, Listening>>();
  private readonly tell: (name: string, outcome: string, seconds: number) => void;

  constructor(tell: (name: string, outcome: string, seconds: number) => void) {
    this.tell = tell;
  }

  /** Adds a source under a name. The returned function removes the source. */
  add(name: string, source: Source): () => void {
    const sources = this.names.get(name) ?? new Map<Source, Listening>();
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

  private listen(name: string, source: Source): Listening {
    const subscription = eventsOf(source).subscribe((event) =>
      tellDuration(event, (outcome, seconds) => this.tell(name, outcome, seconds)),
    );
    return { uses: 0, subscription };
  }
}
