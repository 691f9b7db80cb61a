/** How the page writes numbers, money, spans and times: English, UTC, digits of equal width. */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
/** An axis may have quarters, which one decimal would round; what is whole has no decimals. */
const axis = { notation: 'compact', minimumFractionDigits: 0, maximumFractionDigits: 2 } as const;
const compact = new Intl.NumberFormat('en-US', axis);
const shares = new Intl.NumberFormat('en-US', {
  style: 'percent',
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function moneyFormats(code: string) {
  const style = { style: 'currency', currency: code } as const;
  return {
    exact: new Intl.NumberFormat('en-US', style),
    whole: new Intl.NumberFormat('en-US', { ...style, maximumFractionDigits: 0 }),
    short: new Intl.NumberFormat('en-US', { ...style, ...axis }),
  };
}

/** A page shows one run, and a run has one currency. */
let currency = 'USD';
let formats = moneyFormats(currency);

/** From here on money is written in this currency. */
export function useCurrency(code: string): void {
  if (code === currency) return;
  currency = code;
  formats = moneyFormats(code);
}

/** `12,345` */
export function count(n: number): string {
  return whole.format(n);
}

/** `12 orders`, `1 order`. */
export function counted(n: number, noun: string): string {
  return `${count(n)} ${noun}${n === 1 ? '' : 's'}`;
}

/** `$1,299.95`; cents are left out where they would be the eleventh digit. */
export function money(amount: number): string {
  return (amount < 100_000_000 ? formats.exact : formats.whole).format(amount);
}

/** `$1,300` */
export function wholeMoney(amount: number): string {
  return formats.whole.format(amount);
}

/** `$12.5K`, for axes. */
export function shortMoney(amount: number): string {
  return formats.short.format(amount);
}

/** `12.5K`, for axes. */
export function short(n: number): string {
  return compact.format(n);
}

/** `12.3%` of a whole; a dash where there is no whole. */
export function share(part: number, of: number): string {
  if (!(of > 0)) return '–';
  return part > 0 && part / of < 0.0005 ? '<0.1%' : shares.format(part / of);
}

/** A latency: `0.4 ms`, `84 ms`, `1.25 s`. */
export function latency(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(ms >= 10_000 ? 1 : 2)} s`;
  return `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
}

/** A span of time in its two largest units: `31 s`, `4 min 12 s`, `2 h 5 min`, `28 years 146 days`. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const pairs: readonly [number, string, number, string][] = [
    [31_536_000, 'years', 86_400, 'days'],
    [86_400, 'd', 3600, 'h'],
    [3600, 'h', 60, 'min'],
    [60, 'min', 1, 's'],
  ];
  for (const [large, largeUnit, small, smallUnit] of pairs) {
    if (seconds < large) continue;
    const rest = Math.floor((seconds % large) / small);
    return `${Math.floor(seconds / large)} ${largeUnit}${rest > 0 ? ` ${rest} ${smallUnit}` : ''}`;
  }
  return `${seconds} s`;
}

/** `00:04:12` of a run. */
export function stopwatch(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** `22:41:30` */
export function clock(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(11, 19);
}

/** `1997-01-01` */
export function date(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 10);
}

/** A point in event time: the clock alone on the day of `nowMs`, with the date otherwise. */
export function moment(epochMs: number, nowMs: number): string {
  return date(epochMs) === date(nowMs) ? clock(epochMs) : `${date(epochMs)} ${clock(epochMs)}`;
}

/** A bucket of event time: `22:41 to 22:42`, `1997-01-06 12:00 to 15:00`, `1997-01-06`, `1997-01-06 to 1997-01-12`. */
export function bucket(startMs: number, lengthMs: number, nowMs: number): string {
  if (lengthMs > DAY_MS) return `${date(startMs)} to ${date(startMs + lengthMs - DAY_MS)}`;
  if (lengthMs === DAY_MS) return date(startMs);
  const day = date(startMs) === date(nowMs) ? '' : `${date(startMs)} `;
  const cut = lengthMs % MINUTE_MS === 0 ? 5 : 8;
  return `${day}${clock(startMs).slice(0, cut)} to ${clock(startMs + lengthMs).slice(0, cut)}`;
}

/** The same in the least words, for a column's head: `22:41`, `1997-01-06`. */
export function bucketStart(startMs: number, lengthMs: number, nowMs: number): string {
  const day = date(startMs);
  if (lengthMs >= DAY_MS) return day;
  const time = clock(startMs).slice(0, lengthMs % MINUTE_MS === 0 ? 5 : 8);
  return day === date(nowMs) ? time : `${day} ${time}`;
}

/** A bucket's length as a word: `minute`, `15 minutes`, `day`, `4 weeks`. */
export function lengthName(ms: number): string {
  const units: readonly [number, string][] = [
    [7 * DAY_MS, 'week'],
    [DAY_MS, 'day'],
    [HOUR_MS, 'hour'],
    [MINUTE_MS, 'minute'],
    [1000, 'second'],
  ];
  const [unitMs, unit] = units.find(([candidate]) => ms % candidate === 0) ?? [1, 'millisecond'];
  const n = ms / unitMs;
  return n === 1 ? unit : `${n} ${unit}s`;
}

/**
 * Labels for the ticks of a time axis, the larger unit on a second line wherever it changes; today's date goes without
 * saying.
 *
 * @param ticks epoch seconds, ascending
 * @param stepSeconds between two ticks
 */
export function timeTicks(ticks: readonly number[], stepSeconds: number, nowMs: number): string[] {
  const now = new Date(nowMs);
  let before = stepSeconds < 86_400 ? `${now.getUTCDate()} ${months[now.getUTCMonth()]}` : '';
  return ticks.map((tick) => {
    const at = new Date(tick * 1000);
    const month = months[at.getUTCMonth()] ?? '';
    const year = String(at.getUTCFullYear());
    const day = `${at.getUTCDate()} ${month}`;
    const iso = at.toISOString();
    const [small, large] =
      stepSeconds >= 360 * 86_400
        ? [year, '']
        : stepSeconds >= 27 * 86_400
          ? [month, year]
          : stepSeconds >= 86_400
            ? [day, year]
            : [iso.slice(11, stepSeconds >= 60 ? 16 : 19), day];
    const label = large !== '' && large !== before ? `${small}\n${large}` : small;
    before = large;
    return label;
  });
}
