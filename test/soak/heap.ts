import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const sweep = runInNewContext('gc') as () => void;

/** Bytes that are in use when all has been swept that can be. */
export function heap(): number {
  sweep();
  sweep();
  return process.memoryUsage().heapUsed;
}
