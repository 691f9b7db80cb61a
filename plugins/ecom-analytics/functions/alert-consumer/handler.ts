import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { Context } from 'aws-lambda';
import type { Alert } from '../../core/alert.ts';
import type { PipelineDefinition } from '../../core/pipeline.ts';
import { systemClock } from '../clock.ts';
import { functionLogger, functionMetrics } from '../telemetry.ts';
import { alertConsumerSettings } from './alert-consumer-settings.ts';
import { deadLetterKey } from './alert-dead-letter.ts';
import { type AlertConsumer, type AlertOutcome, createAlertConsumer } from './create-alert-consumer.ts';
import { chatMessage, notificationOf } from './notification.ts';
import type { KafkaEvent } from './read-alert.ts';

/** What a shop adds to the function `alertConsumer`. */
export interface AlertConsumerOptions {
  /**
   * Acts on an alert, whatever its severity, before people are notified. It is called once for each alert id, and again where
   * the alert was not finished: it rejected, telling people failed after it, or the function was killed before the alert was
   * marked as done. What it does must bear that. Where it rejects, the alert is delivered again.
   */
  readonly act?: (alert: Alert) => Promise<void>;
}

/** The handler, with what it was made of: so `ecom invoke` runs it with a table in memory. */
export interface AlertConsumerFunction {
  (event: KafkaEvent, context: Context): Promise<AlertOutcome>;
  readonly definition: PipelineDefinition;
  readonly options: AlertConsumerOptions;
}

/** A call that hangs is given up and tried again well within the function's time. */
const client = { maxAttempts: 3, requestHandler: { connectionTimeout: 2000, requestTimeout: 5000 } };

/**
 * The Lambda function `alertConsumer`: acts once on each alert that the Kafka trigger delivers.
 *
 *     export const handler = alertConsumer(pipeline, {
 *       act: async (alert) => { await holdOrder(alert.order_id); },
 *     });
 *
 * Environment: see `alertConsumerSettings`; the deployment sets it.
 *
 * @throws EcomError (the handler) `ECOM_EVENT_INVALID`, `ECOM_ALERTS_UNFINISHED`, `ECOM_SETTING_MISSING`,
 * `ECOM_SETTING_INVALID`, `ECOM_SEVERITY_INVALID`
 */
export function alertConsumer(
  definition: PipelineDefinition,
  options: AlertConsumerOptions = {},
): AlertConsumerFunction {
  const logger = functionLogger('alert-consumer');
  const metrics = functionMetrics('alert-consumer', process.env);

  function wire(): AlertConsumer {
    const settings = alertConsumerSettings(process.env, definition.topics);
    const sns = new SNSClient(client);
    const s3 = new S3Client(client);
    return createAlertConsumer({
      persistence: new DynamoDBPersistenceLayer({
        tableName: settings.table,
        awsSdkV3Client: new DynamoDBClient(client),
      }),
      ...options,
      notify: async (alert) => {
        const { subject, message, attributes } = notificationOf(alert, definition.currency);
        await sns.send(
          new PublishCommand({
            TopicArn: settings.snsTopic,
            Subject: subject,
            ...(settings.chat ? chatMessage(subject, message) : { Message: message }),
            MessageAttributes: {
              rule_id: { DataType: 'String', StringValue: attributes.rule_id },
              severity: { DataType: 'String', StringValue: attributes.severity },
            },
          }),
        );
      },
      deadLetter: async (letter) => {
        await s3.send(
          new PutObjectCommand({
            Bucket: settings.bucket,
            Key: deadLetterKey(letter),
            Body: `${JSON.stringify(letter)}\n`,
            ContentType: 'application/json',
          }),
        );
      },
      metrics,
      logger,
      notifyFrom: settings.notifyFrom,
      rememberedForSeconds: settings.rememberedForSeconds,
      clock: systemClock.now,
    });
  }

  /** Kept between invocations of a warm function. */
  let consumer: AlertConsumer | undefined;
  const handler = async (event: KafkaEvent, context: Context): Promise<AlertOutcome> => {
    logger.addContext(context);
    consumer ??= wire();
    return consumer(event, context);
  };
  return Object.assign(handler, { definition, options });
}
