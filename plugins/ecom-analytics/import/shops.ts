import { isOneOf, member, type Platform, states, sum } from './layout.ts';
import { zone } from './zone.ts';

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

/** Shop systems and marketplaces, the more particular first. */
export const shops: readonly Platform[] = [
  {
    name: 'a Shopify or Squarespace orders export',
    source: 'https://help.shopify.com/en/manual/fulfillment/managing-orders/exporting-orders',
    known: ['Name', 'Order ID'].map(
      (id) => `${id}|Financial Status|Total|Lineitem quantity|Lineitem name|Lineitem price`,
    ),
    map: `
      order_id=Name|Order ID, customer_id=Email|Phone|Billing Name|Shipping Name, timestamp=Created at|Paid at,
      product_id=Lineitem sku|Lineitem name, product_name=Lineitem name, quantity=Lineitem quantity,
      price=Lineitem price, total_amount=Total, region=Shipping Country|Billing Country, currency=Currency,
      refunded=Refunded Amount|Amount Refunded`,
    rows: 'first',
    leave: [
      { what: 'cancelled', when: '{Cancelled at} IS NOT NULL', of: 'order' },
      ...states('Financial Status', { ...shopifyStates, cancelled: 'canceled' }),
    ],
  },
  {
    name: 'a Shopify transactions export',
    source: 'https://help.shopify.com/en/manual/fulfillment/managing-orders/exporting-orders',
    known: 'Order|Name|Kind|Gateway|Created At|Status|Amount',
    // An authorization is the same money as its capture.
    map: `
      order_id={Name} || CASE WHEN {Kind} = 'refund' THEN ' refund' ELSE '' END, timestamp=Created At,
      total_amount=amount({Amount}) * CASE WHEN {Kind} = 'refund' THEN -1 ELSE 1 END, currency=Currency`,
    rows: 'items',
    leave: [
      ...states('Kind', { 'authorizations and voids': 'authorization|void|change' }, 'row'),
      { what: 'failed', when: `NOT coalesce(${isOneOf('Status', 'success')}, false)`, of: 'row' },
    ],
    lacks: { field: 'customer_id', note: 'Transactions do not say who the customers are.' },
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
    leave: states('order-status', { cancelled: 'cancelled|canceled', pending: 'pending' }, 'row'),
    lacks: { field: 'customer_id', note: 'Amazon’s report does not say who the customers are.' },
  },
  {
    name: 'an Amazon date range report',
    source: 'https://sellercentral.amazon.com/gp/help/external/200989190',
    known: 'date/time|settlement id|type|order id|product sales',
    map: `
      order_id={order id} || CASE WHEN {type} ILIKE 'refund' THEN ' refund' ELSE '' END,
      timestamp=regexp_replace({date/time}, ' [A-Z]+T$', ''), time_zone=${zone("regexp_extract({date/time}, '[A-Z]+T$')")},
      product_id=sku, product_name=description, quantity=quantity,
      total_amount=${sum('product sales', 'product sales tax', 'shipping credits', 'shipping credits tax', 'gift wrap credits', 'giftwrap credits tax', 'promotional rebates', 'promotional rebates tax')},
      region=order state`,
    rows: 'items',
    leave: [
      {
        what: 'transfers, fees and adjustments',
        when: `NOT coalesce(${isOneOf('type', 'order|refund')}, false)`,
        of: 'row',
      },
    ],
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
];
