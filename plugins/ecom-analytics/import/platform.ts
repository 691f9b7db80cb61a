import { parseMapping } from './mapping.ts';
import type { SourceField } from './source-field.ts';
import { identifier, literal } from './sql.ts';

/** SQL over the columns of a file, by what it gives. */
export type Expressions = Readonly<Partial<Record<SourceField, string>>>;

/** Rows that a layout leaves out by itself. */
export interface LeftOut {
  /** As it is reported: `cancelled`. */
  readonly what: string;
  /** SQL over the columns. */
  readonly when: string;
  /** Only this row, or every row of its order. */
  readonly of: 'row' | 'order';
}

/**
 * How rows make orders: each is one, or an item; `first` and `repeated` where the order's own total stands in its items' rows,
 * `summary` where a row that sums up its items comes before them.
 */
export type RowLayout = 'orders' | 'items' | 'first' | 'repeated' | 'summary';

export interface Layout {
  readonly map: Expressions;
  readonly leave?: readonly LeftOut[];
  readonly rows?: RowLayout;
  /** What comes first in dates of numbers alone, where the values do not say. */
  readonly first?: 'day' | 'month';
  /** What someone should know, a sentence each. */
  readonly notes?: readonly string[];
}

/** A layout over names that a file may have; see {@link fill} for the names in SQL. */
interface Platform extends Omit<Layout, 'map'> {
  /** As it is said: `a Shopify orders export`. */
  readonly name: string;
  /** Where its format is described. */
  readonly source: string;
  /**
   * As `--map` has it. A side names columns, of which the first that has a value is taken (`Email|Phone`), or is SQL over
   * columns in braces. A field that no column of the file gives is left out.
   */
  readonly map: string;
  /** The columns it is known by, parted by `|`: all of them. */
  readonly known: string;
  /** Whether their letters' case counts. */
  readonly exact?: boolean;
  /** A reason why it cannot be replayed. */
  readonly refused?: string;
  /** A field without a column that is worth a note. */
  readonly lacks?: { readonly field: SourceField; readonly note: string };
}

/** Rows of an order, by what their status says: `['cancelled', 'cancelled|canceled']`. */
function states(
  column: string,
  said: Readonly<Record<string, string>>,
  of: LeftOut['of'] = 'order',
): LeftOut[] {
  return Object.entries(said).map(([what, values]) => ({ what, when: isOneOf(column, values), of }));
}

function isOneOf(column: string, values: string): string {
  return `lower(trim(CAST({${column}} AS VARCHAR))) IN (${values.split('|').map(literal).join(', ')})`;
}

/** SQL of a customer's number, which is 0 for guests. */
function member(column: string): string {
  return `nullif(nullif(trim(CAST({${column}} AS VARCHAR)), ''), '0')`;
}

/** SQL of a sum of amounts; those after a minus are taken off, and one that is missing is 0. */
function sum(first: string, ...others: string[]): string {
  const parts = others.map((column) => {
    const [, sign, name] = /^(-?)(.*)$/.exec(column) ?? [];
    return ` ${sign === '-' ? '-' : '+'} coalesce(amount({${name}}), 0)`;
  });
  return `amount({${first}})${parts.join('')}`;
}

/** SQL of an amount that an API counts in smallest units, which are whole ones in https://docs.stripe.com/currencies#zero-decimal */
function smallestUnits(amount: string, currency: string): string {
  const whole = 'BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF UGX VND VUV XAF XOF XPF'.split(' ').map(literal);
  return `CASE WHEN upper({${currency}}) IN (${whole.join(', ')}) THEN amount({${amount}}) ELSE amount({${amount}}) / 100 END`;
}

/** Zones as Rails names them, which Square writes. */
const namedZones = {
  'America/New_York': 'Eastern Time (US & Canada)',
  'America/Chicago': 'Central Time (US & Canada)',
  'America/Denver': 'Mountain Time (US & Canada)',
  'America/Los_Angeles': 'Pacific Time (US & Canada)',
  'America/Halifax': 'Atlantic Time (Canada)',
  'America/St_Johns': 'Newfoundland',
  'America/Phoenix': 'Arizona',
  'America/Anchorage': 'Alaska',
  'Pacific/Honolulu': 'Hawaii',
  'Asia/Tokyo': 'Tokyo',
};
const cities = {
  Europe: 'London Dublin Paris Madrid',
  Australia: 'Sydney Melbourne Brisbane Adelaide Perth Darwin Hobart',
};
/** Abbreviations of PayPal, with the hours that they are behind UTC. */
const abbreviations =
  'PST 8, PDT 7, MST 7, MDT 6, CST 6, CDT 5, EST 5, EDT 4, GMT 0, UTC 0, WET 0, BST -1, CET -1, CEST -2, EET -2, EEST -3, JST -9, AEST -10, AEDT -11';

