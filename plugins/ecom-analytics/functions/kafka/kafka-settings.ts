import { EcomError } from '../../core/error.ts';

/** How to reach the brokers. */
export interface KafkaSettings {
  /** `host:port`, at least one. */
  readonly brokers: readonly string[];
  /** `iam`: MSK's SASL/OAUTHBEARER over TLS, signed with the caller's AWS credentials. `none`: a plain local broker. */
  readonly auth: KafkaAuth;
  /** AWS region of the cluster; only for `iam`. */
  readonly region: string | null;
}

const auths = ['iam', 'none'] as const;
export type KafkaAuth = (typeof auths)[number];

/** Environment variables, or anything else that answers by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

const brokerPattern = /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+):(\d{1,5})$/i;

/**
 * Splits `host:port,host:port`.
 *
 * @param where what to name in an error
 * @param Failure what to throw: a UsageError for an option of a command
 * @throws EcomError `ECOM_BROKERS_INVALID`
 */
export function parseBrokers(text: string, where: string, Failure = EcomError): string[] {
  const brokers = text
    .split(',')
    .map((broker) => broker.trim())
    .filter((broker) => broker !== '');
  const wrong = brokers.find((broker) => {
    const port = Number(brokerPattern.exec(broker)?.[2] ?? 0);
    return port < 1 || port > 65_535;
  });
  if (brokers.length === 0 || wrong !== undefined) {
    throw new Failure('ECOM_BROKERS_INVALID', {
      what: wrong === undefined ? 'No broker is named' : `"${wrong}" is not a broker address`,
      where,
      fix: 'Give host:port, several separated by commas, such as b-1.shop.kafka.eu-west-1.amazonaws.com:9098.',
    });
  }
  return brokers;
}

/** Reads `iam` or `none`. Throws `ECOM_KAFKA_AUTH_INVALID` for anything else. Parameters as {@link parseBrokers}. */
export function parseAuth(text: string, where: string, Failure = EcomError): KafkaAuth {
  const auth = auths.find((known) => known === text);
  if (auth === undefined) {
    throw new Failure('ECOM_KAFKA_AUTH_INVALID', {
      what: `"${text}" is not a way to authenticate`,
      where,
      fix: 'Use iam for Amazon MSK, or none for a plain local broker.',
    });
  }
  return auth;
}

/**
 * Reads `ECOM_BOOTSTRAP_BROKERS`, `ECOM_KAFKA_AUTH` (default `iam`) and `AWS_REGION`.
 *
 * @throws EcomError `ECOM_BROKERS_MISSING`, `ECOM_BROKERS_INVALID`, `ECOM_KAFKA_AUTH_INVALID`, `ECOM_REGION_MISSING`
 */
export function kafkaSettings(environment: Environment): KafkaSettings {
  const text = environment.ECOM_BOOTSTRAP_BROKERS ?? '';
  if (text === '') {
    throw new EcomError('ECOM_BROKERS_MISSING', {
      what: 'The address of Kafka is missing',
      where: 'environment variable ECOM_BOOTSTRAP_BROKERS',
      fix: 'Set it to host:port, several separated by commas; on AWS the deployment of the stage sets it.',
    });
  }
  const brokers = parseBrokers(text, 'environment variable ECOM_BOOTSTRAP_BROKERS');
  const auth = parseAuth(environment.ECOM_KAFKA_AUTH ?? 'iam', 'environment variable ECOM_KAFKA_AUTH');
  if (auth === 'none') return { brokers, auth, region: null };
  const region = environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION ?? '';
  if (region === '') {
    throw new EcomError('ECOM_REGION_MISSING', {
      what: 'Signing in to MSK needs the AWS region of the cluster',
      where: 'environment variable AWS_REGION',
      fix: 'Set it, or set ECOM_KAFKA_AUTH=none for a plain local broker.',
    });
  }
  return { brokers, auth, region };
}
