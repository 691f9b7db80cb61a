/** The namespace of a stage's own metrics. The watch function may publish here and nowhere else. */
export const metricNamespace = 'EcomAnalytics';

/** The metrics that the watch function makes from the job's status, once a minute. */
export const streamMetrics = {
  OffsetsBehindLatest: 'records that the stream has yet to read, of the slowest query',
  WatermarkAgeSeconds: 'how far event time is behind the clock',
  SecondsSinceProgress: 'since any query finished a batch',
  SecondsSinceHeartbeat: 'since the job last wrote its status',
  InputRowsPerSecond: 'records read',
  BatchDurationMilliseconds: 'of the slowest query',
  StateRows: 'keys that Spark remembers',
  StateBytes: 'memory that they take',
  DeadLetters: 'records refused since the last minute',
  LateOrders: 'orders dropped from windows since the last minute',
  StepRunning: '1 while a step of the stage runs, else 0',
  AlertsTriggerOn: "1 while the alert consumer's trigger is on, else 0",
  Restarts: 'restarts by the watch function since the last minute',
} as const;

export type StreamMetric = keyof typeof streamMetrics;

/** What distinguishes a stage's metrics. */
export const metricDimensions = ({ service, stage }: { readonly service: string; readonly stage: string }) =>
  ({ Service: service, Stage: stage }) as const;