function zone(column: string): string {
  const zones = [
    ...Object.entries(namedZones).map(([id, name]) => [name, id]),
    ...Object.entries(cities).flatMap(([part, names]) =>
      names.split(' ').map((city) => [city, `${part}/${city}`]),
    ),
    ...abbreviations.split(', ').map((text) => {
      const [name = '', hours = ''] = text.split(' ');
      return [name, `Etc/GMT${hours.startsWith('-') ? hours : `+${hours}`}`];
    }),
  ];
  const cases = zones.map(([name = '', id = '']) => `WHEN ${literal(name)} THEN ${literal(id)}`);
  return `CASE trim({${column}}) ${cases.join(' ')} END`;
}

const dateAndTime = "concat_ws(' ', {Date}, {Time})";

const shopifyStates = { refunded: 'refunded', voided: 'voided', expired: 'expired' };
const wooStates = {
  cancelled: 'cancelled|wc-cancelled|canceled',
  failed: 'failed|wc-failed',
  refunded: 'refunded|wc-refunded',
  drafts: 'checkout-draft|wc-checkout-draft|auto-draft|draft|trash',
};
const bigCommerceStates = {
  cancelled: 'cancelled|canceled',
  failed: 'declined|incomplete',
  refunded: 'refunded',
};
const squareReports =
  'https://squareup.com/help/us/en/article/5072-summaries-and-reports-from-the-online-square-dashboard';
/** A refund may be a row of the same transaction. */
const squareOrder = "{Transaction ID} || CASE WHEN {Event Type} ILIKE 'refund' THEN ' refund' ELSE '' END";
const instacart = {
  name: 'Instacart',
  source: 'https://www.kaggle.com/c/instacart-market-basket-analysis/data',
  refused: 'Instacart publishes neither amounts nor dates',
  map: '',
};

