import { ordersDueNow } from './orders-due.ts';

/** Prints orders for a contestant that is not written in TypeScript: key, tab, value, a line each. */
export async function main([count]: readonly string[]): Promise<number> {
  const lines = [...ordersDueNow(Number(count))].map(
    ({ order }) => `${order.customer_id}\t${JSON.stringify(order)}\n`,
  );
  process.stdout.write(lines.join(''));
  return 0;
}
