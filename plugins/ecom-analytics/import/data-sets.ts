import { type LeftOut, type Platform, states } from './layout.ts';

const instacart = {
  name: 'Instacart',
  source: 'https://www.kaggle.com/c/instacart-market-basket-analysis/data',
  refused: 'Instacart publishes neither amounts nor dates',
  map: '',
};

/** Data sets that people try things with. */
export const dataSets: readonly Platform[] = [
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
