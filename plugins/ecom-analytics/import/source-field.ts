import type { PipelineField } from '../core/order.ts';

/** What a file may say besides the fields of an order. */
export const extraFields = ['currency', 'time_zone', 'refunded'] as const;
export type SourceField = PipelineField | (typeof extraFields)[number];
