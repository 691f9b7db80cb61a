import type { Catalog } from './catalog-types.ts';
import { EcomError } from './error.ts';
import type { ShopFields } from './fields.ts';
import { didYouMean } from './nearest.ts';
import type { Rule } from './rule.ts';
import type { Topics } from './topic.ts';
import type { Windowing } from './window.ts';

/** What a shop's pipeline is: its topics, windows, rules and orders. Everything that reads it takes it as a parameter. */
export interface PipelineDefinition {
  /** ISO 4217, of two decimals or none: what every amount is in. */
  readonly currency: string;
  readonly topics: Topics;
  readonly windows: Windowing;
  readonly rules: readonly Rule[];
  readonly catalog: Catalog;
  /** The fields of this shop's orders beside those that the pipeline computes from. */
  readonly orderFields: ShopFields;
}

/** The definition for amounts in another currency, which its alerts then name. */
export function inCurrency(definition: PipelineDefinition, code: string): PipelineDefinition {
  const own = new RegExp(`\\b${definition.currency}\\b`, 'g');
  const rules = definition.rules.map((rule) => ({ ...rule, reason: rule.reason.replace(own, code) }));
  return { ...definition, rules, currency: code };
}

/**
 * The definition with rules switched off.
 *
 * @throws EcomError `ECOM_RULE_UNKNOWN` when an id names no rule
 */
export function withoutRules(definition: PipelineDefinition, ruleIds: readonly string[]): PipelineDefinition {
  const known = definition.rules.map((rule) => rule.id);
  const unknown = ruleIds.find((id) => !known.includes(id));
  if (unknown !== undefined) {
    throw new EcomError('ECOM_RULE_UNKNOWN', {
      what: `There is no rule "${unknown}"`,
      where: 'rules switched off',
      fix: `${didYouMean(unknown, known)}The rules are ${known.join(', ')}.`,
    });
  }
  return { ...definition, rules: definition.rules.filter((rule) => !ruleIds.includes(rule.id)) };
}

/**
 * A shop's definition as one stage runs it: without the rules that are switched off there, and with its topics' prefix.
 *
 * @throws EcomError `ECOM_RULE_UNKNOWN`
 */
export function stageDefinition(
  definition: PipelineDefinition,
  stage: { readonly rulesOff: readonly string[]; readonly topicPrefix: string },
): PipelineDefinition {
  return withTopicPrefix(withoutRules(definition, stage.rulesOff), stage.topicPrefix);
}

/** The definition with a prefix before every topic's name, so that stages can share a cluster. */
export function withTopicPrefix(definition: PipelineDefinition, prefix: string): PipelineDefinition {
  const prefixed = Object.entries(definition.topics).map(([role, topic]) => [
    role,
    { ...topic, name: `${prefix}${topic.name}` },
  ]);
  return { ...definition, topics: Object.fromEntries(prefixed) as Topics };
}
