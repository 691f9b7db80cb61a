import type { StageConfig } from '../config/schema.ts';
import { metricNamespace, type StreamMetric } from './metrics.ts';

/** A metric of CloudWatch. */
export interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly stat: 'Average' | 'Maximum' | 'Minimum' | 'Sum';
}

/** Something that somebody should know of. */
export interface Alarm {
  /** Part of its name and of its logical id. */
  readonly id: string;
  /** What is wrong, and where to look. */
  readonly description: string;
  /** Several: the largest of them counts. */
  readonly metrics: readonly Metric[];
  readonly above?: number;
  readonly below?: number;
  readonly periodSeconds: number;
  /** Periods in a row. */
  readonly periods: number;
  /** Whether silence is an alarm too. */
  readonly missing: 'breaching' | 'notBreaching' | 'missing';
}

/** What alarms are made for. */
export interface AlarmInput {
  readonly service: string;
  readonly stage: string;
  readonly config: StageConfig;
  /** Name of the MSK cluster. */
  readonly clusterName: string;
  readonly brokers: number;
  /** Name of the alert consumer's function, as text for `Fn::Sub`. */
  readonly alertConsumer: string;
}

/** MSK's own recommendation for the largest common brokers. Source: MSK guide, "Right-size your cluster". */
const mostPartitionsPerBroker = 1000;
/** MSK's own recommendation. Source: MSK guide, "Monitor disk space". */
const mostDiskPercent = 85;

/** MSK's default where nobody says how many brokers an existing cluster has. */
const likelyBrokers = 3;

/** How many brokers a stage's cluster has, as far as its configuration knows. */
export const brokersOf = ({ msk }: StageConfig): number =>
  msk.create?.brokers ?? msk.existing?.brokers ?? likelyBrokers;

/** For how long it is wrong before somebody is told; silence is not. */
const forFiveMinutes = { periodSeconds: 60, periods: 5, missing: 'notBreaching' } as const;
const forAQuarter = { periodSeconds: 300, periods: 3, missing: 'notBreaching' } as const;
const atOnce = { periodSeconds: 300, periods: 1, missing: 'notBreaching' } as const;

function streamMetric(input: AlarmInput, name: StreamMetric, stat: Metric['stat']): Metric {
  return {
    namespace: metricNamespace,
    name,
    dimensions: { Service: input.service, Stage: input.stage },
    stat,
  };
}

function ofEachBroker({ clusterName, brokers }: AlarmInput, name: string): Metric[] {
  return Array.from({ length: brokers }, (_, index) => ({
    namespace: 'AWS/Kafka',
    name,
    dimensions: { 'Cluster Name': clusterName, 'Broker ID': String(index + 1) },
    stat: 'Maximum',
  }));
}

function streamAlarms(input: AlarmInput): Alarm[] {
  const { lagOrders, noProgressMinutes } = input.config.monitoring;
  const tooOld = noProgressMinutes * 60;
  return [
    {
      id: 'StreamLag',
      description: `The stream is more than ${lagOrders} orders behind. See sls ecom stream status; tune maxOffsetsPerTrigger, partitions or nodes.`,
      metrics: [streamMetric(input, 'OffsetsBehindLatest', 'Maximum')],
      above: lagOrders,
      ...forFiveMinutes,
    },
    {
      id: 'StreamNoProgress',
      description: `No batch has finished for ${noProgressMinutes} minutes. See sls ecom stream logs.`,
      metrics: [streamMetric(input, 'SecondsSinceProgress', 'Minimum')],
      above: tooOld,
      periodSeconds: 60,
      periods: 2,
      missing: 'notBreaching',
    },
    {
      id: 'StreamStepNotRunning',
      description:
        'No streaming step runs: it was stopped, or restarting has not helped. See sls ecom stream logs, then sls ecom stream start.',
      metrics: [streamMetric(input, 'StepRunning', 'Maximum')],
      below: 1,
      periodSeconds: 60,
      periods: 5,
      missing: 'breaching',
    },
    {
      id: 'WatermarkAge',
      description: `Event time is more than ${noProgressMinutes} minutes behind: windows are not being closed.`,
      metrics: [streamMetric(input, 'WatermarkAgeSeconds', 'Minimum')],
      above: tooOld,
      periodSeconds: 60,
      periods: 3,
      missing: 'notBreaching',
    },
    {
      id: 'DeadLetters',
      description: 'Records were refused. sls ecom dead-letters list says which and why.',
      metrics: [streamMetric(input, 'DeadLetters', 'Sum')],
      above: 0,
      ...atOnce,
    },
  ];
}

