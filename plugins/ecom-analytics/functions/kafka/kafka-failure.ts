import { EcomError } from '../../core/error.ts';
import type { KafkaSettings } from './kafka-settings.ts';

/** What KafkaJS's errors carry beside a message. */
interface KafkaJsError {
  readonly name: string;
  readonly message: string;
  /** The protocol's name of the error, such as `TOPIC_AUTHORIZATION_FAILED`. */
  readonly type?: unknown;
}

/** KafkaJS wraps what went wrong in what it did about it; the cause at the end is the news. */
function causes(error: unknown): KafkaJsError[] {
  const chain: KafkaJsError[] = [];
  for (let at = error; at instanceof Error && chain.length < 8; at = at.cause) chain.push(at);
  return chain;
}

/** Retrying cannot fix these; everything else may pass. */
const finalCodes = [
  'ECOM_KAFKA_AUTHENTICATION',
  'ECOM_KAFKA_DENIED',
  'ECOM_TOPIC_MISSING',
  'ECOM_RECORD_TOO_LARGE',
];

/** Whether sending again is pointless. */
export function isFinal(failure: EcomError): boolean {
  return finalCodes.includes(failure.code);
}

/**
 * What a KafkaJS error means to the one who runs this.
 *
 * @param topic the topics in question, for the message
 * @returns an EcomError with code `ECOM_KAFKA_AUTHENTICATION`, `ECOM_KAFKA_DENIED`, `ECOM_TOPIC_MISSING`,
 * `ECOM_RECORD_TOO_LARGE`, `ECOM_KAFKA_UNREACHABLE` or `ECOM_KAFKA_FAILED`; an EcomError is returned as it is
 */
export function kafkaFailure(error: unknown, settings: KafkaSettings, topic: string): EcomError {
  if (error instanceof EcomError) return error;
  const chain = causes(error);
  const options = { cause: error };
  const brokers = settings.brokers.join(',');
  const detail = chain.at(-1)?.message ?? String(error);
  const has = (name: string): boolean => chain.some((one) => one.name === name);
  const types = chain.map((one) => String(one.type ?? ''));

  if (has('KafkaJSSASLAuthenticationError') || types.includes('SASL_AUTHENTICATION_FAILED')) {
    return new EcomError(
      'ECOM_KAFKA_AUTHENTICATION',
      {
        what: `Kafka refused the credentials: ${detail}`,
        where: brokers,
        fix: 'The role needs kafka-cluster:Connect on the cluster; a plain local broker needs ECOM_KAFKA_AUTH=none.',
      },
      options,
    );
  }
  if (types.some((type) => type.endsWith('_AUTHORIZATION_FAILED'))) {
    return new EcomError(
      'ECOM_KAFKA_DENIED',
      {
        what: `Kafka does not allow this: ${detail}`,
        where: `${topic} on ${brokers}`,
        fix: 'Deploy the stage again: the plugin grants its functions what they need. `sls ecom doctor` shows what they reach.',
      },
      options,
    );
  }
  if (types.includes('UNKNOWN_TOPIC_OR_PARTITION')) {
    return new EcomError(
      'ECOM_TOPIC_MISSING',
      {
        what: 'The topic does not exist, or the role may not see it',
        where: `${topic} on ${brokers}`,
        fix: 'Create the topics (deploying the stage does), or grant kafka-cluster:DescribeTopic.',
      },
      options,
    );
  }
  if (types.includes('MESSAGE_TOO_LARGE') || types.includes('RECORD_LIST_TOO_LARGE')) {
    return new EcomError(
      'ECOM_RECORD_TOO_LARGE',
      {
        what: 'A record is larger than the topic takes',
        where: `${topic} on ${brokers}`,
        fix: "Raise the topic's max.message.bytes, or send less in one record.",
      },
      options,
    );
  }
  if (
    has('KafkaJSConnectionError') ||
    has('KafkaJSConnectionClosedError') ||
    has('KafkaJSRequestTimeoutError')
  ) {
    return new EcomError(
      'ECOM_KAFKA_UNREACHABLE',
      {
        what: `Kafka cannot be reached: ${detail}`,
        where: brokers,
        fix: 'Check the address and that the brokers are up; on AWS, that the security group of the cluster allows the function to connect.',
      },
      options,
    );
  }
  return new EcomError(
    'ECOM_KAFKA_FAILED',
    {
      what: `Kafka failed: ${detail}`,
      where: `${topic} on ${brokers}`,
      fix: 'Look at the brokers; then run this again.',
    },
    options,
  );
}
