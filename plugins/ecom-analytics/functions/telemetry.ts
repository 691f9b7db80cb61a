import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import type { Environment } from './kafka/kafka-settings.ts';

/** The CloudWatch namespace of all metrics that functions write. */
export const metricsNamespace = 'EcomAnalytics';

/** The structured log of a function. `POWERTOOLS_LOG_LEVEL` sets its level. */
export function functionLogger(service: string): Logger {
  return new Logger({ serviceName: service });
}

/** The metrics of a function, told apart by service and stage (`ECOM_STAGE`). */
export function functionMetrics(service: string, environment: Environment): Metrics {
  return new Metrics({
    namespace: metricsNamespace,
    serviceName: service,
    defaultDimensions: { stage: environment.ECOM_STAGE ?? 'local' },
  });
}
