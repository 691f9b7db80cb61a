import type { OrderField } from '../../pipeline/order.ts';
import { identifier, literal } from './sql.ts';

/** What a layout may say besides the fields of an order. */
export type ExtraField = 'currency' | 'time_zone' | 'refunded';
export type SourceField = OrderField | ExtraField;
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

/** The columns of a file, by name, whatever their letters' case. */
export interface Columns {
  has(name: string): boolean;
  /** The first of these that has a value, as SQL; undefined where there is none of them. */
  any(...names: string[]): string | undefined;
  /** One column that is there, as SQL. */
  col(name: string): string;
}

export interface Platform {
  /** As it is said: `a Shopify orders export`. */
  readonly name: string;
  /** Where its format is described. */
  readonly source: string;
  /** The columns it is known by: all of them. */
  readonly known: readonly string[];
  /** Whether their letters' case counts. */
  readonly exact?: boolean;
  /** A reason why it cannot be replayed. */
  readonly refused?: string;
  readonly layout: (columns: Columns) => Layout;
}

export function columnsOf(names: readonly string[]): Columns {
  const own = new Map(names.map((name) => [name.toLowerCase().replace(/\s+/g, ' ').trim(), name]));
  const col = (name: string): string => identifier(own.get(name.toLowerCase()) ?? name);
  const has = (name: string): boolean => own.has(name.toLowerCase());
  return {
    has,
    col,
    any: (...wanted) => {
      const there = wanted.filter(has).map((name) => `nullif(trim(CAST(${col(name)} AS VARCHAR)), '')`);
      return there.length < 2 ? there[0] : `coalesce(${there.join(', ')})`;
    },
  };
}

/** A map without the fields that the file has no column for. */
function given(map: { readonly [Field in SourceField]?: string | undefined }): Expressions {
  return Object.fromEntries(Object.entries(map).filter(([, sql]) => sql !== undefined));
}

function oneOf(sql: string, ...values: string[]): string {
  return `lower(trim(CAST(${sql} AS VARCHAR))) IN (${values.map(literal).join(', ')})`;
}

function status(
  sql: string,
  what: Readonly<Record<string, readonly string[]>>,
  of: LeftOut['of'] = 'order',
): LeftOut[] {
  return Object.entries(what).map(([name, values]) => ({ what: name, when: oneOf(sql, ...values), of }));
}

/** Zones as Rails names them, which Square writes, and the abbreviations of PayPal, which are fixed offsets. */
const zones: Readonly<Record<string, string>> = {
  'Eastern Time (US & Canada)': 'America/New_York',
  'Central Time (US & Canada)': 'America/Chicago',
  'Mountain Time (US & Canada)': 'America/Denver',
  'Pacific Time (US & Canada)': 'America/Los_Angeles',
  Arizona: 'America/Phoenix',
  Alaska: 'America/Anchorage',
  Hawaii: 'Pacific/Honolulu',
  'Atlantic Time (Canada)': 'America/Halifax',
  Newfoundland: 'America/St_Johns',
  London: 'Europe/London',
  Dublin: 'Europe/Dublin',
  Paris: 'Europe/Paris',
  Madrid: 'Europe/Madrid',
  Tokyo: 'Asia/Tokyo',
  Sydney: 'Australia/Sydney',
  Melbourne: 'Australia/Melbourne',
  Brisbane: 'Australia/Brisbane',
  Adelaide: 'Australia/Adelaide',
  Perth: 'Australia/Perth',
  Darwin: 'Australia/Darwin',
  Hobart: 'Australia/Hobart',
  PST: 'Etc/GMT+8',
  PDT: 'Etc/GMT+7',
  MST: 'Etc/GMT+7',
  MDT: 'Etc/GMT+6',
  CST: 'Etc/GMT+6',
  CDT: 'Etc/GMT+5',
  EST: 'Etc/GMT+5',
  EDT: 'Etc/GMT+4',
  GMT: 'UTC',
  UTC: 'UTC',
  BST: 'Etc/GMT-1',
  WET: 'UTC',
  CET: 'Etc/GMT-1',
  CEST: 'Etc/GMT-2',
  EET: 'Etc/GMT-2',
  EEST: 'Etc/GMT-3',
  AEST: 'Etc/GMT-10',
  AEDT: 'Etc/GMT-11',
  JST: 'Etc/GMT-9',
};

