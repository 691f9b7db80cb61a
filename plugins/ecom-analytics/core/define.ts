import type { PipelineDefinition } from './pipeline.ts';
import { emitSpec, notValid } from './spec.ts';
import { defaultTopics } from './topic.ts';
import { defaultWindows } from './window.ts';

/** What a shop says of its pipeline; what it leaves out is as the kit has it. */
export type PipelineInput = Pick<PipelineDefinition, 'rules' | 'catalog'> & Partial<PipelineDefinition>;

/**
 * Defines a shop's pipeline: one-minute windows every 30 seconds over orders in USD, unless it says otherwise. `{currency}` in a
 * rule's reason becomes the code of the currency.
 *
 *     export default definePipeline({
 *       currency: 'EUR',
 *       rules,
 *       catalog,
 *       orderFields: { payment_method: { type: 'text', simulated: ['card', 'invoice'], ifMissing: 'unknown' } },
 *       topics: { ...defaultTopics, refunds: { ...defaultTopics.orders, name: 'ecommerce-refunds' } },
 *     });
 *
 * @throws EcomError `ECOM_DEFINITION` naming what is wrong with it
 */
export function definePipeline(given: PipelineInput): PipelineDefinition {
  const { currency = 'USD', topics = defaultTopics, windows = defaultWindows, orderFields = {} } = given;
  const { rules, catalog } = given;
  const definition = { currency, topics, windows, rules, catalog, orderFields };
  const unknown = Object.keys(given).find((key) => !Object.hasOwn(definition, key));
  if (unknown !== undefined)
    throw notValid(`"${unknown}" is not one of its parts: ${Object.keys(definition).join(', ')}`);
  emitSpec(definition);
  const named = rules.map((rule) => ({ ...rule, reason: rule.reason.replaceAll('{currency}', currency) }));
  return { ...definition, rules: named };
}
