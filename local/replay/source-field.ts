import type { OrderField } from '../../pipeline/order.ts';

/** What a layout may say besides the fields of an order. */
type ExtraField = 'currency' | 'time_zone' | 'refunded';
export type SourceField = OrderField | ExtraField;