function consumerAlarms(input: AlarmInput): Alarm[] {
  const lambda = (name: string, stat: Metric['stat']): Metric => ({
    namespace: 'AWS/Lambda',
    name,
    dimensions: { FunctionName: input.alertConsumer },
    stat,
  });
  return [
    {
      id: 'AlertsTriggerOff',
      description:
        "The alert consumer's trigger is off: alerts wait on their topic. The next deploy switches it on; sls ecom doctor says what else is wrong.",
      metrics: [streamMetric(input, 'AlertsTriggerOn', 'Maximum')],
      below: 1,
      periodSeconds: 60,
      // The deploy that first makes it switches it on when topics are there, minutes later.
      periods: 15,
      missing: 'breaching',
    },
    {
      id: 'AlertConsumerErrors',
      description: 'The alert consumer fails. See sls logs -f alertConsumer.',
      metrics: [lambda('Errors', 'Sum')],
      above: 0,
      ...atOnce,
    },
    {
      id: 'AlertConsumerLag',
      description:
        'Alerts wait for the alert consumer. A failing batch blocks its partition: see sls logs -f alertConsumer.',
      metrics: [lambda('OffsetLag', 'Maximum')],
      above: 1000,
      ...forFiveMinutes,
    },
  ];
}

/** The most metrics that one alarm can compare. Source: CloudWatch guide, "Using metric math". */
const mostMetrics = 10;

/** An alarm over each broker; of many brokers, several alarms, numbered from the second on. */
function overBrokers(input: AlarmInput, name: string, alarm: Omit<Alarm, 'metrics'>): Alarm[] {
  const metrics = ofEachBroker(input, name);
  return Array.from({ length: Math.ceil(metrics.length / mostMetrics) }, (_, index) => ({
    ...alarm,
    id: `${alarm.id}${index === 0 ? '' : index + 1}`,
    metrics: metrics.slice(index * mostMetrics, (index + 1) * mostMetrics),
  }));
}

/** Connections that a broker takes with IAM. Source: MSK guide, "Amazon MSK quotas". */
const connectionsOf = (brokerType: string): number => (brokerType === 'kafka.t3.small' ? 300 : 3000);

/** MSK tells of refused connections only where its metrics by broker are paid for; else, how near their limit they are. */
function connectionAlarms(input: AlarmInput): Alarm[] {
  const { create } = input.config.msk;
  if (create?.enhancedMonitoring !== 'DEFAULT')
    return overBrokers(input, 'IAMTooManyConnections', {
      ...forAQuarter,
      id: 'KafkaConnections',
      description:
        'A broker refuses IAM connections because there are too many in a second or at all. Take larger brokers, or fewer clients.',
      above: 0,
    });
  const most = connectionsOf(create.brokerType);
  return overBrokers(input, 'ConnectionCount', {
    ...forAQuarter,
    id: 'KafkaConnections',
    description: `A broker has more than 80% of the ${most} connections that it takes. Take larger brokers, or fewer clients.`,
    above: most * 0.8,
  });
}

function clusterAlarms(input: AlarmInput): Alarm[] {
  return [
    ...overBrokers(input, 'KafkaDataLogsDiskUsed', {
      id: 'KafkaDisk',
      description: `A broker's disk is more than ${mostDiskPercent}% full. Raise msk.create.storageGb, or shorten retentionHours.`,
      above: mostDiskPercent,
      ...forAQuarter,
    }),
    ...connectionAlarms(input),
    ...overBrokers(input, 'PartitionCount', {
      id: 'KafkaPartitions',
      description: `A broker carries more than ${mostPartitionsPerBroker} partitions. Reassign them, or add brokers.`,
      above: mostPartitionsPerBroker,
      ...forAQuarter,
    }),
    {
      id: 'KafkaOfflinePartitions',
      description: 'Partitions are offline: they can be neither read nor written.',
      metrics: [
        {
          namespace: 'AWS/Kafka',
          name: 'OfflinePartitionsCount',
          dimensions: { 'Cluster Name': input.clusterName },
          stat: 'Maximum',
        },
      ],
      above: 0,
      periodSeconds: 60,
      periods: 3,
      missing: 'notBreaching',
    },
  ];
}

/** The alarms of a stage. */
export function alarms(input: AlarmInput): Alarm[] {
  return [...streamAlarms(input), ...consumerAlarms(input), ...clusterAlarms(input)];
}
