import { type PipelineDefinition, stageDefinition } from '../core/pipeline.ts';
import type { Environment } from './kafka/kafka-settings.ts';

/**
 * A shop's definition as the stage of this environment runs it: `ECOM_RULES_OFF` lists the ids of rules that are switched off,
 * separated by commas; `ECOM_TOPIC_PREFIX` goes before the names of topics.
 *
 * @throws EcomError `ECOM_RULE_UNKNOWN`
 */
export function definitionIn(environment: Environment, definition: PipelineDefinition): PipelineDefinition {
  const off = (environment.ECOM_RULES_OFF ?? '').split(',').map((id) => id.trim());
  return stageDefinition(definition, {
    rulesOff: off.filter((id) => id !== ''),
    topicPrefix: environment.ECOM_TOPIC_PREFIX ?? '',
  });
}
