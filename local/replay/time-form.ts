import { formatTimestamp } from '../../pipeline/timestamp.ts';

/** A day, alone or with a time to the minute or finer and a zone. `YYYY/MM/DD` too, for it cannot be misread. */
const calendar =
  /^(\d{4})([-/])(\d{2})\2(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(\.\d+)?)?(?: ?(Z|UTC|GMT|([+-]\d{2})(?::?(\d{2}))?))?)?$/;
const compactDay = /^(\d{4})(\d{2})(\d{2})$/;
/** Seconds (9 or 10 digits: 1973 to 2286), milliseconds (12 or 13) or microseconds (15 or 16) since 1970. */
const epoch = /^(?:(\d{9,10})(?:\.(\d+))?|(\d{12,13})(?:\.\d+)?|(\d{15,16}))$/;

function epochMs(text: string): number {
  const [, seconds, fraction = '', millis, micros] = epoch.exec(text) ?? [];
  if (seconds !== undefined) return Number(seconds) * 1000 + Number(`${fraction}000`.slice(0, 3));
  if (millis !== undefined) return Number(millis);
  return micros === undefined ? Number.NaN : Math.floor(Number(micros) / 1000);
}

/**
 * Reads the time forms that exports use and writes the pipeline's own: a day alone is its midnight in UTC, a time
 * without a zone is UTC. Day and month in another order (`12/01/2010`) are not guessed at.
 *
 * @returns the time as `YYYY-MM-DDTHH:MM:SS…`, or the value as it is when it has none of these forms
 */
export function readTime(value: unknown): unknown {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : formatTimestamp(value.getTime());
  if (typeof value === 'number' || typeof value === 'bigint') return readTime(String(value));
  if (typeof value !== 'string') return value;
  // The pipeline's own form, as most files have it, is left to the check.
  if (value[10] === 'T' && value.endsWith('Z')) return value;
  const text = value.trim();
  const parts = calendar.exec(text);
  if (parts !== null) {
    const [
      ,
      year,
      ,
      month,
      day,
      hour = '00',
      minute = '00',
      second = '00',
      fraction = '',
      zone,
      hours,
      minutes = '00',
    ] = parts;
    const offset = zone === undefined || hours === undefined ? 'Z' : `${hours}:${minutes}`;
    return `${year}-${month}-${day}T${hour}:${minute}:${second}${fraction}${offset}`;
  }
  const [, year, month, day] = compactDay.exec(text) ?? [];
  if (year !== undefined) return `${year}-${month}-${day}T00:00:00Z`;
  const ms = epochMs(text);
  return Number.isNaN(ms) ? value : formatTimestamp(ms);
}
