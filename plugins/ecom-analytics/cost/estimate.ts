import { defaultChoices } from '../../../emr/settings.ts';
import type { StageConfig } from '../config/schema.ts';
import { alarms, brokersOf } from '../monitoring/alarms.ts';
import { streamMetrics } from '../monitoring/metrics.ts';
import { endpointZones, interfaceEndpoints } from '../network/endpoints.ts';
import {
  alarmMonth,
  customMetricMonth,
  dashboardMonth,
  ebsGp3GbMonth,
  ec2InstanceHour,
  emrInstanceHour,
  eventPollerUnitHour,
  hoursPerMonth,
  interfaceEndpointHour,
  mskBrokerHour,
  mskStorageGbMonth,
  natGatewayHour,
  type Price,
  pricedRegion,
  s3ThousandWrites,
} from './prices.ts';

/** One line of what a stage costs. */
export interface CostItem {
  readonly item: string;
  /** How many of `unit` a month. */
  readonly quantity: number;
  readonly unit: string;
  /** USD a unit, with where and when it was read; null: not priced. */
  readonly price: Price | null;
  /** USD; null: not priced. */
  readonly monthlyUsd: number | null;
}

export interface CostEstimate {
  readonly region: string;
  readonly items: readonly CostItem[];
  /** USD a month, of the items that are priced. */
  readonly monthlyUsd: number;
  /** What is used but not in the price table. */
  readonly notPriced: readonly string[];
}

function line(item: string, quantity: number, unit: string, price: Price | undefined): CostItem {
  return {
    item,
    quantity,
    unit,
    price: price ?? null,
    monthlyUsd: price ? Math.round(quantity * price.usd * 100) / 100 : null,
  };
}

function mskItems({ msk }: StageConfig): CostItem[] {
  if (!msk.create) return [];
  const { brokers, brokerType, storageGb } = msk.create;
  return [
    line(
      `MSK, ${brokers} × ${brokerType}`,
      brokers * hoursPerMonth,
      'broker-hours',
      mskBrokerHour[brokerType],
    ),
    line(`MSK storage, ${brokers} × ${storageGb} GiB`, brokers * storageGb, 'GB-months', mskStorageGbMonth),
  ];
}

function emrItems({ emr }: StageConfig): CostItem[] {
  if (!emr.create) return [];
  const { coreNodes, instanceType, ebsGb, spotTaskNodes } = emr.create;
  const nodes = 1 + coreNodes;
  const items = [
    line(
      `EC2, ${nodes} × ${instanceType}`,
      nodes * hoursPerMonth,
      'instance-hours',
      ec2InstanceHour[instanceType],
    ),
    line(
      `EMR, ${nodes} × ${instanceType}`,
      nodes * hoursPerMonth,
      'instance-hours',
      emrInstanceHour[instanceType],
    ),
    line(`EBS, ${nodes} × ${ebsGb} GiB`, nodes * ebsGb, 'GB-months', ebsGp3GbMonth),
  ];
  if (spotTaskNodes > 0)
    items.push(
      line(`Spot task nodes, up to ${spotTaskNodes}, while they run`, 0, 'instance-hours', undefined),
    );
  return items;
}

function networkItems(config: StageConfig): CostItem[] {
  const zones = endpointZones(config);
  const items = interfaceEndpoints(config).map(({ name }) =>
    line(
      `Interface endpoint ${name}, ${zones} × zone`,
      zones * hoursPerMonth,
      'endpoint-hours',
      interfaceEndpointHour,
    ),
  );
  if (config.network.create?.nat)
    items.push(line('NAT gateway', hoursPerMonth, 'gateway-hours', natGatewayHour));
  return items;
}

function pollerItems({ alertConsumer }: StageConfig): CostItem[] {
  const pollers = alertConsumer.provisionedPollers;
  if (!pollers) return [];
  // One unit carries several pollers of a small topic; at least one unit is billed.
  // https://docs.aws.amazon.com/lambda/latest/dg/kafka-scaling-modes.html: 20 MB/s a unit, 5 MB/s a poller.
  const units = Math.ceil(pollers.min / 4);
  return [
    line(`Lambda event pollers, ${units} × unit`, units * hoursPerMonth, 'unit-hours', eventPollerUnitHour),
  ];
}