/** The layouts that are recognized, the more particular first. */
export const platforms: readonly Platform[] = [
  {
    name: 'a Shopify orders export',
    source: 'https://help.shopify.com/en/manual/fulfillment/managing-orders/exporting-orders',
    known: 'Name|Financial Status|Total|Lineitem quantity|Lineitem name|Lineitem price',
    map: `
      order_id=Name, customer_id=Email|Phone|Billing Name|Shipping Name, timestamp=Created at|Paid at,
      product_id=Lineitem sku|Lineitem name, product_name=Lineitem name, quantity=Lineitem quantity,
      price=Lineitem price, total_amount=Total, region=Shipping Country|Billing Country, currency=Currency,
      refunded=Refunded Amount`,
    rows: 'first',
    leave: [
      { what: 'cancelled', when: '{Cancelled at} IS NOT NULL', of: 'order' },
      ...states('Financial Status', shopifyStates),
    ],
  },
  {
    name: 'orders of the Shopify API',
    source: 'https://shopify.dev/docs/api/admin-rest/latest/resources/order',
    known: 'id|created_at|total_price|financial_status',
    map: `
      order_id=id, customer_id=customer.id|email|contact_email|customer.email|phone,
      timestamp=created_at|processed_at, product_id=line_items[0].sku|line_items[0].product_id|line_items[0].title,
      product_name=line_items[0].title|line_items[0].name, total_amount=total_price,
      region=shipping_address.country|billing_address.country|shipping_address.country_code, currency=currency,
      refunded=amount({total_price}) - amount({current_total_price})`,
    leave: [
      { what: 'cancelled', when: '{cancelled_at} IS NOT NULL', of: 'order' },
      ...states('financial_status', shopifyStates),
      ...states('test', { tests: 'true' }),
    ],
  },
  {
    name: 'orders of the Shopify GraphQL API',
    source: 'https://shopify.dev/docs/api/admin-graphql/latest/objects/Order',
    known: 'id|createdAt|totalPriceSet.shopMoney.amount',
    // A bulk export has the items of an order as lines of their own below it.
    map: `
      order_id=__parentId|id, customer_id=customer.id|customer.email|email|phone, timestamp=createdAt|processedAt,
      product_id=sku|title, product_name=title, quantity=quantity, total_amount=totalPriceSet.shopMoney.amount,
      region=shippingAddress.country|billingAddress.country, currency=totalPriceSet.shopMoney.currencyCode,
      refunded=totalRefundedSet.shopMoney.amount`,
    rows: 'first',
    leave: [
      { what: 'cancelled', when: '{cancelledAt} IS NOT NULL', of: 'order' },
      ...states('displayFinancialStatus', shopifyStates),
      ...states('test', { tests: 'true' }),
    ],
  },
  {
    name: 'a WooCommerce orders export (Advanced Order Export)',
    source: 'https://docs.algolplus.com/order-export-docs/',
    known: 'Order Number|Order Status|Order Date|Order Total Amount',
    map: `
      order_id=Order Number,
      customer_id=coalesce({Email (Billing)}, ${member('Customer User ID')}, {Phone (Billing)}), timestamp=Order Date,
      product_id=SKU|Item Name, product_name=Item Name, quantity=Quantity|Quantity (- Refund), price=Item Cost,
      total_amount=Order Total Amount, region=Country Code (Shipping)|Country Code (Billing),
      currency=Order Currency|Currency, refunded=Order Refund Amount`,
    leave: states('Order Status', wooStates),
  },
  {
    name: 'a WooCommerce orders export (suite)',
    source: 'https://woocommerce.com/document/import-and-export-of-woocommerce-orders/',
    known: 'order_id|status|order_total',
    // A guest is customer 0, so the address tells customers apart where there is one.
    map: `
      order_id=order_id|order_number,
      customer_id=coalesce({customer_email|billing_email}, ${member('customer_id')}, ${member('customer_user')}),
      timestamp=date|order_date|date_created,
      product_id=coalesce({item_sku|item_product_id|item_name}, nullif(regexp_extract({line_items}, '(?:sku|product_id|id):([^;|]+)', 1), '')),
      product_name=coalesce({item_name}, nullif(regexp_extract({line_items}, 'name:([^;|]+)', 1), '')),
      quantity=item_quantity, total_amount=order_total, region=shipping_country|billing_country,
      currency=order_currency|currency, refunded=refunded_total|order_refund_total`,
    leave: states('status', wooStates),
  },
  {
    name: 'orders of the WooCommerce REST API',
    source: 'https://woocommerce.github.io/woocommerce-rest-api-docs/#order-properties',
    known: 'id|status|total|line_items|customer_id',
    map: `
      order_id=id, customer_id=coalesce({billing.email}, ${member('customer_id')}),
      timestamp=date_created_gmt|date_created, product_id=line_items[0].sku|line_items[0].product_id,
      product_name=line_items[0].name, total_amount=total, region=shipping.country|billing.country, currency=currency,
      refunded=list_sum(list_transform(json_extract_string({refunds}, '$[*].total'), lambda r: abs(amount(r))))`,
    leave: states('status', wooStates),
  },
  {
    name: 'orders of WooCommerce Analytics',
    source: 'https://woocommerce.com/document/woocommerce-analytics/orders-report/',
    known: 'Order #|Status|Customer type',
    map: `
      order_id=Order #, customer_id=Customer, timestamp=Date, product_name=Product(s)|Products, quantity=Items sold,
      total_amount=Net Sales|N. Revenue|Net Revenue|N. Revenue (formatted), currency=Currency`,
    leave: states('Status', wooStates),
  },
  {
    name: 'a Magento orders export',
    source:
      'https://experienceleague.adobe.com/en/docs/commerce-admin/stores-sales/order-management/orders/orders',
    known: 'Purchase Date|Grand Total (Base)|Status',
    map: `
      order_id=ID|Order #, customer_id=Customer Email|Customer Name|Bill-to Name, timestamp=Purchase Date,
      total_amount=Grand Total (Base), region=Purchase Point, refunded=Total Refunded`,
    leave: states('Status', {
      cancelled: 'canceled|cancelled',
      refunded: 'closed',
      fraud: 'fraud|suspected fraud',
    }),
  },
  {
    name: 'orders of the Magento API',
    source: 'https://developer.adobe.com/commerce/webapi/rest/quick-reference/',
    known: 'increment_id|grand_total|created_at',
    map: `
      order_id=increment_id, customer_id=customer_email|customer_id, timestamp=created_at, product_id=items[0].sku,
      product_name=items[0].name, quantity=total_qty_ordered, total_amount=base_grand_total|grand_total,
      region=billing_address.country_id,
      currency=CASE WHEN {base_grand_total} IS NULL THEN {order_currency_code} ELSE {base_currency_code} END,
      refunded=base_total_refunded|total_refunded`,
    leave: states('status', { cancelled: 'canceled', refunded: 'closed', fraud: 'fraud' }),
  },
  {
    name: 'a BigCommerce orders export',
    source: 'https://support.bigcommerce.com/s/article/Exporting-Orders',
    known: 'Order ID|Order Status|Order Date|Order Total (inc tax)',
    map: `
      order_id=Order ID,
      customer_id=coalesce({Customer Email|Billing Email}, ${member('Customer ID')}, {Customer Name}),
      timestamp=concat_ws(' ', {Order Date}, {Order Time}), product_id=Product SKU|Product ID,
      product_name=Product Name, quantity=Total Quantity, total_amount=Order Total (inc tax),
      region=Shipping Country|Billing Country, currency=Order Currency Code|Currency Code,
      refunded=Refund Amount|Refunded Amount`,
    first: 'month',
    leave: states('Order Status', bigCommerceStates),
  },
  {
    name: 'orders of the BigCommerce API',
    source: 'https://developer.bigcommerce.com/docs/rest-management/orders',
    known: 'id|date_created|total_inc_tax|status',
    map: `
      order_id=id, customer_id=coalesce({billing_address.email}, ${member('customer_id')}), timestamp=date_created,
      quantity=items_total, total_amount=total_inc_tax, region=billing_address.country|geoip_country,
      currency=currency_code|default_currency_code, refunded=refunded_amount`,
    leave: states('status', bigCommerceStates),
  },
  {
    name: 'a PrestaShop orders export',
    source: 'https://docs.prestashop-project.org/1.7-documentation/user-guide/managing-orders',
    known: 'Reference|Customer|Total|Payment|Status|Date',
    map: `
      order_id=Reference|ID, customer_id=Customer, timestamp=Date, total_amount=Total, region=Delivery|Country`,
    leave: states('Status', {
      cancelled: 'canceled|cancelled|annulé',
      failed: 'payment error|erreur de paiement',
      refunded: 'refunded|remboursé',
    }),
  },
  {
    name: 'charges of the Stripe API',
    source: 'https://docs.stripe.com/api/charges/object',
    known: 'id|amount|currency|created|status',
    // The payments export has such names in capitals, and no cents.
    exact: true,
    map: `
      order_id=id, customer_id=customer|customer.id|billing_details.email|receipt_email, timestamp=created,
      product_name=description, total_amount=${smallestUnits('amount_received|amount_captured|amount', 'currency')},
      region=billing_details.address.country, currency=currency,
      refunded=CASE WHEN {amount_refunded} IS NOT NULL THEN ${smallestUnits('amount_refunded', 'currency')} END`,
    leave: [
      { what: 'not paid', when: `NOT coalesce(${isOneOf('status', 'succeeded|paid')}, false)`, of: 'row' },
      ...states('captured', { 'not captured': 'false' }, 'row'),
      ...states('livemode', { tests: 'false' }, 'row'),
      ...states('refunded', { refunded: 'true' }, 'row'),
    ],
  },
  {
    name: 'a Stripe payments export',
    source: 'https://docs.stripe.com/payments/dashboard',
    known: 'id|Amount|Status|Currency',
    map: `
      order_id=id, customer_id=Customer ID|Customer Email|Card Fingerprint,
      timestamp=Created (UTC)|Created date (UTC)|Created, product_name=Description,
      total_amount=Converted Amount|Amount, region=Card Issue Country|Card Address Country|Shipping Address Country,
      currency=CASE WHEN {Converted Amount} IS NULL THEN {Currency} ELSE {Converted Currency|Currency} END,
      refunded=Converted Amount Refunded|Amount Refunded`,
    leave: [
      ...states('Mode', { tests: 'test' }, 'row'),
      ...states(
        'Status',
        {
          failed:
            'failed|blocked|requires payment method|requires_payment_method|requires_action|incomplete|uncaptured|pending|early fraud warning',
          cancelled: 'canceled|cancelled|expired',
          refunded: 'refunded',
        },
        'row',
      ),
      ...states('Captured', { 'not captured': 'false' }, 'row'),
    ],
  },
  {
    name: 'a Square items export',
    source: squareReports,
    known: 'Date|Time|Item|Qty|Net Sales|Transaction ID',
    map: `
      order_id=${squareOrder}, customer_id=Customer ID|Customer Name, timestamp=${dateAndTime},
      time_zone=${zone('Time Zone')}, product_id=SKU|Token|Item, product_name=Item, category=Category,
      quantity=abs(amount({Qty})), total_amount=${sum('Net Sales', 'Tax')}, region=Location`,
    rows: 'items',
    first: 'month',
  },
  {
    name: 'a Square transactions export',
    source: squareReports,
    known: 'Date|Time|Total Collected|Transaction ID',
    map: `
      order_id=${squareOrder}, customer_id=Customer ID|Customer Name, timestamp=${dateAndTime},
      time_zone=${zone('Time Zone')}, product_name=Description, total_amount=Total Collected, region=Location`,
    first: 'month',
  },
  {
    name: 'orders of the Square API',
    source: 'https://developer.squareup.com/reference/square/objects/Order',
    known: 'id|created_at|total_money.amount|total_money.currency',
    map: `
      order_id=id, customer_id=customer_id|tenders[0].customer_id, timestamp=created_at,
      product_id=line_items[0].catalog_object_id|line_items[0].name, product_name=line_items[0].name,
      total_amount=${smallestUnits('total_money.amount', 'total_money.currency')}, region=location_id,
      currency=total_money.currency`,
    leave: states('state', { cancelled: 'canceled', drafts: 'draft' }),
  },
  {
    name: 'a PayPal activity download',
    source: 'https://developer.paypal.com/docs/reports/online-reports/activity-download/',
    known: 'Date|Time|Type|Status|Currency|Gross|Transaction ID',
    map: `
      order_id=Transaction ID, customer_id=From Email Address|Name, timestamp=${dateAndTime},
      time_zone=${zone('TimeZone|Time Zone')}, product_name=Item Title|Subject, total_amount=Gross,
      region=Country|Country Code, currency=Currency`,
    first: 'month',
    leave: [
      {
        what: 'withdrawals, conversions and other movements that are not payments',
        when: String.raw`regexp_matches({Type}, 'withdraw|transfer|conversion|hold|reserve|deposit|authorization|\bfee\b|debit card|account correction|shopping cart item', 'i') OR ${isOneOf('Balance Impact', 'memo')}`,
        of: 'row',
      },
      {
        what: 'not completed',
        when: `NOT coalesce(${isOneOf('Status', 'completed|refunded|partially refunded')}, false)`,
        of: 'row',
      },
      {
        what: 'payments to others',
        when: "amount({Gross}) < 0 AND NOT regexp_matches({Type}, 'refund|reversal|chargeback|dispute', 'i')",
        of: 'row',
      },
    ],
  },
  {
    name: 'Etsy sold order items',
    source: 'https://help.etsy.com/hc/en-us/articles/360000343508',
    known: 'Sale Date|Item Name|Quantity|Item Total|Order ID',
    map: `
      order_id=Order ID, customer_id=Buyer|Ship Name, timestamp=Sale Date, product_id=Listing ID|SKU|Item Name,
      product_name=Item Name, quantity=Quantity, total_amount=Item Total, region=Ship Country, currency=Currency`,
    rows: 'items',
    first: 'month',
  },
  {
    name: 'Etsy sold orders',
    source: 'https://help.etsy.com/hc/en-us/articles/360000343508',
    known: 'Sale Date|Order ID|Order Total',
    // What is left after refunds; empty where there was none.
    map: `
      order_id=Order ID, customer_id=Buyer User ID|Buyer|Full Name, timestamp=Sale Date, product_id=SKU,
      quantity=Number of Items, total_amount=Order Total, region=Ship Country, currency=Currency,
      refunded=amount({Order Total}) - amount({Adjusted Order Total})`,
    first: 'month',
  },
  {
    name: 'an Amazon order report',
    source: 'https://sellercentral.amazon.com/gp/help/external/200547170',
    known: 'purchase-date|item-price',
    // Amounts are those of the row's whole quantity.
    map: `
      order_id=amazon-order-id|order-id, customer_id=buyer-email|buyer-name, timestamp=purchase-date,
      product_id=sku|asin, product_name=product-name|item-name, quantity=quantity|quantity-purchased,
      total_amount=${sum('item-price', 'item-tax', 'shipping-price', 'shipping-tax', 'gift-wrap-price', 'gift-wrap-tax', '-item-promotion-discount', '-ship-promotion-discount')},
      region=ship-country|sales-channel, currency=currency`,
    rows: 'items',
    leave: states('order-status', { cancelled: 'cancelled|canceled' }, 'row'),
    lacks: { field: 'customer_id', note: 'Amazon’s report does not say who the customers are.' },
  },
  {
    name: 'an eBay orders report',
    source: 'https://www.ebay.com/help/selling/managing-returns-refunds/orders-report?id=4094',
    known: 'Sales Record Number|Order Number|Buyer Username|Total Price',
    map: `
      order_id=Order Number, customer_id=Buyer Username, timestamp=Sale Date|Paid On Date,
      product_id=Custom Label|Item Number|Item Title, product_name=Item Title, quantity=Quantity, price=Sold For,
      total_amount=Total Price, region=Ship To Country|Buyer Country`,
    first: 'month',
  },
  {
    name: 'UCI Online Retail',
    source: 'https://archive.ics.uci.edu/dataset/352/online+retail',
    known: 'StockCode|Quantity|InvoiceDate|Country',
    map: `
      order_id=InvoiceNo|Invoice, customer_id=CustomerID|Customer ID, timestamp=InvoiceDate, product_id=StockCode,
      product_name=Description|StockCode, quantity=Quantity, price=UnitPrice|Price, region=Country`,
    rows: 'items',
    first: 'month',
    leave: [
      { what: 'adjustments of bad debt', when: "{InvoiceNo|Invoice} ILIKE 'A%'", of: 'row' },
      { what: 'stock movements without a price', when: 'amount({UnitPrice|Price}) = 0', of: 'row' },
    ],
  },
  {
    name: 'REES46 events',
    source: 'https://rees46.com/en/datasets',
    known: 'event_time|event_type|product_id|price|user_id',
    map: `
      order_id=user_session, customer_id=user_id, timestamp=event_time, product_id=product_id, product_name=brand,
      category=category_code, total_amount=price`,
    rows: 'items',
    leave: [
      ...states('event_type', { views: 'view', carts: 'cart|remove_from_cart' }, 'row'),
      { what: 'events that are not purchases', when: "{event_type} <> 'purchase'", of: 'row' },
    ],
  },
  { ...instacart, known: 'order_id|user_id|order_dow|order_hour_of_day' },
  { ...instacart, known: 'order_id|product_id|add_to_cart_order|reordered' },
  {
    name: 'H&M transactions',
    source: 'https://www.kaggle.com/competitions/h-and-m-personalized-fashion-recommendations/data',
    known: 't_dat|customer_id|article_id|price',
    // What a customer bought on one day.
    map: `
      order_id={customer_id} || '/' || {t_dat}, customer_id=customer_id, timestamp=t_dat, product_id=article_id,
      total_amount=price`,
    rows: 'items',
    notes: ['H&M publishes prices divided by a factor that it does not name: amounts are those of the file.'],
  },
  {
    name: 'Superstore',
    source: 'https://public.tableau.com/app/learn/sample-data',
    known: 'Order ID|Order Date|Customer ID|Sales',
    map: `
      order_id=Order ID, customer_id=Customer ID, timestamp=Order Date, product_id=Product ID,
      product_name=Product Name, category=Category, quantity=Quantity, total_amount=Sales, region=Region`,
    rows: 'items',
    first: 'month',
  },
  {
    name: 'CDNOW',
    source: 'https://www.brucehardie.com/datasets/',
    known: 'customer_id|date|number_of_cds|dollar_value',
    map: `customer_id=customer_id, timestamp=date, quantity=number_of_cds, total_amount=dollar_value`,
  },
];

