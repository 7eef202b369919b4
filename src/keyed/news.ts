import { filter, map, Observable, Subject } from 'rxjs';

/**
 * Tells listeners events in order. Events that a listener causes wait until all listeners have heard the present event.
 * A new listener hears only events after its subscription.
 */
export class News<E> {
  readonly events$: Observable<E> = new Observable((subscriber) => {
    const before = this.happened;
    this.listeners
      .pipe(
        filter(([number]) => number > before),
        map(([, event]) => event),
      )
      .subscribe(subscriber);
  });
  private readonly listeners = new Subject<readonly [number: number, event: E]>();
  /** Events that the listeners have not heard. */
  private readonly queue: (readonly [number: number, event: E])[] = [];
  private happened = 0;
  private telling = false;
  private pauses = 0;

  get observed(): boolean {
    return this.listeners.observed;
  }

  push(event: E): void {
    if (!this.observed) return;
    this.happened++;
    this.queue.push([this.happened, event]);
  }

  /** Runs a deed without notifications: the next `flush` tells the events when the deed is complete. */
  quietly<T>(deed: () => T): T {
    this.pauses++;
    try {
      return deed();
    } finally {
      this.pauses--;
    }
  }

  flush(): void {
    if (this.queue.length === 0 || this.telling || this.pauses > 0) return;
    this.telling = true;
    try {
      for (let next = this.queue.shift(); next !== undefined; next = this.queue.shift()) {
        this.listeners.next(next);
      }
    } finally {
      this.telling = false; // by its deprecated config RxJS may throw errors of listeners here
    }
  }
}