/** A query without a trigger begins a batch when the one before has ended; at 1,000 orders/s one takes this long. bench/README.md */
const untriggeredSeconds = 1;

/**
 * Objects written to the checkpoint a second: for each batch of each query an offset and a commit, and one for each partition
 * of each stateful operator. Counted from Spark's checkpoint layout; a batch that leaves a partition's state alone writes
 * less. The queries are those of emr/ecom_streaming/queries.py.
 */
function checkpointWritesASecond({ triggerSeconds, shufflePartitions }: StageConfig['streaming']): number {
  const { customerTriggerSeconds, recordTriggerSeconds } = defaultChoices;
  const queries = [
    { name: 'windows', everySeconds: triggerSeconds, stateful: ['windows', 'deduplication'] },
    { name: 'customers', everySeconds: customerTriggerSeconds, stateful: ['deduplication', 'rules'] },
    { name: 'records', everySeconds: recordTriggerSeconds, stateful: [] },
  ];
  return queries.reduce(
    (sum, { everySeconds, stateful }) =>
      sum + (2 + stateful.length * shufflePartitions) / (everySeconds || untriggeredSeconds),
    0,
  );
}

function checkpointItems({ streaming }: StageConfig): CostItem[] {
  const thousands = Math.round((hoursPerMonth * 3600 * checkpointWritesASecond(streaming)) / 1000);
  return [
    line('S3 writes of the checkpoint, orders all day', thousands, 'thousand requests', s3ThousandWrites),
  ];
}

/** The status object, which a job writes so often. Source: `_EVERY_SECONDS` in emr/ecom_streaming/heartbeat.py. */
const statusEverySeconds = 2;

function statusItems({ streaming }: StageConfig): CostItem[] {
  const jobs = streaming.alerts === 'realtime' ? 2 : 1;
  const thousands = Math.round((jobs * hoursPerMonth * 3600) / statusEverySeconds / 1000);
  return [line("S3 writes of the job's status", thousands, 'thousand requests', s3ThousandWrites)];
}

function monitoringItems(config: StageConfig): CostItem[] {
  const { dashboard, alarms: wanted } = config.monitoring;
  const brokers = brokersOf(config);
  const names = { service: '', stage: '', clusterName: '', alertConsumer: '' };
  const compared = alarms({ ...names, config, brokers }).flatMap(({ metrics }) => metrics).length;
  const own = Object.keys(streamMetrics).length;
  return [
    line(`CloudWatch, ${own} metrics of the stream`, own, 'metric-months', customMetricMonth),
    ...(wanted
      ? [line(`CloudWatch alarms over ${compared} metrics`, compared, 'metric-months', alarmMonth)]
      : []),
    ...(dashboard ? [line('CloudWatch dashboard', 1, 'dashboard-months', dashboardMonth)] : []),
  ];
}

/** What depends on use and is small beside the rest; named so that nobody takes it for free. */
const notPriced = [
  'what Lambda, DynamoDB, SNS, Athena and CloudWatch logs charge by use, and the metrics of the functions',
  "MSK's metrics by broker, where `enhancedMonitoring` asks for them",
  'traffic between zones, and S3 storage of the window files',
];

/** What a stage costs a month when it runs all the time: clusters, network and the checkpoint's writes. */
export function estimateCost(config: StageConfig): CostEstimate {
  const items = [
    ...mskItems(config),
    ...emrItems(config),
    ...networkItems(config),
    ...pollerItems(config),
    ...checkpointItems(config),
    ...statusItems(config),
    ...monitoringItems(config),
  ];
  const monthlyUsd = items.reduce((sum, { monthlyUsd: usd }) => sum + (usd ?? 0), 0);
  const unpriced = items.filter(({ price }) => price === null).map(({ item }) => item);
  return {
    region: pricedRegion,
    items,
    monthlyUsd: Math.round(monthlyUsd * 100) / 100,
    notPriced: [...unpriced, ...notPriced],
  };
}
