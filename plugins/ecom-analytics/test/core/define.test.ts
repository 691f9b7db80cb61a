import { describe, expect, it } from 'vitest';
import { catalog } from '../../../../pipeline/catalog.ts';
import { definePipeline, type PipelineInput } from '../../core/define.ts';
import type { ShopFields } from '../../core/fields.ts';
import { generateOrders } from '../../core/generator/order-generator.ts';
import { OrderReader } from '../../core/order.ts';
import type { Rule } from '../../core/rule.ts';
import { emitSpec } from '../../core/spec.ts';
import { defaultTopics, type Topic } from '../../core/topic.ts';
import { defaultWindows } from '../../core/window.ts';
import { kitRules } from './kit.ts';

const [product] = catalog.products;
const [region] = catalog.regions;
const [threshold, oneOf, overCustomer] = kitRules;
if (!product || !region || !threshold || !oneOf || !overCustomer) throw new Error('the kit has none');

const shop: PipelineInput = { rules: kitRules, catalog };
const fields = (name: string, field: object): PipelineInput => ({
  ...shop,
  orderFields: { [name]: field } as ShopFields,
});

describe('a definition', () => {
  it('has the topics, windows and currency of the kit where it says nothing of them', () => {
    const { topics, windows, currency, orderFields } = definePipeline(shop);
    expect({ topics, windows, currency, orderFields }).toEqual({
      topics: defaultTopics,
      windows: defaultWindows,
      currency: 'USD',
      orderFields: {},
    });
  });

  it('names its currency wherever a rule’s reason asks for it, and leaves the other names to the alert', () => {
    const rules: Rule[] = [
      { ...threshold, reason: '{value} {currency} is over {limit} {currency}' },
      { ...oneOf, reason: '{order_id}: {value}, {customer_id}' },
    ];
    const reasons = (input: PipelineInput) => definePipeline(input).rules.map(({ reason }) => reason);
    expect(reasons({ ...shop, rules, currency: 'JPY' })).toEqual([
      '{value} JPY is over {limit} JPY',
      '{order_id}: {value}, {customer_id}',
    ]);
  });

  it('with windows, currency, a field and a topic of a shop’s own reaches the job and simulated orders', () => {
    const windows = { sizeMs: 300_000, slideMs: 300_000, watermarkMs: 60_000, deduplicate: false };
    const refunds = { ...defaultTopics.orders, name: 'shop-refunds' };
    const definition = definePipeline({
      ...shop,
      currency: 'EUR',
      windows,
      topics: { ...defaultTopics, refunds },
      orderFields: { tip: { type: 'amount', simulated: [0, 2.5] } },
    });
    const spec = emitSpec(definition);
    expect(spec.windowing).toMatchObject(windows);
    expect(spec.topics.refunds).toEqual(refunds);
    expect(spec.order.fields.at(-1)).toEqual({ name: 'tip', type: 'amount', reason: 'tip' });

    const startMs = Date.parse('2026-11-23T12:00:00Z');
    const orders = generateOrders({ definition, seed: 1, ordersPerMinute: 60, fraudRate: 0.1, startMs });
    const { order } = orders.next().value;
    const reader = new OrderReader(definition);
    expect(reader.check({ ...order }, startMs)).toMatchObject({ order: { tip: expect.any(Number) } });
    expect(reader.check({ ...order, tip: '2' }, startMs)).toBe('tip');
  });

  it.each<[string, PipelineInput, string]>([
    ['a currency in small letters', { ...shop, currency: 'eur' }, 'currency: "eur" is not an ISO 4217 code'],
    ['a currency of three decimals', { ...shop, currency: 'KWD' }, 'currency: KWD has 3 decimals'],
    ...(['prefix', 'through', 'deletionPolicy'] as const).map((role): [string, PipelineInput, string] => [
      `a topic whose role is ${role}, which a stage sets for all topics`,
      { ...shop, topics: { ...defaultTopics, [role]: { ...defaultTopics.orders, name: 'other' } } },
      `topic ${role}: a stage's topics have a setting of that name`,
    ]),
    [
      'two topics of one name',
      { ...shop, topics: { ...defaultTopics, refunds: defaultTopics.orders } },
      'topic refunds: it has the name of the topic orders, ecommerce-orders',
    ],
    [
      'a topic without partitions',
      { ...shop, topics: { ...defaultTopics, refunds: { name: 'refunds' } as Topic } },
      'topics.refunds.partitions: it is missing (',
    ],
    [
      'a misspelled key of the windows',
      { ...shop, windows: { ...defaultWindows, watermark: 1 } as typeof defaultWindows },
      'windows.watermark: there is no such key (',
    ],
    [
      'a topic name that Kafka refuses',
      { ...shop, topics: { ...defaultTopics, refunds: { ...defaultTopics.orders, name: 'our refunds' } } },
      'topic refunds: "our refunds" is not a valid name',
    ],
    ['two rules of one id', { ...shop, rules: [...kitRules, oneOf] }, `rule ${oneOf.id}: two rules have`],
    [
      'a limit without end, which JSON cannot hold',
      { ...shop, rules: [{ ...threshold, moreThan: Number.POSITIVE_INFINITY } as Rule] },
      'rule high-value, moreThan: ',
    ],
    [
      'a rule without a reason',
      { ...shop, rules: [{ ...oneOf, reason: undefined } as unknown as Rule] },
      'rule suspicious-location, reason: it is missing (',
    ],
    [
      'a reason with a name that nothing fills in',
      { ...shop, rules: [{ ...threshold, reason: '{value}, over {threshold}' }] },
      'rule high-value, reason: {threshold} is not one of {value}, {limit}, {currency}, {customer_id}, {order_id} (',
    ],
    [
      'an order in the reason of a rule over a customer',
      { ...shop, rules: [{ ...overCustomer, reason: '{order_id}' }] },
      `rule ${overCustomer.id}, reason: {order_id} is not one of {value}, {limit}, {currency}, {customer_id} (`,
    ],
    [
      'a price that is not told to the cent',
      { ...shop, catalog: { ...catalog, products: [{ ...product, price: 1.005 }] } },
      `product ${product.product_id}: price is not an amount`,
    ],
    ['nothing to sell', { ...shop, catalog: { ...catalog, products: [] } }, 'products: at least one needs'],
    [
      'regions that nobody orders from',
      { ...shop, catalog: { ...catalog, regions: [{ ...region, weight: 0 }] } },
      'regions: at least one needs',
    ],
    [
      'a region without a name',
      { ...shop, catalog: { ...catalog, regions: [{ ...region, name: '' }] } },
      'regions: "" is not a non-empty string',
    ],
    [
      'a field of a type that there is not',
      fields('payment', { type: 'txt', simulated: ['card'] }),
      'field payment: "txt" is not a type of a field',
    ],
    [
      'a field that simulated orders have no value for',
      fields('payment', { type: 'text', simulated: [] }),
      'field payment: simulated must be a list of at least one value',
    ],
    ...[{}, { simulated: 'card' }].map((simulated): [string, PipelineInput, string] => [
      `a field whose simulated values are ${'simulated' in simulated ? 'not a list' : 'missing'}`,
      fields('payment', { type: 'text', ...simulated }),
      'field payment: simulated must be a list of at least one value',
    ]),
    [
      'a misspelled key of a field',
      fields('payment', { type: 'text', simulated: ['card'], ifMising: 'none' }),
      'field payment: "ifMising" is not one of type, simulated and ifMissing',
    ],
    [
      'a misspelled part',
      { ...shop, orderField: {} } as PipelineInput,
      '"orderField" is not one of its parts: currency, topics, windows, rules, catalog, orderFields',
    ],
  ])('is refused with %s', (_, input, words) => {
    const code = 'ECOM_DEFINITION';
    const message = expect.stringContaining(words);
    expect(() => definePipeline(input)).toThrow(expect.objectContaining({ code, message }));
  });
});

it('a role of a topic may be called as the block of topics is in the plugin', () => {
  const of = { ...defaultTopics.orders, name: 'other' };
  expect(definePipeline({ ...shop, topics: { ...defaultTopics, of } }).topics.of).toEqual(of);
});
