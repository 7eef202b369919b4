import { entriesIn } from './changelog.ts';

const levels = ['major', 'minor', 'patch'] as const;
type Numbers = [major: number, minor: number, patch: number];

function numbers(version: string): Numbers | null {
  const parts = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/.exec(version);
  return parts === null ? null : [Number(parts[1]), Number(parts[2]), Number(parts[3])];
}

/**
 * The version that follows: the given one, or the present one raised by a level. Without either the changes
 * decide: `patch` if they are all under Fixed or Security, else `minor`.
 *
 * @throws {Error} A version that is none, or that is not above the present one.
 */
export function nextVersion(present: string, wanted: string | undefined, changes: string): string {
  const now = numbers(present);
  if (now === null) throw new Error(`package.json: version must be like 1.2.3, got "${present}"`);
  const level = wanted ?? levelOf(changes);
  const next = raised(now, level) ?? numbers(level);
  if (next === null) {
    throw new Error(`the version must be ${levels.join(', ')} or like 1.2.3, got "${level}"`);
  }
  if (!isAbove(next, now)) {
    throw new Error(`the version must be above ${present}, got ${next.join('.')}`);
  }
  return next.join('.');
}

function levelOf(changes: string): string {
  const repairs = ['Fixed', 'Security'];
  return entriesIn(changes).every(({ heading }) => repairs.includes(heading)) ? 'patch' : 'minor';
}

function raised([major, minor, patch]: Numbers, level: string): Numbers | null {
  switch (level) {
    case 'major':
      return [major + 1, 0, 0];
    case 'minor':
      return [major, minor + 1, 0];
    case 'patch':
      return [major, minor, patch + 1];
    default:
      return null;
  }
}

function isAbove(a: Numbers, b: Numbers): boolean {
  const difference = a.map((part, index) => part - (b[index] as number)).find((each) => each !== 0);
  return difference !== undefined && difference > 0;
}
