import { readFileSync, writeFileSync } from 'node:fs';

// What the runs that are too long for `npm test` came to when each was last run. The runs write the file; a test
// compares CONTRIBUTING.md with the file.
const file = new URL('records.json', import.meta.url);

/** The last runs. */
export interface Records {
  /** Checks of `npm run matrix`, none of which failed. */
  readonly matrix: { readonly checks: number };
  /**
   * The last run of `npm run mutation` on each folder: the mutants, the mutants that the tests noticed, and the mutants
   * that `survivors.json` excuses.
   */
  readonly mutation: {
    readonly [folder: string]: {
      readonly mutants: number;
      readonly noticed: number;
      readonly excused: number;
    };
  };
}

/** Reads what the last runs came to. */
export function records(): Records {
  return JSON.parse(readFileSync(file, 'utf8')) as Records;
}

/** Notes what a run came to. */
export function record<Name extends keyof Records>(run: Name, result: Records[Name]): void {
  writeFileSync(file, `${JSON.stringify({ ...records(), [run]: result }, null, 2)}\n`);
}
