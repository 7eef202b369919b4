import type { Recording } from '../recording/recording.js';
import type { Backend } from './backend.js';

/** Calls on either side of a call that say whether the service was in trouble: most of the 11 failed. */
const NEIGHBOURS = 5;

/**
 * Outcomes as they were recorded. An open loop: request `n` comes to what line `n` of the log says, whatever
 * the breaker did to the requests before, and a refused call would have come to the same.
 */
export class Replay implements Backend {
  ok = true;
  broken = false;
  onCrash: (() => void) | undefined;
  private readonly recording: Recording;
  private readonly limit: number;
  private readonly keysPerRequest: number;
  private readonly troubled: Uint8Array;
  private last = 0;
  private troubledUntil = -1;

  /**
   * @param limit the time limit of the clients in milliseconds
   * @param keysPerRequest call `key` belongs to request `key / keysPerRequest`
   */
  constructor(recording: Recording, limit: number, keysPerRequest: number) {
    this.recording = recording;
    this.limit = limit;
    this.keysPerRequest = keysPerRequest;
    this.troubled = troubles(recording);
  }

  begin(now: number, key: number): number {
    const n = this.look(now, key);
    const end = now + (this.recording.duration[n] as number);
    this.ok = this.recording.failed[n] === 0;
    this.broken = this.troubled[n] === 1;
    return end;
  }

  wouldAnswer(now: number, key: number): boolean {
    const n = this.look(now, key);
    return this.recording.failed[n] === 0 && (this.recording.duration[n] as number) <= this.limit;
  }

  isBroken(): boolean {
    return this.troubled[this.last] === 1;
  }

  isTroubled(now: number): boolean {
    return this.isBroken() || now <= this.troubledUntil;
  }

  waiting(): number {
    return 0;
  }

  private look(now: number, key: number): number {
    const n = Math.floor(key / this.keysPerRequest);
    this.last = n;
    if (this.troubled[n] === 1) {
      const end = now + Math.min(this.recording.duration[n] as number, this.limit);
      this.troubledUntil = Math.max(this.troubledUntil, end);
    }
    return n;
  }
}

/** 1 for each call whose neighbours failed for the most part. */
function troubles({ failed, length }: Recording): Uint8Array {
  const troubled = new Uint8Array(length);
  let sum = 0;
  let from = 0;
  let to = 0;
  for (let n = 0; n < length; n++) {
    for (; to < length && to <= n + NEIGHBOURS; to++) sum += failed[to] as number;
    for (; from < n - NEIGHBOURS; from++) sum -= failed[from] as number;
    troubled[n] = sum * 2 > to - from ? 1 : 0;
  }
  return troubled;
}
