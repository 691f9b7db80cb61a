import { isOneOf, type Platform, states, sum } from './layout.ts';
import { literal } from './sql.ts';
import { zone } from './zone.ts';

/** SQL of an amount that an API counts in smallest units, which are whole ones in https://docs.stripe.com/currencies#zero-decimal */
function smallestUnits(amount: string, currency: string): string {
  const whole = 'BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF UGX VND VUV XAF XOF XPF'.split(' ').map(literal);
  return `CASE WHEN upper({${currency}}) IN (${whole.join(', ')}) THEN amount({${amount}}) ELSE amount({${amount}}) / 100 END`;
}

const dateAndTime = "concat_ws(' ', {Date|Datum}, {Time|Uhrzeit})";
const squareReports =
  'https://squareup.com/help/us/en/article/5072-summaries-and-reports-from-the-online-square-dashboard';
/** A refund may be a row of the same transaction. */
const squareOrder = "{Transaction ID} || CASE WHEN {Event Type} ILIKE 'refund' THEN ' refund' ELSE '' END";

/** Payment services. */
export const payments: readonly Platform[] = [
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
    name: 'a Stripe balance report',
    source: 'https://docs.stripe.com/reports/report-types/balance',
    known: 'balance_transaction_id|reporting_category|gross|currency|source_id',
    map: `
      order_id=source_id, customer_id=customer_id|customer_email|customer_name, timestamp=created_utc|created,
      product_name=description, total_amount=gross, region=card_country, currency=currency`,
    leave: [
      {
        what: 'payouts, fees and other movements',
        when: `NOT coalesce(${isOneOf('reporting_category', 'charge|refund|charge_failure|refund_failure|dispute|dispute_reversal')}, false)`,
        of: 'row',
      },
    ],
  },
  {
    name: 'a Square items export',
    source: squareReports,
    known: 'Date|Time|Item|Qty|Net Sales|Transaction ID',
    map: `
      order_id=${squareOrder}, customer_id=Customer ID|Customer Name, timestamp=${dateAndTime},
      time_zone=${zone('{Time Zone}')}, product_id=SKU|Token|Item, product_name=Item, category=Category,
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
      time_zone=${zone('{Time Zone}')}, product_name=Description, total_amount=Total Collected, region=Location`,
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
    known: [
      'Date|Time|Type|Status|Currency|Gross|Transaction ID',
      'Datum|Uhrzeit|Währung|Brutto|Transaktionscode|Absender E-Mail-Adresse',
    ],
    map: `
      order_id=Transaction ID|Transaktionscode, customer_id=From Email Address|Absender E-Mail-Adresse|Name, timestamp=${dateAndTime},
      time_zone=${zone('{TimeZone|Time Zone|Zeitzone}')}, product_name=Item Title|Subject|Artikelbezeichnung|Betreff,
      total_amount=Gross|Brutto, region=Country|Country Code|Land, currency=Currency|Währung`,
    first: 'month',
    leave: [
      {
        what: 'withdrawals, conversions and other movements that are not payments',
        when: String.raw`regexp_matches({Type|Typ|Beschreibung}, 'withdraw|transfer|conversion|hold|reserve|deposit|authorization|\bfee\b|debit card|account correction|shopping cart item|abbuchung|überweisung|bankgutschrift|umrechnung|einbehalt|gebühr|autorisierung|warenkorb', 'i') OR coalesce(${isOneOf('Balance Impact|Auswirkung auf Guthaben', 'memo')}, false)`,
        of: 'row',
      },
      {
        what: 'not completed',
        when: `NOT coalesce(${isOneOf('Status', 'completed|refunded|partially refunded|abgeschlossen|zurückgezahlt|teilweise zurückgezahlt')}, false)`,
        of: 'row',
      },
      {
        what: 'payments to others',
        when: "amount({Gross|Brutto}) < 0 AND NOT regexp_matches({Type|Typ|Beschreibung}, 'refund|reversal|chargeback|dispute|rückzahlung|rückbuchung|erstattung|konflikt', 'i')",
        of: 'row',
      },
    ],
  },
];
