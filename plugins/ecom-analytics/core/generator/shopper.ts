import type { Catalog, Product, Region } from '../catalog-types.ts';
import type { ShopField, ShopFields } from '../fields.ts';
import { toCents } from '../money.ts';
import type { Order } from '../order.ts';
import { formatTimestamp } from '../timestamp.ts';
import { between, type Random, seededRandom, uuid, weightedPick } from './random.ts';

/** Share of a region's shoppers who are awake and buying, by local hour: quiet nights, a lunch bump, a busy evening. */
const dayCurve: readonly number[] = [
  0.22, 0.14, 0.1, 0.08, 0.09, 0.15, 0.28, 0.45, 0.6, 0.7, 0.78, 0.85, 0.95, 0.88, 0.8, 0.78, 0.8, 0.86, 0.95,
  1, 0.98, 0.86, 0.62, 0.4,
];

/** How much of a region is shopping at an hour of the day: its weight on its own clock. */
export function regionActivity(region: Region, hourUtc: number): number {
  const hour = (((hourUtc + region.utcOffsetHours) % 24) + 24) % 24;
  return region.weight * (dayCurve[hour] ?? 1);
}

/** Mostly one piece, now and then a few. */
const quantities: readonly (readonly [quantity: number, weight: number])[] = [
  [1, 70],
  [2, 18],
  [3, 7],
  [4, 3],
  [6, 1.5],
  [10, 0.5],
];

/** One order in a hundred is placed away from home. */
const awayRate = 0.01;
/** Above 1, a few customers order much more often than the rest. */
const frequencySkew = 1.25;

/** A customer, by number, and where they live. */
export interface Shopper {
  readonly customerId: string;
  readonly home: Region;
}

/** What simulated orders are made of. */
export interface SimulatedShop {
  readonly catalog: Catalog;
  readonly orderFields: ShopFields;
}

/** Draws shoppers and fills their baskets. */
export class Shoppers {
  readonly regions: readonly Region[];
  readonly #random: Random;
  /** Of the shop's own fields: with one more of those, a seed gives the same orders otherwise. */
  readonly #ofShop = seededRandom(1);
  readonly #perRegion: number;
  readonly #orderFields: readonly [name: string, field: ShopField][];
  readonly #pickProduct: (random: Random) => Product;
  readonly #pickQuantity = weightedPick(quantities, ([, weight]) => weight);
  #hour = -1;
  #pickRegion: (random: Random) => Region;

  constructor(random: Random, customers: number, { catalog, orderFields }: SimulatedShop) {
    const { products, regions } = catalog;
    this.regions = regions;
    this.#random = random;
    this.#orderFields = Object.entries(orderFields);
    this.#pickProduct = weightedPick(products, (product) => product.weight);
    this.#pickRegion = weightedPick(regions, (region) => region.weight);
    this.#perRegion = Math.max(1, Math.floor(customers / regions.length));
  }

  /** A shopper who might be ordering at this time of the day. */
  pick(atMs: number): Shopper {
    const hour = Math.floor(atMs / 3_600_000) % 24;
    if (hour !== this.#hour) {
      this.#hour = hour;
      this.#pickRegion = weightedPick(this.regions, (region) => regionActivity(region, hour));
    }
    const home = this.#pickRegion(this.#random);
    const rank = Math.floor(this.#perRegion * this.#random() ** frequencySkew);
    return { customerId: `CUST_${1000 + rank * this.regions.length + this.regions.indexOf(home)}`, home };
  }

  /** An everyday order. */
  order(shopper: Shopper, atMs: number): Order {
    const region = this.#random() < awayRate ? this.region(this.#random).name : shopper.home.name;
    const [quantity] = this.#pickQuantity(this.#random);
    return this.orderOf(shopper, this.#pickProduct(this.#random), quantity, atMs, region);
  }

  /** An order of one product. */
  orderOf(
    shopper: Shopper,
    product: Product,
    quantity: number,
    atMs: number,
    region = shopper.home.name,
  ): Order {
    const order: Order = {
      order_id: uuid(this.#random),
      customer_id: shopper.customerId,
      product_id: product.product_id,
      product_name: product.product_name,
      category: product.category,
      quantity,
      price: product.price,
      total_amount: (toCents(product.price) * quantity) / 100,
      timestamp: formatTimestamp(atMs),
      region,
    };
    for (const [name, { simulated }] of this.#orderFields)
      order[name] = simulated[between(this.#ofShop, 0, simulated.length - 1)];
    return order;
  }

  /** Any region, each as likely. */
  region(random: Random): Region {
    const region = this.regions[between(random, 0, this.regions.length - 1)];
    if (region === undefined) throw new RangeError('the catalog has no regions');
    return region;
  }
}
