/**
 * The kit's words for a shop: what a pipeline is made of, and what flows through it.
 *
 *     import { defaultTopics, definePipeline } from 'ecom-analytics';
 *
 *     export default definePipeline({ currency: 'EUR', rules, catalog });
 *
 * @packageDocumentation
 */
export { type Alert, AlertSchema, type AlertSource } from './core/alert.ts';
export type { Catalog, Product, Region } from './core/catalog-types.ts';
export type { DeadLetter } from './core/dead-letter.ts';
export { definePipeline, type PipelineInput } from './core/define.ts';
export { EcomError, type ErrorCode, UsageError } from './core/error.ts';
export type { ShopField, ShopFields } from './core/fields.ts';
export type { BadRecordReason, Order } from './core/order.ts';
export type { PipelineDefinition } from './core/pipeline.ts';
export type { Rule, Severity } from './core/rule.ts';
export { defaultTopics, type Topic, type Topics } from './core/topic.ts';
export { defaultWindows, type Windowing, type WindowRow } from './core/window.ts';
