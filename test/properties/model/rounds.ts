/** Rule 7 of the trip rules: half-open by rounds. The limit is how many probes may be out at once. */
export interface Rounds {
  limit: number;
  good: number;
  bad: number;
  /** Somebody who might have been a probe was refused in this round. */
  refused: boolean;
  /** Since when no round was bad. */
  well: number;
}

export const firstRound = (now: number): Rounds => ({
  limit: 1,
  good: 0,
  bad: 0,
  refused: false,
  well: now,
});

/** Counts one probe in the present round; answers with the verdict, if there is one. */
export function probed(
  rounds: Rounds,
  kind: 'good' | 'bad',
  now: number,
  served: number,
  growth: number,
): 'closed' | 'open' | undefined {
  rounds[kind]++;
  const { limit, good, bad } = rounds;
  if (bad > limit / 3) {
    if (limit === 1) return 'open';
    Object.assign(rounds, firstRound(now), { limit: Math.floor(limit / 2), refused: true });
    return undefined;
  }
  if (good + bad < limit) return undefined;
  if (!rounds.refused || growth === Number.POSITIVE_INFINITY) return 'closed';
  if (now - rounds.well >= served) return 'closed';
  Object.assign(rounds, { limit: limit + growth, good: 0, bad: 0, refused: false });
  return undefined;
}
