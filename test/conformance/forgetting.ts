import type { Call, Phase } from './replay.ts';

/** Whether our time window has forgotten a call: a result stays with the bucket that it ended in. */
export function weForgot(call: Call, phase: Phase, duration: number, buckets: number): boolean {
  if (call.end === undefined) return false;
  const width = duration / buckets;
  const bucket = Math.floor((call.end - phase.since) / width);
  return phase.now >= phase.since + (bucket + buckets) * width;
}

/** The results that make up the present streak: the last ones that are all of one kind. */
export function streak(phase: Phase): Call[] {
  const counted = phase.ended.filter(({ outcome }) => outcome !== 'ignored');
  const failed = (call: Call | undefined): boolean => call?.outcome === 'failure';
  const last = counted.at(-1);
  const breaks = counted.findLastIndex((call) => failed(call) !== failed(last));
  return counted.slice(breaks + 1);
}
