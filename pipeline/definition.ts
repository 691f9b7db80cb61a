import { EcomError } from './error.ts';
import type { Rule } from './rule.ts';
import { rules } from './rules.ts';
import { type Topic, type TopicRole, topics } from './topic.ts';
import { type Windowing, windowing } from './window.ts';

/** All that can differ between stages, as one value. */
export interface PipelineDefinition {
  readonly topics: Readonly<Record<TopicRole, Topic>>;
  readonly windowing: Windowing;
  readonly rules: readonly Rule[];
}

/** The pipeline as it stands in this repository. */
export const pipeline: PipelineDefinition = { topics, windowing, rules };

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
      fix: `The rules are ${known.join(', ')}.`,
    });
  }
  return { ...definition, rules: definition.rules.filter((rule) => !ruleIds.includes(rule.id)) };
}