/** The columns of a file, by name, whatever their letters' case, and as objects of an API have them below a key of their own. */
function columnsOf(names: readonly string[]): ReadonlyMap<string, string> {
  const plain = (name: string): string => name.toLowerCase().replace(/\s+/g, ' ').trim();
  return new Map([
    ...names.map((name): [string, string] => [plain(name).replace(/^(node|order)\./, ''), name]),
    ...names.map((name): [string, string] => [plain(name), name]),
  ]);
}

/**
 * SQL in whose braces stand columns: `{Email|Phone}` is the first that has a value. One that the file has not is null.
 *
 * @returns null where the file has none of the columns
 */
function fill(sql: string, columns: ReadonlyMap<string, string>): string | null {
  let found = false;
  const filled = sql.replace(/\{([^{}]+)\}/g, (_, names: string) => {
    const there = names.split('|').flatMap((name) => columns.get(name.toLowerCase()) ?? []);
    found ||= there.length > 0;
    const [only = ''] = there;
    if (there.length < 2) return there.length === 0 ? 'NULL' : identifier(only);
    return `coalesce(${there.map((name) => `nullif(trim(CAST(${identifier(name)} AS VARCHAR)), '')`).join(', ')})`;
  });
  return found ? filled : null;
}

/** What a file is taken for by its columns. */
interface Recognised extends Pick<Platform, 'name' | 'source' | 'refused'> {
  readonly layout: Layout;
}

