interface FieldOf<Type, Value> {
  /** What it may hold: a value that is missing, or anything else, makes a record a bad one. */
  readonly type: Type;
  /** The values that simulated orders have, each as often. */
  readonly simulated: readonly [Value, ...Value[]];
  /** Of an order that is replayed from a file without the column, or with nothing in it. None: it is a bad record. */
  readonly ifMissing?: Value;
}

/** A field that a shop's orders have beside those that the pipeline computes from. */
export type ShopField =
  | FieldOf<'id' | 'text' | 'optional-text', string>
  | FieldOf<'quantity' | 'amount', number>;

/** Fields by their name on the wire, such as `payment_method`, in the order in which they are checked. */
export type ShopFields = Readonly<Record<string, ShopField>>;
