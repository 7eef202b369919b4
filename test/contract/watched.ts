import type { Observable, Observer } from 'rxjs';

/** An observer that writes down what it hears: values as they are, `E:` an error, `C` the end. */
export function log<T>(heard: unknown[]): Observer<T> {
  return {
    next: (value) => heard.push(value),
    error: (error: unknown) => heard.push(`E:${error instanceof Error ? error.message : error}`),
    complete: () => heard.push('C'),
  };
}

/** What the breaker handed to a source, and what it got back for it. */
export interface Handover {
  readonly given: object;
  readonly returned: unknown;
}

/** The same source, with a note of each subscriber that it is handed. */
export function watched<T>(source: Observable<T>): { source: Observable<T>; seen: Handover[] } {
  const seen: Handover[] = [];
  const subscribe = source.subscribe.bind(source) as (observer: object) => unknown;
  Object.assign(source, {
    subscribe(given: object) {
      const entry = { given, returned: undefined as unknown };
      seen.push(entry);
      entry.returned = subscribe(given);
      return entry.returned;
    },
  });
  return { source, seen };
}

/** How many objects can be reached from one: what it holds on to. */
export function reach(from: object): number {
  const seen = new Set<object>();
  const visit = (value: unknown): void => {
    if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return;
    if (seen.has(value)) return;
    seen.add(value);
    if (typeof value === 'object') Object.values(value).forEach(visit);
  };
  visit(from);
  return seen.size;
}