function zoneSql(sql: string): string {
  const cases = Object.entries(zones).map(([name, zone]) => `WHEN ${literal(name)} THEN ${literal(zone)}`);
  return `CASE trim(${sql}) ${cases.join(' ')} END`;
}

function money(sql: string | undefined, sign = ''): string {
  return sql === undefined ? '' : ` ${sign === '' ? '+' : sign} coalesce(amount(${sql}), 0)`;
}

/** Currencies whose smallest unit is a whole one: APIs that count in smallest units do not divide them. https://docs.stripe.com/currencies#zero-decimal */
const wholeCurrencies = [
  'BIF',
  'CLP',
  'DJF',
  'GNF',
  'JPY',
  'KMF',
  'KRW',
  'MGA',
  'PYG',
  'RWF',
  'UGX',
  'VND',
  'VUV',
  'XAF',
  'XOF',
  'XPF',
];

function smallestUnits(amount: string, currency: string): string {
  return `CASE WHEN upper(${currency}) IN (${wholeCurrencies.map(literal).join(', ')}) THEN amount(${amount}) ELSE amount(${amount}) / 100 END`;
}

const wooStates = {
  cancelled: ['cancelled', 'wc-cancelled', 'canceled'],
  failed: ['failed', 'wc-failed'],
  refunded: ['refunded', 'wc-refunded'],
  drafts: ['checkout-draft', 'wc-checkout-draft', 'auto-draft', 'draft', 'trash'],
};

