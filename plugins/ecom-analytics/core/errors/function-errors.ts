import type { ErrorEntries } from './error-entry.ts';

export const functions = {
  ECOM_ALERTS_UNFINISHED: {
    means:
      'The alert consumer could not finish all alerts of a batch. Lambda delivers the batch again, and alerts that were finished are skipped then.',
    causes: [
      'your own `act` threw an error, which the message quotes',
      'DynamoDB or SNS refused or limited a call',
      'the function ran into its timeout',
    ],
    fix: 'Read the function’s log (`sls logs -f alertConsumer`) and fix the first failure. While a batch fails, later alerts of its partition wait.',
    see: 'troubleshoot.md#lag',
  },
  ECOM_EVENT_INVALID: {
    means: 'The alert consumer was called with an event that does not have the form of a Kafka trigger’s.',
    causes: ['a test event that was written by hand', 'another kind of trigger on the function'],
    fix: 'Start from an event in `functions/events/alert-consumer/`.',
    see: 'running-locally.md#try-a-function',
  },
  ECOM_FUNCTION_FAILED: {
    means: 'A Lambda function of the stage ended with an error, which the message quotes with its own code.',
    causes: [
      'the brokers cannot be reached from the function’s network',
      'the function’s role lacks a permission',
      'the function ran into its timeout',
      'the stage was deployed with another version, whose answer this one does not know',
    ],
    fix: 'Look up the code of the quoted error. `sls logs -f FUNCTION` shows the log, and `sls ecom doctor` whether the brokers can be reached.',
    see: 'operate.md#logs',
  },
  ECOM_PRODUCER_EVENT: {
    means: 'The event of the producer has a key that it does not know, or a value that it does not take.',
    causes: ['a typing error in a key', 'a number outside of its range, or written as text'],
    fix: 'Correct the key that the message names; the message has an example.',
    see: 'running-locally.md#try-a-function',
  },
  ECOM_SETTING_INVALID: {
    means: 'A variable in the environment of a function has a value that the function cannot use.',
    causes: ['`environment` of the function was changed by hand'],
    fix: 'Deploy the stage again, which sets the variable; outside of a stage, correct the variable that the message names.',
  },
  ECOM_SETTING_MISSING: {
    means: 'A function lacks a variable in its environment that the deploy of a stage sets.',
    causes: [
      '`environment` of the function in `serverless.yml` was replaced',
      'the function was started by hand, without the variable',
    ],
    fix: 'Restore the variable in `serverless.yml` and deploy again, or set it before you start the function by hand.',
  },
  ECOM_SEVERITY_INVALID: {
    means:
      '`ECOM_NOTIFY_FROM`, the severity from which alerts are sent to people, is not one of the severities.',
    causes: ['a typing error in `environment` of the alert consumer'],
    fix: 'Use one of the severities that the message lists.',
    see: 'rules.md#act-on-an-alert',
  },
  ECOM_TEST_CONSUMER_EVENT: {
    means:
      'The event of the test consumer has a key that it does not know, lacks one, or has a value that it does not take.',
    causes: ['a typing error in a key', 'a `topic` that is not one of the pipeline’s'],
    fix: 'Correct the key that the message names; the message has an example.',
    see: 'running-locally.md#try-a-function',
  },
  ECOM_TRIGGER_GONE: {
    means:
      'The trigger that gives the alert consumer its alerts no longer exists, so alerts are not acted on.',
    causes: ['somebody deleted it by hand, or outside of CloudFormation'],
    fix: 'Remove the stage and deploy it again. Topics on an existing cluster stay; copy the windows first with `sls ecom windows get`.',
    see: 'deploy.md#remove-a-stage',
  },
  ECOM_TRIGGER_ILL: {
    means: '`sls ecom doctor` found the alert consumer’s trigger switched off, or reporting a problem.',
    causes: [
      'missing endpoints for `lambda` and `sts`, or no NAT, in the cluster’s network',
      'a role whose permissions are younger than a minute',
      'a removal or a deploy that stopped half-way and left it off',
    ],
    fix: 'Deploy the stage again, which switches it on. Its last result, which the message quotes, names what it lacks.',
    see: 'troubleshoot.md#authentication',
  },
  ECOM_TRIGGER_SLOW: {
    means: 'The alert consumer’s trigger did not switch on or off in time.',
    causes: ['Lambda cannot reach the brokers', 'another change to the trigger is in progress'],
    fix: 'Look at the trigger in the Lambda console: its last result says what it lacks. Then run the command again.',
    see: 'troubleshoot.md#authentication',
  },
} satisfies ErrorEntries;
