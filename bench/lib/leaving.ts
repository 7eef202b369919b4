// What has to be tidied up when the bench ends, by itself or by Ctrl-C.

import { mkdtempSync, rmSync } from 'node:fs';
import { constants } from 'node:os';

const acts = new Set<() => void>();
let isListening = false;

/** Calls `act` when the process ends, at a signal too, unless the returned function was called before. */
export function onLeaving(act: () => void): () => void {
  if (!isListening) {
    isListening = true;
    process.on('exit', () => {
      for (const act of [...acts].reverse()) act();
    });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => process.exit(128 + constants.signals[signal]));
    }
  }
  acts.add(act);
  return () => acts.delete(act);
}

/** Makes a folder that goes away with the bench; the name is the prefix and six letters. */
export function passingFolder(prefix: string): string {
  let folder: string | undefined;
  // first: from here on a signal cannot end the process between the two
  onLeaving(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });
  folder = mkdtempSync(prefix);
  return folder;
}
