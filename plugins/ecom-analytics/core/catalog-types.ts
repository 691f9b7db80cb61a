/** A product of a shop's catalog. `weight` is its relative share of simulated sales. */
export interface Product {
  readonly product_id: string;
  readonly product_name: string;
  readonly category: string;
  /** In the pipeline's currency. */
  readonly price: number;
  readonly weight: number;
}

/** A sales region. `utcOffsetHours` shifts its day; `weight` is its relative share of simulated sales. */
export interface Region {
  readonly name: string;
  readonly utcOffsetHours: number;
  readonly weight: number;
}

/** What a shop sells, and where: fills in the category of orders that name none, and is what simulated orders are made of. */
export interface Catalog {
  readonly products: readonly Product[];
  readonly regions: readonly Region[];
}

/** The category of an order that names none and whose product is not in the catalog. */
export const unknownCategory = 'Unknown';
