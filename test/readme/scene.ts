import { type Observable, throwError } from 'rxjs';
import type { run } from './snippets.ts';

/** Runs a snippet of the section, by its place there, with stand-ins for names and for modules. */
export type Play = (
  given?: object,
  place?: number,
  modules?: Readonly<Record<string, object>>,
) => ReturnType<typeof run>;

/** A section of a page, as its scene sees the section. Virtual time stands still between two deeds of the scene. */
export interface Stage {
  readonly play: Play;
  /** What the snippets have printed so far. */
  readonly printed: string[];
}

/** What the snippets of a page do, by the nearest heading above them. */
export type Scenes = Readonly<Record<string, (stage: Stage) => Promise<void>>>;

/** What a broken service answers. */
export const outage: Error = new Error('HTTP 503');

/** A call to a broken service. */
export const down: Observable<never> = throwError(() => outage);
