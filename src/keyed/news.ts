import { filter, map, Observable, Subject } from 'rxjs';

/**
 * Tells listeners what happened, in order. What a listener sets off is told when all listeners have heard
 * of the event before; a new listener is told nothing that happened before the subscription.
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
  /** What has happened and was not told yet. */
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

  /** Does a deed of which nothing is told before the next `flush`: a listener would meet things half done. */
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
      this.telling = false; // RxJS can be told to throw the errors of listeners
    }
  }
}
