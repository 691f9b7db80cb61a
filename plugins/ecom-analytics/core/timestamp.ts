/**
 * The wire form of a time, as a regular expression that JavaScript, Java and Python read alike:
 * `YYYY-MM-DDTHH:MM:SS[.fraction][Z|±HH:MM]`. Calendar and ranges are checked beyond it.
 */
export const timestampPattern =
  '^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\\.([0-9]+))?(?:(Z)|([+-])([0-9]{2}):([0-9]{2}))?$';

/** What is wrong with a text that is not such a time. */
export const timestampMessage = 'must be a time like 2026-11-23T22:42:37.123Z';

const ZERO = 48;

/** The number that `count` digits of `text` at `at` spell, or NaN when one is not a digit. */
function digits(text: string, at: number, count: number): number {
  let value = 0;
  for (let index = at; index < at + count; index++) {
    const digit = text.charCodeAt(index) - ZERO;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/**
 * Days from 1970-01-01 to a date of the proleptic Gregorian calendar.
 * Formula: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `days_from_civil`.
 */
function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** Where the fraction that starts at `at` (a dot) ends, or NaN when it has no digit. */
function fractionEnd(text: string, at: number): number {
  let end = at + 1;
  while (text.charCodeAt(end) >= ZERO && text.charCodeAt(end) <= ZERO + 9) end++;
  return end === at + 1 ? Number.NaN : end;
}

/** Milliseconds that the zone at `at` adds to UTC, or NaN when it is no zone. No zone means UTC. */
function zoneOffsetMs(text: string, at: number): number {
  const rest = text.length - at;
  if (rest === 0) return 0;
  const sign = text[at];
  if (sign === 'Z') return rest === 1 ? 0 : Number.NaN;
  if (rest !== 6 || (sign !== '+' && sign !== '-') || text[at + 3] !== ':') return Number.NaN;
  const hours = digits(text, at + 1, 2);
  const minutes = digits(text, at + 4, 2);
  if (!(hours <= 23 && minutes <= 59)) return Number.NaN;
  return (sign === '-' ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

/**
 * Reads `YYYY-MM-DDTHH:MM:SS[.fraction][Z|±HH:MM]`, the contract's time.
 *
 * @returns milliseconds since 1970-01-01T00:00:00Z, the fraction cut (not rounded) to milliseconds, or NaN when the
 * text is anything else: a date that does not exist, a leap second, `24:00:00`, lower-case `t` or `z`.
 */
export function parseTimestamp(text: string): number {
  if (
    text[4] !== '-' ||
    text[7] !== '-' ||
    text[10] !== 'T' ||
    text[13] !== ':' ||
    text[16] !== ':' ||
    text.length < 19
  ) {
    return Number.NaN;
  }
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 2);
  const day = digits(text, 8, 2);
  const hour = digits(text, 11, 2);
  const minute = digits(text, 14, 2);
  const second = digits(text, 17, 2);
  const inRange =
    year >= 0 &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= daysInMonth(year, month) &&
    hour <= 23 &&
    minute <= 59 &&
    second <= 59;
  if (!inRange) return Number.NaN;

  let end = 19;
  let millis = 0;
  if (text[19] === '.') {
    end = fractionEnd(text, 19);
    if (Number.isNaN(end)) return Number.NaN;
    const known = Math.min(3, end - 20);
    millis = digits(text, 20, known) * (known === 3 ? 1 : known === 2 ? 10 : 100);
  }
  const seconds = daysFromCivil(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
  return seconds * 1000 + millis - zoneOffsetMs(text, end);
}

/** `2026-11-23T22:42:37.123Z`: how the pipeline writes a time. */
export function formatTimestamp(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
