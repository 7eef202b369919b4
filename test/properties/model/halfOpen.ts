import { LEAST_LEASE } from './openTime.ts';
import { probed } from './rounds.ts';
import type { Settings } from './settings.ts';
import type { Call, Stay } from './stay.ts';

/** Milliseconds that a probe may take before its place is free for another. */
export const leaseOf = (stay: Stay, { probeTimeout }: Settings): number =>
  probeTimeout ?? Math.max(LEAST_LEASE, stay.served);

const holdingPlaces = ({ running }: Stay): Call[] => running.filter((call) => !call.expired);

/** Rule 14, for a call that may be a probe. */
export function hasPlace(stay: Stay, { halfOpen }: Settings): boolean {
  const holding = holdingPlaces(stay);
  if ('growth' in halfOpen) return holding.length < stay.rounds.limit;
  const { good, bad } = stay.judged;
  // a slow probe counts once: as bad
  const undecided = holding.filter((call) => !call.overdue).length;
  return (
    holding.length < halfOpen.probes &&
    good + bad + undecided < halfOpen.successes + halfOpen.failures - 1
  );
}

/** Rule 14, for a call that may not be a probe: any call may, where none came for as long as one may take. */
export const anyMayProbe = (stay: Stay, settings: Settings, now: number): boolean =>
  now - stay.lastProbe >= leaseOf(stay, settings);

/** Rule 16: as long again as the oldest probe has been out, at least 10 ms, at most until its place is free. */
export function retryAfterOf(stay: Stay, settings: Settings, now: number): number {
  const oldest = holdingPlaces(stay)[0];
  if (oldest === undefined) return 0;
  const age = now - oldest.start;
  return Math.min(Math.max(10, age), leaseOf(stay, settings) - age);
}

/** A probe was good or bad: answers with the verdict, if there is one. */
export function judgeProbe(
  stay: Stay,
  { halfOpen }: Settings,
  kind: 'good' | 'bad',
  now: number,
): 'closed' | 'open' | undefined {
  if ('growth' in halfOpen) return probed(stay.rounds, kind, now, stay.served, halfOpen.growth);
  stay.judged[kind]++;
  if (stay.judged.bad >= halfOpen.failures) return 'open';
  return stay.judged.good >= halfOpen.successes ? 'closed' : undefined;
}
