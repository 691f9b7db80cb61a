import type { PipelineField as OrderField } from '../core/order.ts';

/**
 * Words that columns of other shops' exports are named with, the likeliest first: English, then German, French, Spanish,
 * Italian, Dutch and Portuguese. Lower case, without separators and accents.
 */
const words: Readonly<Record<OrderField, string>> = {
  customer_id:
    'customerid customer clientid client userid user buyer account member household shopper email cust ' +
    'kundennummer kunde kaufer acheteur courriel cliente comprador correo acquirente utente klant koper usuario',
  timestamp:
    'timestamp orderdate datetime createdat created date time orderedat purchased day when ts ' +
    'bestelldatum datum zeitpunkt datedecommande fecha fechadepedido dataordine datadopedido data besteldatum',
  total_amount:
    'totalamount grandtotal ordertotal total amount revenue dollarvalue value sales gross paid spend dollar usd sum ' +
    'gesamtbetrag gesamtsumme gesamt betrag brutto umsatz montanttotal montant importetotal importe ventas totale importo ' +
    'totaalbedrag totaal bedrag omzet valortotal valor',
  price:
    'price unitprice itemprice unitcost rate cost einzelpreis stuckpreis preis prixunitaire prix precio prezzo prijs preco',
  quantity:
    'quantity qty units items pieces count numberof num number menge anzahl stuck quantite cantidad quantita aantal quantidade',
  order_id:
    'orderid ordernumber orderno order invoice transaction receipt checkout basket bestellnummer bestellung auftragsnummer ' +
    'auftrag rechnungsnummer rechnung numerodecommande commande facture numerodepedido numerodopedido pedido factura ' +
    'numeroordine ordine fattura bestelnummer bestelling factuur encomenda transaktionscode',
  product_id:
    'productid sku stockcode itemid article asin ean product artikelnummer artikelnr artikel referencia',
  product_name:
    'productname lineitemname title description itemname product item name artikelname bezeichnung produkt produit ' +
    'designation producto prodotto descrizione omschrijving produto',
  category: 'category department producttype segment genre type kategorie categorie categoria warengruppe',
  region: 'region country location state province market city geo land pays pais paese',
};
const currencyWords =
  'currency currencycode ordercurrency ordercurrencycode wahrung devise monnaie moneda divisa valuta moeda';

function plain(column: string): string {
  return column
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}

/** The column that says an order's currency, by its name. */
export function currencyColumn(columns: readonly string[]): string | undefined {
  return columns.find((column) => currencyWords.split(' ').includes(plain(column)));
}

const fields = Object.keys(words) as OrderField[];

/** How much a column's name looks like a field's: higher is likelier, 0 is not at all. */
function likeness(column: string, field: OrderField): number {
  const name = plain(column);
  if (name === plain(field)) return 1000;
  let best = 0;
  for (const [rank, word] of words[field].split(' ').entries()) {
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

/** What a column's values say of it, over the first rows. */
export interface ColumnFacts {
  readonly name: string;
  /** Rows with a value. */
  readonly values: number;
  readonly distinct: number;
  /** Values that are times, and amounts. */
  readonly times: number;
  readonly amounts: number;
  readonly sum: number;
  readonly negative: number;
  /** Rows in which it is the product of the columns that look like price and quantity; null where there are none. */
  readonly products: number | null;
}

/** Parts of a name that speak of a part of the total, or of something else. */
const notTotal =
  /sub_?total|tax|vat|ship|freight|discount|refund|fee|tip|net|cost|balance|before|duties|outstanding|remaining|zwischen|mwst|steuer|versand|rabatt|gebühr|livraison|frais|remise|tva|\biva\b|envío|descuento|sconto|spedizione|verzend|korting|btw|desconto|frete/i;
const mostly = 0.8;
/** Of one order; what repeats more often is a state or a kind. */
const mostRows = 50;

/** Whether the values allow the field: nothing that would give $0, one customer for all, or a constant. */
function allows(field: OrderField, { values, distinct, times, amounts, sum, name }: ColumnFacts): boolean {
  if (values === 0) return false;
  // Of a list within an order only the first would be read.
  if (name.includes('[0].') && !/^(product|category|region)/.test(field)) return false;
  if (field === 'customer_id') return distinct > 1 || values === 1;
  if (field === 'timestamp') return times >= values * mostly;
  if (field === 'total_amount' || field === 'price')
    return (
      amounts >= values * mostly &&
      sum > 0 &&
      times < values &&
      (distinct > 1 || values < 3) &&
      !/\bid$|_id$/i.test(name)
    );
  if (field === 'quantity') return amounts >= values * mostly && sum !== 0;
  // A time is not an id, though its column may be called after the transaction.
  if (field === 'order_id')
    return (
      (distinct > 1 || values === 1) &&
      distinct * mostRows >= values &&
      !(times >= values * mostly && amounts < values * mostly)
    );
  return true;
}

/**
 * The likeliest mapping, by the columns' names and values: the best pairs first, each column and each field once.
 *
 * @param given what is certain already, kept as it is
 */
export function suggestColumns(
  columns: readonly ColumnFacts[],
  given: Readonly<Partial<Record<OrderField, string>>>,
): Partial<Record<OrderField, string>> {
  const pairs: { field: OrderField; column: string; score: number }[] = [];
  for (const field of fields) {
    for (const facts of columns) {
      if (!allows(field, facts)) continue;
      let score = likeness(facts.name, field);
      if (field === 'total_amount' && score > 0 && notTotal.test(facts.name)) score = Math.min(score, 20);
      if (field === 'total_amount' && facts.products !== null && facts.products > facts.values * mostly)
        score += 300;
      pairs.push({ field, column: facts.name, score });
    }
  }
  const chosen: Partial<Record<OrderField, string>> = { ...given };
  const taken = new Set(Object.values(given));
  for (const { field, column, score } of pairs.sort((a, b) => b.score - a.score)) {
    if (score === 0 || field in chosen || taken.has(column)) continue;
    chosen[field] = column;
    taken.add(column);
  }
  return Object.fromEntries(
    fields.flatMap((field) => (chosen[field] === undefined ? [] : [[field, chosen[field]]])),
  );
}

const statusName = /status|^state$|^zustand$|^etat|^estado|^stato$|^situacao/;
/** Beginnings of words for what is not a sale, in the languages of the names. */
const noSale =
  /\b(cancel|refund|void|fail|declin|fraud|expired|chargeback|storn|abgelehnt|annul|rembours|echou|devuel|reembols|rimbors|geannul|terugbet|anulad)|erstattet/;

/** Whether a column holds the states of orders, by its name. */
export function isStatus(column: string): boolean {
  return statusName.test(plain(column));
}

/** Whether a state speaks of an order that was not a sale, or is one no longer. */
export function isNoSale(value: string): boolean {
  return noSale.test(value.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('_', ' '));
}

/** The column whose name looks most like a field's. */
export function likeliest(columns: readonly string[], field: OrderField): string | undefined {
  const [best] = columns
    .map((column) => ({ column, score: likeness(column, field) }))
    .sort((a, b) => b.score - a.score);
  return best !== undefined && best.score > 0 ? best.column : undefined;
}
