/** A listener beside the plain one. */
export interface ExtraListener {
  /** Upper case, such as `TOKEN`. */
  readonly name: string;
  readonly protocol: 'PLAINTEXT' | 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL';
  /** Its settings, without the prefix `listener.name.<name>.`. */
  readonly properties?: Readonly<Record<string, string>>;
}

export interface BrokerSettings {
  readonly dataFolder: string;
  /** Ports on 127.0.0.1: by listener name, and of the controller. */
  readonly ports: Readonly<Record<string, number>>;
  readonly extraListeners: readonly ExtraListener[];
  readonly extraProperties: Readonly<Record<string, string>>;
}

export const plainListener = 'PLAIN';
export const controllerListener = 'CONTROLLER';

/** Broker settings for one process that is broker and controller. https://kafka.apache.org/41/configuration/broker-configs/ */
export function serverProperties({
  dataFolder,
  ports,
  extraListeners,
  extraProperties,
}: BrokerSettings): Record<string, string> {
  const extra = extraListeners.map(({ name }) => name);
  const at = (name: string): string => `${name}://127.0.0.1:${ports[name]}`;
  const protocols = [
    `${controllerListener}:PLAINTEXT`,
    `${plainListener}:PLAINTEXT`,
    ...extraListeners.map(({ name, protocol }) => `${name}:${protocol}`),
  ];
  const listenerProperties = extraListeners.flatMap(({ name, properties = {} }) =>
    Object.entries(properties).map(([key, value]) => [`listener.name.${name.toLowerCase()}.${key}`, value]),
  );
  return {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${ports[controllerListener]}`,
    listeners: [plainListener, controllerListener, ...extra].map(at).join(','),
    'advertised.listeners': [plainListener, ...extra].map(at).join(','),
    'listener.security.protocol.map': protocols.join(','),
    'controller.listener.names': controllerListener,
    'inter.broker.listener.name': plainListener,
    'log.dirs': dataFolder,
    // Kafka 4 refuses a record whose time is more than an hour ahead; 3.9, which a stage runs, takes any. Of the defaults that
    // Kafka 4 changed this is the only one that lets less through. https://cwiki.apache.org/confluence/display/KAFKA/KIP-1030%3A+Change+constraints+and+default+values+for+various+configurations
    'log.message.timestamp.after.max.ms': '9223372036854775807',
    // A missing topic is an error to show, as on MSK.
    'auto.create.topics.enable': 'false',
    // One broker holds the internal topics; one partition each starts fastest.
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'transaction.state.log.num.partitions': '1',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    // After a crash the controller refuses the broker until its old session has ended; the default is 9 seconds.
    'broker.session.timeout.ms': '3000',
    'broker.heartbeat.interval.ms': '500',
    // A first consumer need not wait for others to join.
    'group.initial.rebalance.delay.ms': '0',
    ...Object.fromEntries(listenerProperties),
    ...extraProperties,
  };
}

/**
 * Writes settings as a Java properties file. Backslashes of Windows paths and line breaks are escaped, and so is all that is
 * not ASCII: Java takes the file for Latin-1, and would keep its data in a folder of another name.
 */
export function propertiesText(properties: Readonly<Record<string, string>>): string {
  const escaped = (value: string): string =>
    value
      .replaceAll('\\', '\\\\')
      .replaceAll('\n', '\\n')
      .replace(/[^\n\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return Object.entries(properties)
    .map(([key, value]) => `${key}=${escaped(value)}\n`)
    .join('');
}

/**
 * Warnings and worse to the console, which goes to a file in the broker's folder.
 *
 * @param requestLog file for every request of every client, one JSON object a line; null keeps none
 */
export function log4jSettings(requestLog: string | null): string {
  const requests = {
    'appender.requests.type': 'File',
    'appender.requests.name': 'requests',
    'appender.requests.fileName': requestLog ?? '',
    'appender.requests.layout.type': 'PatternLayout',
    'appender.requests.layout.pattern': '%m%n',
    'logger.requests.name': 'kafka.request.logger',
    'logger.requests.level': 'debug',
    'logger.requests.additivity': 'false',
    'logger.requests.appenderRef.requests.ref': 'requests',
  };
  return propertiesText({
    'appender.console.type': 'Console',
    'appender.console.name': 'console',
    'appender.console.layout.type': 'PatternLayout',
    'appender.console.layout.pattern': '%d %p %c: %m%n',
    'rootLogger.level': 'warn',
    'rootLogger.appenderRef.console.ref': 'console',
    ...(requestLog === null ? {} : requests),
  });
}