/** The layouts that are recognised, the more particular first. */
export const platforms: readonly Platform[] = [
  {
    name: 'a Shopify orders export',
    source: 'https://help.shopify.com/en/manual/fulfillment/managing-orders/exporting-orders',
    known: ['Name', 'Financial Status', 'Total', 'Lineitem quantity', 'Lineitem name', 'Lineitem price'],
    layout: ({ any, has, col }) => ({
      map: given({
        order_id: col('Name'),
        customer_id: any('Email', 'Phone', 'Billing Name', 'Shipping Name'),
        timestamp: any('Created at', 'Paid at'),
        product_id: any('Lineitem sku', 'Lineitem name'),
        product_name: col('Lineitem name'),
        quantity: col('Lineitem quantity'),
        price: col('Lineitem price'),
        total_amount: col('Total'),
        region: any('Shipping Country', 'Billing Country'),
        currency: any('Currency'),
        refunded: any('Refunded Amount'),
      }),
      rows: 'first',
      leave: [
        ...(has('Cancelled at')
          ? [{ what: 'cancelled', when: `${any('Cancelled at')} IS NOT NULL`, of: 'order' as const }]
          : []),
        ...status(col('Financial Status'), {
          refunded: ['refunded'],
          voided: ['voided'],
          expired: ['expired'],
        }),
      ],
    }),
  },
  {
    name: 'orders of the Shopify API',
    source: 'https://shopify.dev/docs/api/admin-rest/latest/resources/order',
    known: ['id', 'created_at', 'total_price', 'financial_status'],
    layout: ({ any, has, col }) => ({
      map: given({
        order_id: any('id'),
        customer_id: any('customer.id', 'email', 'contact_email', 'customer.email', 'phone'),
        timestamp: any('created_at', 'processed_at'),
        product_id: any('line_items[0].sku', 'line_items[0].product_id', 'line_items[0].title'),
        product_name: any('line_items[0].title', 'line_items[0].name'),
        total_amount: any('total_price'),
        region: any('shipping_address.country', 'billing_address.country', 'shipping_address.country_code'),
        currency: any('currency'),
        refunded: has('current_total_price')
          ? `amount(${col('total_price')}) - amount(${col('current_total_price')})`
          : undefined,
      }),
      leave: [
        ...(has('cancelled_at')
          ? [{ what: 'cancelled', when: `${any('cancelled_at')} IS NOT NULL`, of: 'order' as const }]
          : []),
        ...status(col('financial_status'), {
          refunded: ['refunded'],
          voided: ['voided'],
          expired: ['expired'],
        }),
        ...(has('test') ? [{ what: 'tests', when: oneOf(col('test'), 'true'), of: 'order' as const }] : []),
      ],
    }),
  },
  {
    name: 'a WooCommerce orders export (Advanced Order Export)',
    source: 'https://docs.algolplus.com/order-export-docs/',
    known: ['Order Number', 'Order Status', 'Order Date', 'Order Total Amount'],
    layout: ({ any, col }) => ({
      map: given({
        order_id: col('Order Number'),
        customer_id: any('Email (Billing)', 'Customer User ID', 'Phone (Billing)'),
        timestamp: any('Order Date'),
        product_id: any('SKU', 'Item Name'),
        product_name: any('Item Name'),
        quantity: any('Quantity', 'Quantity (- Refund)'),
        price: any('Item Cost'),
        total_amount: any('Order Total Amount'),
        region: any('Country Code (Shipping)', 'Country Code (Billing)'),
        currency: any('Order Currency', 'Currency'),
        refunded: any('Order Refund Amount'),
      }),
      leave: status(col('Order Status'), wooStates),
    }),
  },
  {
    name: 'a WooCommerce orders export (suite)',
    source: 'https://woocommerce.com/document/import-and-export-of-woocommerce-orders/',
    known: ['order_id', 'status', 'order_total'],
    layout: ({ any, has, col }) => ({
      map: given({
        order_id: any('order_id', 'order_number'),
        // A guest is customer 0, so the address tells customers apart where there is one.
        customer_id: `coalesce(${[any('customer_email', 'billing_email'), has('customer_id') ? `nullif(nullif(trim(CAST(${col('customer_id')} AS VARCHAR)), ''), '0')` : undefined, has('customer_user') ? `nullif(nullif(trim(CAST(${col('customer_user')} AS VARCHAR)), ''), '0')` : undefined].filter((sql) => sql !== undefined).join(', ') || 'NULL'})`,
        timestamp: any('date', 'order_date', 'date_created'),
        product_id:
          any('item_sku', 'item_product_id', 'item_name') ??
          (has('line_items')
            ? `nullif(regexp_extract(${col('line_items')}, '(?:sku|product_id|id):([^;|]+)', 1), '')`
            : undefined),
        product_name:
          any('item_name') ??
          (has('line_items')
            ? `nullif(regexp_extract(${col('line_items')}, 'name:([^;|]+)', 1), '')`
            : undefined),
        quantity: any('item_quantity'),
        total_amount: any('order_total'),
        region: any('shipping_country', 'billing_country'),
        currency: any('order_currency', 'currency'),
        refunded: any('refunded_total', 'order_refund_total'),
      }),
      leave: status(col('status'), wooStates),
    }),
  },
  {
    name: 'orders of the WooCommerce REST API',
    source: 'https://woocommerce.github.io/woocommerce-rest-api-docs/#order-properties',
    known: ['id', 'status', 'total', 'line_items', 'customer_id'],
    layout: ({ any, has, col }) => ({
      map: given({
        order_id: any('id'),
        customer_id: `coalesce(${[any('billing.email'), `nullif(nullif(trim(CAST(${col('customer_id')} AS VARCHAR)), ''), '0')`].filter((sql) => sql !== undefined).join(', ')})`,
        timestamp: any('date_created_gmt', 'date_created'),
        product_id: any('line_items[0].sku', 'line_items[0].product_id'),
        product_name: any('line_items[0].name'),
        total_amount: any('total'),
        region: any('shipping.country', 'billing.country'),
        currency: any('currency'),
        refunded: has('refunds[0].total') ? `abs(amount(${col('refunds[0].total')}))` : undefined,
      }),
      leave: status(col('status'), wooStates),
    }),
  },
  {
    name: 'orders of WooCommerce Analytics',
    source: 'https://woocommerce.com/document/woocommerce-analytics/orders-report/',
    known: ['Order #', 'Status', 'Customer type'],
    layout: ({ any, col }) => ({
      map: given({
        order_id: any('Order #'),
        customer_id: any('Customer'),
        timestamp: any('Date'),
        product_name: any('Product(s)', 'Products'),
        quantity: any('Items sold'),
        total_amount: any('Net Sales', 'N. Revenue', 'Net Revenue', 'N. Revenue (formatted)'),
        currency: any('Currency'),
      }),
      leave: status(col('Status'), wooStates),
    }),
  },
  {
    name: 'a Magento orders export',
    source:
      'https://experienceleague.adobe.com/en/docs/commerce-admin/stores-sales/order-management/orders/orders',
    known: ['Purchase Date', 'Grand Total (Base)', 'Status'],
    layout: ({ any, col }) => ({
      map: given({
        order_id: any('ID', 'Order #'),
        customer_id: any('Customer Email', 'Customer Name', 'Bill-to Name'),
        timestamp: col('Purchase Date'),
        total_amount: col('Grand Total (Base)'),
        region: any('Purchase Point'),
        refunded: any('Total Refunded'),
      }),
      leave: status(col('Status'), {
        cancelled: ['canceled', 'cancelled'],
        refunded: ['closed'],
        fraud: ['fraud', 'suspected fraud'],
      }),
    }),
  },
  {
    name: 'orders of the Magento API',
    source: 'https://developer.adobe.com/commerce/webapi/rest/quick-reference/',
    known: ['increment_id', 'grand_total', 'created_at'],
    layout: ({ any, has, col }) => ({
      map: given({
        order_id: col('increment_id'),
        customer_id: any('customer_email', 'customer_id'),
        timestamp: col('created_at'),
        product_id: any('items[0].sku'),
        product_name: any('items[0].name'),
        quantity: any('total_qty_ordered'),
        total_amount: any('base_grand_total', 'grand_total'),
        region: any('billing_address.country_id'),
        currency: any(has('base_grand_total') ? 'base_currency_code' : 'order_currency_code'),
        refunded: any('base_total_refunded', 'total_refunded'),
      }),
      leave: has('status')
        ? status(col('status'), { cancelled: ['canceled'], refunded: ['closed'], fraud: ['fraud'] })
        : [],
    }),
  },
  {
    name: 'a BigCommerce orders export',
    source: 'https://support.bigcommerce.com/s/article/Exporting-Orders',
    known: ['Order ID', 'Order Status', 'Order Date', 'Order Total (inc tax)'],
    layout: ({ any, has, col }) => ({
      map: given({
        order_id: col('Order ID'),
        customer_id:
          any('Customer Email', 'Billing Email') ??
          (has('Customer ID')
            ? `nullif(nullif(trim(CAST(${col('Customer ID')} AS VARCHAR)), ''), '0')`
            : any('Customer Name')),
        timestamp: has('Order Time')
          ? `concat_ws(' ', ${col('Order Date')}, ${col('Order Time')})`
          : col('Order Date'),
        product_id: any('Product SKU', 'Product ID'),
        product_name: any('Product Name'),
        total_amount: col('Order Total (inc tax)'),
        quantity: any('Total Quantity'),
        region: any('Shipping Country', 'Billing Country'),
        currency: any('Order Currency Code', 'Currency Code'),
        refunded: any('Refund Amount', 'Refunded Amount'),
      }),
      first: 'month',
      leave: status(col('Order Status'), {
        cancelled: ['cancelled', 'canceled'],
        failed: ['declined', 'incomplete'],
        refunded: ['refunded'],
      }),
    }),
  },
  {
    name: 'orders of the BigCommerce API',
    source: 'https://developer.bigcommerce.com/docs/rest-management/orders',
    known: ['id', 'date_created', 'total_inc_tax', 'status'],
    layout: ({ any, has, col }) => ({
      map: given({
        order_id: any('id'),
        customer_id:
          any('billing_address.email') ??
          (has('customer_id')
            ? `nullif(nullif(trim(CAST(${col('customer_id')} AS VARCHAR)), ''), '0')`
            : undefined),
        timestamp: any('date_created'),
        quantity: any('items_total'),
        total_amount: any('total_inc_tax'),
        region: any('billing_address.country', 'geoip_country'),
        currency: any('currency_code', 'default_currency_code'),
        refunded: any('refunded_amount'),
      }),
      leave: status(col('status'), {
        cancelled: ['cancelled'],
        failed: ['declined', 'incomplete'],
        refunded: ['refunded'],
      }),
    }),
  },
  {
    name: 'a PrestaShop orders export',
    source: 'https://docs.prestashop-project.org/1.7-documentation/user-guide/managing-orders',
    known: ['Reference', 'Customer', 'Total', 'Payment', 'Status', 'Date'],
    layout: ({ any, col }) => ({
      map: given({
        order_id: any('Reference', 'ID'),
        customer_id: col('Customer'),
        timestamp: col('Date'),
        total_amount: col('Total'),
        region: any('Delivery', 'Country'),
      }),
      leave: status(col('Status'), {
        cancelled: ['canceled', 'cancelled', 'annulé'],
        failed: ['payment error', 'erreur de paiement'],
        refunded: ['refunded', 'remboursé'],
      }),
    }),
  },
  {
    name: 'charges of the Stripe API',
    source: 'https://docs.stripe.com/api/charges/object',
    known: ['id', 'amount', 'currency', 'created', 'status'],
    // The payments export has such names in capitals, and no cents.
    exact: true,
    layout: ({ any, has, col }) => ({
      map: given({
        order_id: any('id'),
        customer_id: any('customer', 'customer.id', 'billing_details.email', 'receipt_email'),
        timestamp: any('created'),
        product_name: any('description'),
        total_amount: smallestUnits(
          col(has('amount_received') ? 'amount_received' : 'amount'),
          col('currency'),
        ),
        region: any('billing_details.address.country'),
        currency: any('currency'),
        refunded: has('amount_refunded') ? smallestUnits(col('amount_refunded'), col('currency')) : undefined,
      }),
      leave: [
        {
          what: 'not paid',
          when: `NOT coalesce(${oneOf(col('status'), 'succeeded', 'paid')}, false)`,
          of: 'row',
        },
        ...(has('livemode')
          ? [{ what: 'tests', when: oneOf(col('livemode'), 'false'), of: 'row' as const }]
          : []),
        ...(has('refunded')
          ? [{ what: 'refunded', when: oneOf(col('refunded'), 'true'), of: 'row' as const }]
          : []),
      ],
    }),
  },
  {
    name: 'a Stripe payments export',
    source: 'https://docs.stripe.com/payments/dashboard',
    known: ['id', 'Amount', 'Status', 'Currency'],
    layout: ({ any, has, col }) => ({
      map: given({
        order_id: any('id'),
        customer_id: any('Customer ID', 'Customer Email', 'Card Fingerprint'),
        timestamp: any('Created (UTC)', 'Created date (UTC)', 'Created'),
        product_name: any('Description'),
        total_amount: any('Converted Amount', 'Amount'),
        region: any('Card Issue Country', 'Card Address Country', 'Shipping Address Country'),
        currency: has('Converted Amount') ? any('Converted Currency', 'Currency') : any('Currency'),
        refunded: any('Converted Amount Refunded', 'Amount Refunded'),
      }),
      leave: [
        ...(has('Mode') ? [{ what: 'tests', when: oneOf(col('Mode'), 'test'), of: 'row' as const }] : []),
        ...status(
          col('Status'),
          {
            failed: [
              'failed',
              'blocked',
              'requires payment method',
              'requires_payment_method',
              'requires_action',
              'incomplete',
              'uncaptured',
              'pending',
              'early fraud warning',
            ],
            cancelled: ['canceled', 'cancelled', 'expired'],
            refunded: ['refunded'],
          },
          'row',
        ),
      ],
    }),
  },
  {
    name: 'a Square items export',
    source:
      'https://squareup.com/help/us/en/article/5072-summaries-and-reports-from-the-online-square-dashboard',
    known: ['Date', 'Time', 'Item', 'Qty', 'Net Sales', 'Transaction ID'],
    layout: ({ any, has, col }) => ({
      map: given({
        order_id: col('Transaction ID'),
        customer_id: any('Customer ID', 'Customer Name'),
        timestamp: `concat_ws(' ', ${col('Date')}, ${col('Time')})`,
        time_zone: has('Time Zone') ? zoneSql(col('Time Zone')) : undefined,
        product_id: any('SKU', 'Token', 'Item'),
        product_name: col('Item'),
        category: any('Category'),
        quantity: `abs(amount(${col('Qty')}))`,
        total_amount: `amount(${col('Net Sales')})${money(has('Tax') ? col('Tax') : undefined)}`,
        region: any('Location'),
      }),
      rows: 'items',
      first: 'month',
    }),
  },
  {
    name: 'a Square transactions export',
    source:
      'https://squareup.com/help/us/en/article/5072-summaries-and-reports-from-the-online-square-dashboard',
    known: ['Date', 'Time', 'Total Collected', 'Transaction ID'],
    layout: ({ any, has, col }) => ({
      map: given({
        order_id: col('Transaction ID'),
        customer_id: any('Customer ID', 'Customer Name'),
        timestamp: `concat_ws(' ', ${col('Date')}, ${col('Time')})`,
        time_zone: has('Time Zone') ? zoneSql(col('Time Zone')) : undefined,
        product_name: any('Description'),
        total_amount: col('Total Collected'),
        region: any('Location'),
      }),
      first: 'month',
    }),
  },
  {
    name: 'orders of the Square API',
    source: 'https://developer.squareup.com/reference/square/objects/Order',
    known: ['id', 'created_at', 'total_money.amount', 'total_money.currency'],
    layout: ({ any, has, col }) => ({
      map: given({
        order_id: any('id'),
        customer_id: any('customer_id', 'tenders[0].customer_id'),
        timestamp: any('created_at'),
        product_id: any('line_items[0].catalog_object_id', 'line_items[0].name'),
        product_name: any('line_items[0].name'),
        total_amount: smallestUnits(col('total_money.amount'), col('total_money.currency')),
        region: any('location_id'),
        currency: any('total_money.currency'),
      }),
      leave: has('state') ? status(col('state'), { cancelled: ['canceled'], drafts: ['draft'] }) : [],
    }),
  },
  {
    name: 'a PayPal activity download',
    source: 'https://developer.paypal.com/docs/reports/online-reports/activity-download/',
    known: ['Date', 'Time', 'Type', 'Status', 'Currency', 'Gross', 'Transaction ID'],
    layout: ({ any, has, col }) => ({
      map: given({
        order_id: col('Transaction ID'),
        customer_id: any('From Email Address', 'Name'),
        timestamp: `concat_ws(' ', ${col('Date')}, ${col('Time')})`,
        time_zone: has('TimeZone')
          ? zoneSql(col('TimeZone'))
          : has('Time Zone')
            ? zoneSql(col('Time Zone'))
            : undefined,
        product_name: any('Item Title', 'Subject'),
        total_amount: col('Gross'),
        region: any('Country', 'Country Code'),
        currency: col('Currency'),
      }),
      first: 'month',
      leave: [
        {
          what: 'withdrawals, conversions and other movements that are not payments',
          when: `regexp_matches(${col('Type')}, 'withdraw|transfer|conversion|hold|reserve|deposit|authorization|\\bfee\\b|debit card|account correction', 'i')`,
          of: 'row',
        },
        {
          what: 'not completed',
          when: `NOT coalesce(${oneOf(col('Status'), 'completed', 'refunded', 'partially refunded')}, false)`,
          of: 'row',
        },
      ],
    }),
  },
  {
    name: 'Etsy sold order items',
    source: 'https://help.etsy.com/hc/en-us/articles/360000343508',
    known: ['Sale Date', 'Item Name', 'Quantity', 'Item Total', 'Order ID'],
    layout: ({ any, col }) => ({
      map: given({
        order_id: col('Order ID'),
        customer_id: any('Buyer', 'Ship Name'),
        timestamp: col('Sale Date'),
        product_id: any('Listing ID', 'SKU', 'Item Name'),
        product_name: col('Item Name'),
        quantity: col('Quantity'),
        total_amount: col('Item Total'),
        region: any('Ship Country'),
        currency: any('Currency'),
      }),
      rows: 'items',
      first: 'month',
    }),
  },
  {
    name: 'Etsy sold orders',
    source: 'https://help.etsy.com/hc/en-us/articles/360000343508',
    known: ['Sale Date', 'Order ID', 'Order Total'],
    layout: ({ any, col }) => ({
      map: given({
        order_id: col('Order ID'),
        customer_id: any('Buyer User ID', 'Buyer', 'Full Name'),
        timestamp: col('Sale Date'),
        product_id: any('SKU'),
        quantity: any('Number of Items'),
        total_amount: col('Order Total'),
        region: any('Ship Country'),
        currency: any('Currency'),
      }),
      first: 'month',
    }),
  },
  {
    name: 'an Amazon order report',
    source: 'https://sellercentral.amazon.com/gp/help/external/200547170',
    known: ['purchase-date', 'item-price'],
    layout: ({ any, has, col }) => {
      const part = (name: string, sign = '+'): string => (has(name) ? money(col(name), sign) : '');
      return {
        map: given({
          order_id: any('amazon-order-id', 'order-id'),
          customer_id: any('buyer-email', 'buyer-name'),
          timestamp: col('purchase-date'),
          product_id: any('sku', 'asin'),
          product_name: any('product-name', 'item-name'),
          quantity: any('quantity', 'quantity-purchased'),
          // Amounts are those of the row's whole quantity.
          total_amount: `amount(${col('item-price')})${part('item-tax')}${part('shipping-price')}${part('shipping-tax')}${part('gift-wrap-price')}${part('gift-wrap-tax')}${part('item-promotion-discount', '-')}${part('ship-promotion-discount', '-')}`,
          region: any('ship-country', 'sales-channel'),
          currency: any('currency'),
        }),
        rows: 'items',
        leave: has('order-status')
          ? status(col('order-status'), { cancelled: ['cancelled', 'canceled'] }, 'row')
          : [],
        notes:
          any('buyer-email', 'buyer-name') === undefined
            ? ['Amazon’s report does not say who the customers are.']
            : [],
      };
    },
  },
  {
    name: 'an eBay orders report',
    source: 'https://www.ebay.com/help/selling/managing-returns-refunds/orders-report?id=4094',
    known: ['Sales Record Number', 'Order Number', 'Buyer Username', 'Total Price'],
    layout: ({ any, col }) => ({
      map: given({
        order_id: col('Order Number'),
        customer_id: col('Buyer Username'),
        timestamp: any('Sale Date', 'Paid On Date'),
        product_id: any('Custom Label', 'Item Number', 'Item Title'),
        product_name: any('Item Title'),
        quantity: any('Quantity'),
        price: any('Sold For'),
        total_amount: col('Total Price'),
        region: any('Ship To Country', 'Buyer Country'),
      }),
      first: 'month',
    }),
  },
  {
    name: 'UCI Online Retail',
    source: 'https://archive.ics.uci.edu/dataset/352/online+retail',
    known: ['StockCode', 'Quantity', 'InvoiceDate', 'Country'],
    layout: ({ any, has, col }) => {
      const invoice = col(has('InvoiceNo') ? 'InvoiceNo' : 'Invoice');
      const price = col(has('UnitPrice') ? 'UnitPrice' : 'Price');
      return {
        map: given({
          order_id: invoice,
          customer_id: any('CustomerID', 'Customer ID'),
          timestamp: col('InvoiceDate'),
          product_id: col('StockCode'),
          product_name: any('Description', 'StockCode'),
          quantity: col('Quantity'),
          price,
          region: col('Country'),
        }),
        rows: 'items',
        first: 'month',
        leave: [
          { what: 'adjustments of bad debt', when: `${invoice} ILIKE 'A%'`, of: 'row' },
          { what: 'stock movements without a price', when: `amount(${price}) = 0`, of: 'row' },
        ],
      };
    },
  },
  {
    name: 'REES46 events',
    source: 'https://rees46.com/en/datasets',
    known: ['event_time', 'event_type', 'product_id', 'price', 'user_id'],
    layout: ({ any, col }) => ({
      map: given({
        order_id: any('user_session'),
        customer_id: col('user_id'),
        timestamp: col('event_time'),
        product_id: col('product_id'),
        product_name: any('brand'),
        category: any('category_code'),
        total_amount: col('price'),
      }),
      rows: 'items',
      leave: [
        { what: 'views', when: `${col('event_type')} = 'view'`, of: 'row' },
        { what: 'carts', when: `${col('event_type')} IN ('cart', 'remove_from_cart')`, of: 'row' },
        { what: 'events that are not purchases', when: `${col('event_type')} <> 'purchase'`, of: 'row' },
      ],
    }),
  },
  {
    name: 'Instacart',
    source: 'https://www.kaggle.com/c/instacart-market-basket-analysis/data',
    known: ['order_id', 'user_id', 'order_dow', 'order_hour_of_day'],
    refused: 'Instacart publishes neither amounts nor dates',
    layout: () => ({ map: {} }),
  },
  {
    name: 'Instacart',
    source: 'https://www.kaggle.com/c/instacart-market-basket-analysis/data',
    known: ['order_id', 'product_id', 'add_to_cart_order', 'reordered'],
    refused: 'Instacart publishes neither amounts nor dates',
    layout: () => ({ map: {} }),
  },
  {
    name: 'H&M transactions',
    source: 'https://www.kaggle.com/competitions/h-and-m-personalized-fashion-recommendations/data',
    known: ['t_dat', 'customer_id', 'article_id', 'price'],
    layout: ({ col }) => ({
      map: {
        // What a customer bought on one day.
        order_id: `${col('customer_id')} || '/' || ${col('t_dat')}`,
        customer_id: col('customer_id'),
        timestamp: col('t_dat'),
        product_id: col('article_id'),
        total_amount: col('price'),
      },
      rows: 'items',
      notes: [
        'H&M publishes prices divided by a factor that it does not name: amounts are those of the file.',
      ],
    }),
  },
  {
    name: 'Superstore',
    source: 'https://public.tableau.com/app/learn/sample-data',
    known: ['Order ID', 'Order Date', 'Customer ID', 'Sales'],
    layout: ({ any, col }) => ({
      map: given({
        order_id: col('Order ID'),
        customer_id: col('Customer ID'),
        timestamp: col('Order Date'),
        product_id: any('Product ID'),
        product_name: any('Product Name'),
        category: any('Category'),
        quantity: any('Quantity'),
        total_amount: col('Sales'),
        region: any('Region'),
      }),
      rows: 'items',
      first: 'month',
    }),
  },
  {
    name: 'CDNOW',
    source: 'https://www.brucehardie.com/datasets/',
    known: ['customer_id', 'date', 'number_of_cds', 'dollar_value'],
    layout: ({ col }) => ({
      map: {
        customer_id: col('customer_id'),
        timestamp: col('date'),
        quantity: col('number_of_cds'),
        total_amount: col('dollar_value'),
      },
    }),
  },
];

/** The layout that a file's columns are known by. */
export function recognise(names: readonly string[]): Platform | undefined {
  const { has } = columnsOf(names);
  return platforms.find(({ known, exact = false }) =>
    known.every((name) => (exact ? names.includes(name) : has(name))),
  );
}

/** Data sets whose files belong together: known by files that all are there, joined by a query. */
export interface Bundle {
  readonly name: string;
  readonly source: string;
  readonly files: readonly string[];
  readonly sql: (has: (file: string) => boolean) => string;
  readonly leave: readonly LeftOut[];
}

export const bundles: readonly Bundle[] = [
  {
    name: 'Olist',
    source: 'https://www.kaggle.com/datasets/olistbr/brazilian-ecommerce',
    files: ['olist_orders_dataset', 'olist_order_payments_dataset'],
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
