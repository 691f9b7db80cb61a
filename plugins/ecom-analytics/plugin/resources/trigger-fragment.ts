import { severities } from '../../core/rule.ts';
import { defined, type Fragment, ref, sub, type Value } from './fragment.ts';
import { alertsGroup, functionPolicies } from './functions-iam-fragment.ts';
import { alertsTriggerId, kafkaArns, type StageInput, stageBuckets } from './stage-input.ts';

/** Alerts of a severity and above reach the function; the others are passed over without a call. */
function filter(minSeverity: (typeof severities)[number]): Value {
  const wanted = severities.slice(severities.indexOf(minSeverity));
  return { Filters: [{ Pattern: JSON.stringify({ value: { severity: wanted } }) }] };
}

/**
 * The alert consumer's trigger. It is made switched off, because the topic is not there yet on a first deploy; the plugin
 * switches it on when it is, and CloudFormation leaves a switch alone that its template does not change.
 */
export function triggerFragment(input: StageInput): Fragment {
  const { config, definition, functions } = input;
  const { batchSize, batchWindowSeconds, minSeverity, provisionedPollers } = config.alertConsumer;
  return {
    Resources: {
      [alertsTriggerId(input)]: {
        Type: 'AWS::Lambda::EventSourceMapping',
        DependsOn: [functionPolicies.alertConsumer],
        Properties: defined({
          EventSourceArn: kafkaArns(config).cluster,
          FunctionName: ref(functions.alertConsumer.lambda),
          Enabled: false,
          Topics: [definition.topics.alerts.name],
          StartingPosition: 'TRIM_HORIZON',
          BatchSize: batchSize,
          MaximumBatchingWindowInSeconds: batchWindowSeconds,
          AmazonManagedKafkaEventSourceConfig: { ConsumerGroupId: alertsGroup(input) },
          FilterCriteria: minSeverity === null ? undefined : filter(minSeverity),
          DestinationConfig: { OnFailure: { Destination: sub(stageBuckets(config).data.arn) } },
          // Without pollers of its own a trigger takes none of these.
          ...(provisionedPollers && {
            ProvisionedPollerConfig: {
              MinimumPollers: provisionedPollers.min,
              MaximumPollers: provisionedPollers.max,
            },
            MaximumRetryAttempts: provisionedPollers.retryAttempts,
            MaximumRecordAgeInSeconds: provisionedPollers.maxAgeSeconds,
            BisectBatchOnFunctionError: true,
            FunctionResponseTypes: ['ReportBatchItemFailures'],
          }),
        }),
      },
    },
    Outputs: {
      EcomAlertsTriggerId: {
        Description: "The alert consumer's trigger",
        Value: ref(alertsTriggerId(input)),
      },
    },
  };
}
