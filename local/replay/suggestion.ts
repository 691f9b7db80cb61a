import type { PipelineField as OrderField } from '../../pipeline/order.ts';

/** Words that columns of other shops' exports are named with, the likeliest first. Lower case, without separators. */
const words: Readonly<Record<OrderField, readonly string[]>> = {
  customer_id: [
    'customerid',
    'customer',
    'clientid',
    'client',
    'userid',
    'user',
    'buyer',
    'account',
    'member',
    'email',
    'cust',
  ],
  timestamp: [
    'timestamp',
    'orderdate',
    'datetime',
    'createdat',
    'created',
    'date',
    'time',
    'orderedat',
    'purchased',
    'day',
    'when',
    'ts',
  ],
  total_amount: [
    'totalamount',
    'ordertotal',
    'total',
    'amount',
    'revenue',
    'dollarvalue',
    'value',
    'sales',
    'gross',
    'paid',
    'spend',
    'dollar',
    'usd',
    'sum',
  ],
  price: ['price', 'unitprice', 'itemprice', 'unitcost', 'rate', 'cost'],
  quantity: ['quantity', 'qty', 'units', 'items', 'pieces', 'count', 'numberof', 'num', 'number'],
  order_id: ['orderid', 'ordernumber', 'orderno', 'order', 'invoice', 'transaction', 'receipt', 'checkout'],
  product_id: ['productid', 'sku', 'stockcode', 'itemid', 'article', 'asin', 'ean', 'product'],
  product_name: [
    'productname',
    'lineitemname',
    'title',
    'description',
    'itemname',
    'product',
    'item',
    'name',
  ],
  category: ['category', 'department', 'producttype', 'segment', 'genre', 'type'],
  region: ['region', 'country', 'location', 'state', 'province', 'market', 'city', 'geo'],
};

function isOrderField(name: string): name is OrderField {
  return name in words;
}

function plain(column: string): string {
  return column.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}

/** How much a column's name looks like a field's: higher is likelier, 0 is not at all. */
function likeness(column: string, field: OrderField): number {
  const name = plain(column);
  if (name === plain(field)) return 1000;
  let best = 0;
  for (const [rank, word] of words[field].entries()) {
    const match =
      name === word
        ? 500
        : name.startsWith(word) || name.endsWith(word)
          ? 200
          : name.includes(word)
            ? 100
            : 0;
    if (match > 0) best = Math.max(best, match + word.length * 5 - rank);
  }
  return best;
}

/**
 * The likeliest mapping, by the columns' names: the best pairs first, each column and each field once.
 *
 * @param given what is certain already, kept as it is
 */
export function suggestColumns(
  columns: readonly string[],
  given: Readonly<Partial<Record<OrderField, string>>>,
): Partial<Record<OrderField, string>> {
  const pairs: { field: OrderField; column: string; score: number }[] = [];
  for (const field of Object.keys(words)) {
    if (!isOrderField(field)) continue;
    for (const column of columns) pairs.push({ field, column, score: likeness(column, field) });
  }
  const chosen: Partial<Record<OrderField, string>> = { ...given };
  const taken = new Set(Object.values(given));
  for (const { field, column, score } of pairs.sort((a, b) => b.score - a.score)) {
    if (score === 0 || field in chosen || taken.has(column)) continue;
    chosen[field] = column;
    taken.add(column);
  }
  return Object.fromEntries(
    Object.entries(words).flatMap(([field]) =>
      isOrderField(field) && chosen[field] !== undefined ? [[field, chosen[field]]] : [],
    ),
  );
}
