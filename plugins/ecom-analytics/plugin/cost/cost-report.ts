import type { CostEstimate, CostItem } from './estimate.ts';

function usd(amount: number | null): string {
  return amount === null ? 'not priced' : `$${amount.toFixed(2)}`;
}

function row({ item, quantity, unit, price, monthlyUsd }: CostItem, width: number): string {
  const unitPrice = price === null ? '' : `  (${quantity.toLocaleString('en-US')} ${unit} at $${price.usd})`;
  return `  ${item.padEnd(width)}  ${usd(monthlyUsd).padStart(10)}${unitPrice}`;
}

/** The estimate as a table for a terminal, a line an item, the total last. */
export function costReport(estimate: CostEstimate, stage: string): string {
  const width = Math.max(...estimate.items.map(({ item }) => item.length), 'Total'.length);
  return [
    `A month of stage ${stage}, running all the time, at list prices of ${estimate.region}:`,
    ...estimate.items.map((item) => row(item, width)),
    `  ${'Total'.padEnd(width)}  ${usd(estimate.monthlyUsd).padStart(10)}`,
    `Not priced: ${estimate.notPriced.join('; ')}.`,
  ].join('\n');
}
