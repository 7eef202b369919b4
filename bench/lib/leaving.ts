// What has to be tidied up when the bench ends, by itself or by Ctrl-C.

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