/** The layout that a file's columns are known by. */
export function recognise(names: readonly string[]): Recognised | undefined {
  const columns = columnsOf(names);
  const platform = platforms.find(({ known, exact = false }) =>
    known.split('|').every((name) => (exact ? names.includes(name) : columns.has(name.toLowerCase()))),
  );
  if (platform === undefined) return undefined;
  const { map, leave = [], notes = [], lacks, name, source, refused, ...rest } = platform;
  const filled = Object.entries(parseMapping(map, {}).mapping).flatMap(([field, side]) => {
    const sql = fill(side.includes('{') ? side : `{${side}}`, columns);
    return sql === null ? [] : [[field, sql] as const];
  });
  const layout: Layout = {
    ...rest,
    map: Object.fromEntries(filled),
    leave: leave.flatMap((one) => {
      const when = fill(one.when, columns);
      return when === null ? [] : [{ ...one, when }];
    }),
    notes:
      lacks === undefined || filled.some(([field]) => field === lacks.field) ? notes : [...notes, lacks.note],
  };
  return { name, source, ...(refused !== undefined && { refused }), layout };
}
/** Data sets whose files belong together: known by files that all are there, joined by a query. */
export interface Bundle {
  readonly name: string;
  readonly source: string;
  readonly files: readonly string[];
  /** Used where they are there. */
  readonly further: readonly string[];
  readonly sql: (has: (file: string) => boolean) => string;
  readonly leave: readonly LeftOut[];
}

