import type { Sales, Stretch } from '../message.ts';
import { span } from './format.ts';

const changes = new Intl.NumberFormat('en-US', {
  style: 'percent',
  signDisplay: 'exceptZero',
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});
/** Beyond ten times as much, a percentage is not read any more. */
const maxChange = 10;

/**
 * How a figure of the last hour compares with the hour before: `+3.1%`, `first hour`, `new`. Where the hour before is
 * shorter, because the run began within it, they are compared per minute.
 */
export function change(sales: Pick<Sales, 'last' | 'before'>, last: number, before: number | null): string {
  if (sales.before === null || before === null) return 'first hour';
  if (before === 0) return last === 0 ? '' : 'new';
  const ratio = perMs(last, sales.last) / perMs(before, sales.before);
  return ratio > maxChange ? `${Math.round(ratio)} times` : changes.format(ratio - 1);
}

function perMs(figure: number, { lengthMs }: Stretch): number {
  return figure / Math.max(1, lengthMs);
}

/** How a mean compares, which does not depend on how long the stretches are. */
export function changeOfMean(last: Stretch, before: Stretch | null): string {
  if (before === null) return 'first hour';
  if (before.orders === 0 || last.orders === 0) return '';
  return changes.format(last.revenue / last.orders / (before.revenue / before.orders) - 1);
}

/** What is compared with what, in a sentence. */
export function comparison({ last, before }: Sales): string {
  if (before === null) return `The first hour of the run, ${span(last.lengthMs)} so far.`;
  const whole = before.lengthMs >= last.lengthMs - 60_000;
  return whole
    ? 'Compared with the hour before.'
    : `Compared with the ${span(before.lengthMs)} before, per minute.`;
}
