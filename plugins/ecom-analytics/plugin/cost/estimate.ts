import type { StageConfig } from '../config/schema.ts';
import { alarms, brokersOf } from '../monitoring/alarms.ts';
import { streamMetrics } from '../monitoring/metrics.ts';
import { endpointZones, interfaceEndpoints } from '../network/endpoints.ts';
import { alertsMode } from '../streaming/step-start.ts';
import {
  alarmMonth,
  customMetricMonth,
  dashboardMonth,
  ebsGp3GbMonth,
  ec2InstanceHour,
  emrInstanceHour,
  eventPollerUnitHour,
  hoursPerMonth,
  interfaceEndpointGb,
  interfaceEndpointHour,
  mskBrokerHour,
  mskStorageGbMonth,
  natGatewayGb,
  natGatewayHour,
  type Price,
  pricedRegion,
  publicIpv4Hour,
  s3ThousandReads,
  s3ThousandWrites,
} from './prices.ts';
import { requestsOf, workASecond } from './s3-requests.ts';

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

/**
 * GiB (gp3) that EMR gives each node for its system from release 6.15 on.
 * https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-custom-ami-root-volume-size.html
 */
const rootGb = 15;

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
    line(`EBS root volumes, ${nodes} × ${rootGb} GiB`, nodes * rootGb, 'GB-months', ebsGp3GbMonth),
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
    items.push(
      line('NAT gateway', hoursPerMonth, 'gateway-hours', natGatewayHour),
      line('Public IPv4 address of the NAT gateway', hoursPerMonth, 'address-hours', publicIpv4Hour),
    );
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

/** An existing cluster has its release from the configuration too. */
function alertsOf(config: StageConfig): 'micro-batch' | 'realtime' {
  return alertsMode(config, (config.emr.existing ?? config.emr.create).release);
}

function requestItems(config: StageConfig): CostItem[] {
  const alerts = alertsOf(config);
  const { writes, reads } = requestsOf(workASecond(config.streaming, alerts));
  const thousands = (aSecond: number): number => Math.round((hoursPerMonth * 3600 * aSecond) / 1000);
  const jobs = alerts === 'realtime' ? 'two Spark applications' : 'the Spark application';
  return [
    line(
      `S3 PUT and LIST of ${jobs}, orders all day`,
      thousands(writes),
      'thousand requests',
      s3ThousandWrites,
    ),
    line(
      `S3 GET and HEAD of ${jobs}, orders all day`,
      thousands(reads),
      'thousand requests',
      s3ThousandReads,
    ),
  ];
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

/** Traffic that has its price by the GB, and depends on what is sent. */
function trafficNotPriced(config: StageConfig): string[] {
  return [
    ...(config.network.create?.nat ? [`traffic through the NAT gateway ($${natGatewayGb.usd} a GB)`] : []),
    ...(interfaceEndpoints(config).length > 0
      ? [`traffic through the interface endpoints ($${interfaceEndpointGb.usd} a GB)`]
      : []),
  ];
}

/** What a stage costs a month when it runs all the time: clusters, network and the job's requests to S3. */
export function estimateCost(config: StageConfig): CostEstimate {
  const items = [
    ...mskItems(config),
    ...emrItems(config),
    ...networkItems(config),
    ...pollerItems(config),
    ...requestItems(config),
    ...monitoringItems(config),
  ];
  const monthlyUsd = items.reduce((sum, { monthlyUsd: usd }) => sum + (usd ?? 0), 0);
  const unpriced = items.filter(({ price }) => price === null).map(({ item }) => item);
  return {
    region: pricedRegion,
    items,
    monthlyUsd: Math.round(monthlyUsd * 100) / 100,
    notPriced: [...unpriced, ...notPriced, ...trafficNotPriced(config)],
  };
}
