import { describe, expect, it } from 'vitest';
import { resolveMapping } from '../../../local/replay/mapping.ts';

const file = 'orders.csv';
const ours = ['customer_id', 'timestamp', 'total_amount'];

function refusal(map: string | undefined, columns: readonly string[]): string {
  try {
    resolveMapping(map, columns, file);
  } catch (error) {
    expect(error).toMatchObject({ code: 'ECOM_REPLAY_MAPPING', exitCode: 2 });
    return error instanceof Error ? error.message : '';
  }
  throw new Error('the mapping was accepted');
}

/** The option that a refusal says to write, as a shell would hand it on. */
function optionIn(message: string): string {
  const option = /^Run again with: --map (.*)$/m.exec(message)?.[1] ?? '';
  return option.startsWith("'") ? option.slice(1, -1) : option;
}

describe('a mapping', () => {
  it('is not needed for columns that have our names', () => {
    expect(resolveMapping(undefined, [...ours, 'coupon'], file)).toEqual({
      customer_id: 'customer_id',
      timestamp: 'timestamp',
      total_amount: 'total_amount',
    });
  });

  it('takes a column from the field whose name it has', () => {
    const mapping = resolveMapping('total_amount=price', ['customer_id', 'timestamp', 'price'], file);
    expect(mapping).toEqual({ total_amount: 'price', customer_id: 'customer_id', timestamp: 'timestamp' });
  });

  it('may name one column for two fields, and columns with spaces, commas, quotes and equals signs', () => {
    const columns = ['Buyer', 'Day', 'Total, "USD"', 'a=b'];
    const map =
      ' customer_id = Buyer , timestamp=Day,total_amount="Total, ""USD""",region=a=b,product_name=Buyer';
    expect(resolveMapping(map, columns, file)).toEqual({
      customer_id: 'Buyer',
      timestamp: 'Day',
      total_amount: 'Total, "USD"',
      region: 'a=b',
      product_name: 'Buyer',
    });
  });

  it.each([
    ['customer', /not of the form our_field=their_column/],
    ['customer_id=customer_id,,timestamp', /not of the form/],
    ['client=customer_id', /"client", which is none of our fields/],
    ['customer_id=Client', /no column "Client" for customer_id/],
    ['customer_id=', /no column "" for customer_id/],
    ['region=timestamp,region=customer_id', /names region twice/],
  ])('%j is refused', (map, text) => {
    const message = refusal(map, ours);
    expect(message).toMatch(text);
    expect(message).toContain('Its columns are: "customer_id", "timestamp", "total_amount"');
  });

  it('needs a customer, a time and an amount', () => {
    expect(refusal(undefined, ['customer_id', 'price'])).toMatch(
      /which is the time \(timestamp\) \(orders\.csv\)/,
    );
    expect(refusal(undefined, ['customer_id', 'timestamp'])).toMatch(/the amount \(total_amount or price\)/);
    expect(refusal(undefined, ['timestamp', 'price'])).toMatch(/the customer \(customer_id\)/);
  });

  it('refuses a column that the file has twice', () => {
    expect(refusal(undefined, [...ours, 'total_amount'])).toMatch(/two columns named "total_amount"/);
  });

  it('writes the option so that a shell takes it as it is', () => {
    const message = refusal(undefined, ['Customer', 'When', 'Total $USD']);
    expect(message).toContain("--map 'customer_id=Customer,timestamp=When,total_amount=Total $USD'");
  });

  it('does not suggest a column that the file has twice', () => {
    const message = refusal('customer_id=Who,timestamp=When,total_amount=Sum', ['Who', 'Who', 'When', 'Sum']);
    expect(message).toMatch(/two columns named "Who"\W.*Give each column that is used a name of its own/);
    expect(optionIn(message)).toBe('timestamp=When,total_amount=Sum,customer_id=<column>');
  });

  it.each([
    [
      ['Invoice', 'StockCode', 'Description', 'Quantity', 'InvoiceDate', 'Price', 'Customer ID', 'Country'],
      'customer_id=Customer ID,timestamp=InvoiceDate,price=Price,quantity=Quantity,order_id=Invoice,product_id=StockCode,product_name=Description,region=Country',
    ],
    [
      ['user_email', 'created_at', 'order total', 'qty'],
      'customer_id=user_email,timestamp=created_at,total_amount=order total,quantity=qty',
    ],
    [['Client', 'When', 'Total, USD'], 'customer_id=Client,timestamp=When,total_amount="Total, USD"'],
    [['a', 'b'], 'customer_id=<column>,timestamp=<column>,total_amount=<column>'],
  ])('for the columns %j is suggested', (columns, expected) => {
    const option = optionIn(refusal(undefined, columns));
    expect(option.split(',').sort()).toEqual(expected.split(',').sort());
    if (!expected.includes('<column>')) expect(() => resolveMapping(option, columns, file)).not.toThrow();
  });
});
