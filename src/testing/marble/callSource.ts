import { Observable, type SchedulerLike } from 'rxjs';
import type { Kind } from './claim.js';

/** Hears from the source of a call: the breaker subscribed, a mark was emitted, the source was left. */
type TellSource = (type: 'admitted' | 'emits' | 'left', letter: string) => void;

/**
 * The source of a call of this kind: it plays the kind's marbles and tells each step. An emission that time brings
 * runs within `act`.
 */
export function callSource(
  kind: Kind,
  scheduler: SchedulerLike,
  tell: TellSource,
  act: (deed: () => void) => void,
): Observable<unknown> {
  return new Observable((subscriber) => {
    tell('admitted', kind.letter);
    subscriber.add(() => tell('left', '!'));
    const emit = (letter: string): void => {
      if (subscriber.closed) return;
      tell('emits', letter);
      if (letter === '|') subscriber.complete();
      else if (letter !== '#') subscriber.next(valueFor(kind, letter));
      else subscriber.error(kind.given.has('#') ? kind.given.get('#') : new Error(kind.letter));
    };
    for (const { frame, letter } of kind.marks) {
      if (frame === 0) emit(letter);
      else subscriber.add(scheduler.schedule(() => act(() => emit(letter)), frame));
    }
  });
}

/** The value that a letter stands for: the given one, else the letter itself. */
export function valueFor({ given }: Kind, letter: string): unknown {
  return given.has(letter) ? given.get(letter) : letter;
}
