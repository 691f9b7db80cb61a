import { alertMemoryOf } from '../../core/alert.ts';
import { EcomError } from '../../core/error.ts';
import { type Severity, severities } from '../../core/rule.ts';
import type { Topics } from '../../core/topic.ts';
import type { Environment } from '../kafka/kafka-settings.ts';

/** What the alert consumer acts on, by name. */
export interface AlertConsumerSettings {
  /** DynamoDB table of the alerts that were acted on. */
  readonly table: string;
  /** ARN of the SNS topic. */
  readonly snsTopic: string;
  /** S3 bucket of the dead letters. */
  readonly bucket: string;
  readonly notifyFrom: Severity;
  /** Whether a chat channel listens to the topic. */
  readonly chat: boolean;
  /** How long an alert is remembered, so that it is acted on once. */
  readonly rememberedForSeconds: number;
}

function needed(environment: Environment, name: string, what: string): string {
  const value = environment[name] ?? '';
  if (value !== '') return value;
  throw new EcomError('ECOM_SETTING_MISSING', {
    what: `${what} is not known`,
    where: `environment variable ${name}`,
    fix: 'The deployment of the stage sets it; see the function alertConsumer in serverless.yml.',
  });
}

function memorySeconds(environment: Environment, topics: Topics): number {
  const given = environment.ECOM_ALERTS_REMEMBERED_SECONDS ?? '';
  if (given === '') return alertMemoryOf(topics);
  if (/^[1-9]\d*$/.test(given)) return Number(given);
  throw new EcomError('ECOM_SETTING_INVALID', {
    what: `"${given}" is not a number of seconds`,
    where: 'environment variable ECOM_ALERTS_REMEMBERED_SECONDS',
    fix: 'The deployment of the stage sets it, from the retention of the topics of orders and alerts.',
  });
}

/**
 * The severity from which people are notified, from `ECOM_NOTIFY_FROM` (default `high`).
 *
 * @throws EcomError `ECOM_SEVERITY_INVALID`
 */
export function readNotifyFrom(environment: Environment): Severity {
  const severity = environment.ECOM_NOTIFY_FROM ?? 'high';
  const known = severities.find((candidate) => candidate === severity);
  if (known !== undefined) return known;
  throw new EcomError('ECOM_SEVERITY_INVALID', {
    what: `"${severity}" is not a valid severity`,
    where: 'environment variable ECOM_NOTIFY_FROM',
    fix: `Use one of ${severities.join(', ')}.`,
  });
}

/**
 * Reads `ECOM_ALERTS_TABLE`, `ECOM_ALERTS_SNS_TOPIC`, `ECOM_BUCKET`, `ECOM_ALERTS_CHAT`, `ECOM_NOTIFY_FROM` (default
 * `high`) and `ECOM_ALERTS_REMEMBERED_SECONDS` (default: as long as `topics` keep orders and alerts).
 *
 * @throws EcomError `ECOM_SETTING_MISSING`, `ECOM_SETTING_INVALID`, `ECOM_SEVERITY_INVALID`
 */
export function alertConsumerSettings(environment: Environment, topics: Topics): AlertConsumerSettings {
  return {
    table: needed(environment, 'ECOM_ALERTS_TABLE', 'The table of alerts'),
    snsTopic: needed(environment, 'ECOM_ALERTS_SNS_TOPIC', 'The SNS topic'),
    bucket: needed(environment, 'ECOM_BUCKET', 'The bucket of dead letters'),
    notifyFrom: readNotifyFrom(environment),
    chat: environment.ECOM_ALERTS_CHAT === 'true',
    rememberedForSeconds: memorySeconds(environment, topics),
  };
}
