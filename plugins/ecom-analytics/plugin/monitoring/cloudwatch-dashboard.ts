import type { Alarm, AlarmInput, Metric } from './alarms.ts';
import { metricNamespace, type StreamMetric } from './metrics.ts';

/** A graph of the dashboard. */
export interface Graph {
  readonly title: string;
  readonly metrics: readonly Metric[];
  /** The level at which an alarm goes off. */
  readonly limit?: number | undefined;
}

/** What the dashboard shows, left to right and top to bottom. */
export function graphs(input: AlarmInput, all: readonly Alarm[]): Graph[] {
  const stream = (name: StreamMetric, stat: Metric['stat'] = 'Maximum'): Metric => ({
    namespace: metricNamespace,
    name,
    dimensions: { Service: input.service, Stage: input.stage },
    stat,
  });
  const lambda = (name: string, stat: Metric['stat']): Metric => ({
    namespace: 'AWS/Lambda',
    name,
    dimensions: { FunctionName: input.alertConsumer },
    stat,
  });
  const alarm = (id: string) => all.find((one) => one.id === id);
  // Of many brokers there are several, numbered.
  const metricsOf = (id: string) =>
    all.filter((one) => one.id.replace(/\d+$/, '') === id).flatMap(({ metrics }) => metrics);
  const limit = (id: string) => alarm(id)?.above ?? alarm(id)?.below;
  return [
    { title: 'Orders behind', metrics: [stream('OffsetsBehindLatest')], limit: limit('StreamLag') },
    { title: 'Records read a second', metrics: [stream('InputRowsPerSecond', 'Average')] },
    {
      title: 'Seconds behind the clock',
      metrics: [
        stream('WatermarkAgeSeconds'),
        stream('SecondsSinceProgress'),
        stream('SecondsSinceHeartbeat'),
      ],
      limit: limit('WatermarkAge'),
    },
    { title: 'Batch duration, ms', metrics: [stream('BatchDurationMilliseconds')] },
    { title: 'Refused and late', metrics: [stream('DeadLetters', 'Sum'), stream('LateOrders', 'Sum')] },
    { title: 'State, bytes', metrics: [stream('StateBytes')] },
    { title: 'Step running, restarts', metrics: [stream('StepRunning'), stream('Restarts', 'Sum')] },
    { title: 'Alert consumer', metrics: [lambda('Invocations', 'Sum'), lambda('Errors', 'Sum')] },
    { title: 'Alerts waiting', metrics: [lambda('OffsetLag', 'Maximum')], limit: limit('AlertConsumerLag') },
    { title: 'Broker disk, %', metrics: metricsOf('KafkaDisk'), limit: limit('KafkaDisk') },
    { title: 'Partitions a broker', metrics: metricsOf('KafkaPartitions') },
    { title: 'Broker connections', metrics: metricsOf('KafkaConnections'), limit: limit('KafkaConnections') },
  ];
}

const columns = 3;
const width = 8;
const height = 6;

/** The dashboard's body, as text for `Fn::Sub`. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */
export function dashboardBody(shown: readonly Graph[]): string {
  const widgets = shown.map(({ title, metrics, limit }, index) => ({
    type: 'metric',
    x: (index % columns) * width,
    y: Math.floor(index / columns) * height,
    width,
    height,
    properties: {
      title,
      region: '${AWS::Region}',
      view: 'timeSeries',
      period: 60,
      metrics: metrics.map(({ namespace, name, dimensions, stat }) => [
        namespace,
        name,
        ...Object.entries(dimensions).flat(),
        { stat },
      ]),
      ...(limit === undefined ? {} : { annotations: { horizontal: [{ label: 'alarm', value: limit }] } }),
    },
  }));
  return JSON.stringify({ widgets });
}
