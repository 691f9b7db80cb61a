import { emrClusterId } from './emr-fragment.ts';
import { att, type Fragment } from './fragment.ts';
import type { StageInput } from './stage-input.ts';

/** What wakes the watch function: every minute, and EMR's own word that a step has ended. */
export function watchFragment(input: StageInput): Fragment {
  const arn = att(input.functions.watch.lambda, 'Arn');
  const allow = (rule: string) => ({
    Type: 'AWS::Lambda::Permission',
    Properties: {
      Action: 'lambda:InvokeFunction',
      FunctionName: arn,
      Principal: 'events.amazonaws.com',
      SourceArn: att(rule, 'Arn'),
    },
  });
  return {
    Resources: {
      EcomWatchSchedule: {
        Type: 'AWS::Events::Rule',
        Properties: { ScheduleExpression: 'rate(1 minute)', Targets: [{ Id: 'watch', Arn: arn }] },
      },
      EcomWatchSchedulePermission: allow('EcomWatchSchedule'),
      EcomWatchSteps: {
        Type: 'AWS::Events::Rule',
        Properties: {
          // There is no event for INTERRUPTED: that is what the schedule is for.
          EventPattern: {
            source: ['aws.emr'],
            'detail-type': ['EMR Step Status Change'],
            detail: { state: ['FAILED', 'CANCELLED', 'COMPLETED'], clusterId: [emrClusterId(input)] },
          },
          Targets: [{ Id: 'watch', Arn: arn }],
        },
      },
      EcomWatchStepsPermission: allow('EcomWatchSteps'),
    },
  };
}
