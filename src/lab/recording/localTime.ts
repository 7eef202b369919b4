import { digits } from './digits.js';

const months = 'JanFebMarAprMayJunJulAugSepOctNovDec';

/** `10/Oct/2000:13:55:36 -0700` in milliseconds since 1970; NaN for anything else. */
export function localTime(text: string): number {
  if (text.length !== 26 || text[2] !== '/' || text[6] !== '/' || text[11] !== ':')
    return Number.NaN;
  if (text[14] !== ':' || text[17] !== ':' || text[20] !== ' ') return Number.NaN;
  const month = months.indexOf(text.slice(3, 6));
  const sign = text[21] === '+' ? 1 : text[21] === '-' ? -1 : Number.NaN;
  if (month < 0 || month % 3 !== 0) return Number.NaN;
  const day = digits(text, 0, 2);
  const [hour, minute, second] = [digits(text, 12, 2), digits(text, 15, 2), digits(text, 18, 2)];
  const [zoneHours, zoneMinutes] = [digits(text, 22, 2), digits(text, 24, 2)];
  // a leap second is logged as 60
  if (!(hour < 24 && minute < 60 && second <= 60 && zoneHours < 24 && zoneMinutes < 60)) {
    return Number.NaN;
  }
  const midnight = Date.UTC(digits(text, 7, 4), month / 3, day);
  // the 31st of June would be the 1st of July
  if (!(day > 0) || new Date(midnight).getUTCDate() !== day) return Number.NaN;
  const zone = sign * (zoneHours * 60 + zoneMinutes);
  return midnight + ((hour * 60 + minute - zone) * 60 + second) * 1_000;
}
