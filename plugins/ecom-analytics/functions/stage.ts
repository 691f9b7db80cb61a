import { type PipelineDefinition, withoutRules, withTopicPrefix } from '../core/pipeline.ts';
import type { Environment } from './kafka/settings.ts';

/**
 * A shop's definition as this stage runs it: `ECOM_RULES_OFF` lists the ids of rules that are switched off, separated by
 * commas; `ECOM_TOPIC_PREFIX` goes before the names of topics.
 *
 * @throws EcomError `ECOM_RULE_UNKNOWN`
 */
export function stageDefinition(
  environment: Environment,
  repository: PipelineDefinition,
): PipelineDefinition {
  const off = (environment.ECOM_RULES_OFF ?? '').split(',').map((id) => id.trim());
  const definition = withoutRules(
    repository,
    off.filter((id) => id !== ''),
  );
  return withTopicPrefix(definition, environment.ECOM_TOPIC_PREFIX ?? '');
}