export const bundles: readonly Bundle[] = [
  {
    name: 'Olist',
    source: 'https://www.kaggle.com/datasets/olistbr/brazilian-ecommerce',
    files: ['olist_orders_dataset', 'olist_order_payments_dataset'],
    further: ['olist_customers_dataset', 'olist_order_items_dataset'],
    sql: (has) => {
      const customers = has('olist_customers_dataset');
      const items = has('olist_order_items_dataset');
      return (
        `SELECT o.order_id, ${customers ? 'coalesce(c.customer_unique_id, o.customer_id)' : 'o.customer_id'} AS customer_id, ` +
        `o.order_purchase_timestamp AS timestamp, o.order_status, p.total_amount${items ? ', i.product_id, i.quantity' : ''}` +
        `${customers ? ', c.customer_state AS region' : ''} FROM olist_orders_dataset o ` +
        'LEFT JOIN (SELECT order_id, sum(amount(payment_value)) AS total_amount FROM olist_order_payments_dataset GROUP BY order_id) p USING (order_id)' +
        (items
          ? ' LEFT JOIN (SELECT order_id, arg_max(product_id, amount(price)) AS product_id, count(*) AS quantity FROM olist_order_items_dataset GROUP BY order_id) i USING (order_id)'
          : '') +
        (customers ? ' LEFT JOIN olist_customers_dataset c USING (customer_id)' : '')
      );
    },
    leave: [{ what: 'cancelled', when: "order_status IN ('canceled', 'unavailable')", of: 'row' }],
  },
];
