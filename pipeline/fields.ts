interface FieldOf<Type, Value> {
  /** What it may hold: a value that is missing, or anything else, makes a record a bad one. */
  readonly type: Type;
  /** The values that simulated orders have, each as often. */
  readonly simulated: readonly [Value, ...Value[]];
  /** Of an order that is replayed from a file without the column, or with nothing in it. None: it is a bad record. */
  readonly ifMissing?: Value;
}

/** A field that this shop's orders have beside those that the pipeline computes from. */
export type ShopField =
  | FieldOf<'id' | 'text' | 'optional-text', string>
  | FieldOf<'quantity' | 'amount', number>;

/** Fields by their name on the wire, such as `payment_method`. */
export type ShopFields = Readonly<Record<string, ShopField>>;

/**
 * The fields of this shop's orders beside those in `order.ts`, in the order in which they are checked. One is one entry:
 *
 *     payment_method: { type: 'text', simulated: ['card', 'invoice'], ifMissing: 'unknown' },
 */
export const shopFields = {} as const satisfies ShopFields;
