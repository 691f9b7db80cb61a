import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { Context } from 'aws-lambda';
import pipeline from '../../pipeline/definition.ts';
import { systemClock } from '../clock.ts';
import { functionLogger, functionMetrics } from '../telemetry.ts';
import { type AlertConsumer, type AlertOutcome, createAlertConsumer } from './alert-consumer.ts';
import { deadLetterKey } from './dead-letter.ts';
import { chatMessage, notificationOf } from './notification.ts';
import type { KafkaEvent } from './read-alert.ts';
import { alertConsumerSettings } from './settings.ts';

/** The Lambda function `alertConsumer`: acts once on each alert that the Kafka trigger delivers. */

const logger = functionLogger('alert-consumer');
const metrics = functionMetrics('alert-consumer', process.env);

/** A call that hangs is given up and tried again well within the function's time. */
const client = { maxAttempts: 3, requestHandler: { connectionTimeout: 2000, requestTimeout: 5000 } };

function wire(): AlertConsumer {
  const settings = alertConsumerSettings(process.env, pipeline.topics);
  const sns = new SNSClient(client);
  const s3 = new S3Client(client);
  return createAlertConsumer({
    persistence: new DynamoDBPersistenceLayer({
      tableName: settings.table,
      awsSdkV3Client: new DynamoDBClient(client),
    }),
    notify: async (alert) => {
      const { subject, message, attributes } = notificationOf(alert, pipeline.currency);
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

export async function handler(event: KafkaEvent, context: Context): Promise<AlertOutcome> {
  logger.addContext(context);
  consumer ??= wire();
  return consumer(event, context);
}
