import type { ErrorEntries } from './error-entry.ts';

export const aws = {
  ECOM_AWS_CALL: {
    means: 'AWS refused a call for a reason of its own, which the message quotes.',
    causes: [
      'a quota of the account',
      'a setting of an existing resource that does not fit',
      'a resource that another change is at work on',
    ],
    fix: 'Follow AWS’s own message. `--debug` shows the whole answer, with its request id for a support case.',
  },
  ECOM_AWS_CREDENTIALS: {
    means: 'There are no AWS credentials, or AWS does not know them.',
    causes: [
      '`AWS_PROFILE` names a profile that does not exist',
      'keys that were deleted or mistyped',
      'no credentials in the terminal that you use now',
    ],
    fix: 'Set `AWS_PROFILE`, or `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`. `aws sts get-caller-identity` shows which credentials are used.',
    see: 'troubleshoot.md#authentication',
  },
  ECOM_AWS_DENIED: {
    means:
      'The user or role that runs the command may not make the call. The message names the action and the resource.',
    causes: [
      'a role without the policies of `sls ecom policy`',
      'a permissions boundary or an organization’s policy',
      'a configuration that needs more than it did when the policies were made',
    ],
    fix: 'Allow the action on the resource. `sls ecom policy --stage STAGE` prints the policies that deploying and operating the stage take.',
    see: 'deploy.md#who-may-deploy',
  },
  ECOM_AWS_EXPIRED: {
    means: 'The credentials were temporary, and their time is over.',
    causes: [
      'a login with `aws sso login` that is some hours old',
      'a clock that is wrong by more than a few minutes',
    ],
    fix: 'Log in again, then run the command again; it resumes where it stopped.',
    see: 'troubleshoot.md#authentication',
  },
  ECOM_AWS_REGION: {
    means: 'No AWS region is set.',
    causes: ['neither `region` of the stage, `--region` nor `AWS_REGION` names one'],
    fix: 'Set `region` for the stage in `stages.yml`, or pass `--region`.',
    see: 'configuration.md#a-stage-of-stagesyml',
  },
  ECOM_AWS_THROTTLED: {
    means: 'AWS kept limiting the rate of calls, although they were repeated with growing pauses.',
    causes: ['other programs or people who call the same API in the account'],
    fix: 'Run the command again in a minute; it resumes where it stopped.',
  },
  ECOM_AWS_UNAVAILABLE: {
    means: 'AWS had an error of its own and did not answer the call, although it was repeated.',
    causes: ['a disturbance in the region; the AWS Health Dashboard shows known ones'],
    fix: 'Run the command again; it resumes where it stopped.',
  },
  ECOM_AWS_UNREACHABLE: {
    means: 'No connection to AWS could be made.',
    causes: [
      'no network, or a proxy or firewall in between',
      'a region that does not exist, whose addresses do not exist either',
      '`AWS_ENDPOINT_URL` names an address where nothing answers',
    ],
    fix: 'Check the network, the proxy and the name of the region, then run the command again.',
  },
  ECOM_ENDPOINT_TAKEN: {
    means:
      'The existing network already has a VPC endpoint for a service, and takes no second one. Nothing was changed.',
    causes: ['another stage in the same VPC made the endpoint', 'somebody made it by hand'],
    fix: 'Use the endpoint that exists: set it to `present` under `endpoints`, as the message shows. Remove the stage that made it last.',
    see: 'deploy.md#use-clusters-that-you-have',
  },
  ECOM_NOT_DEPLOYED: {
    means:
      'The command needs a deployed stage, and AWS has no stack for this one in this region and account.',
    causes: [
      'the stage was not deployed yet, or was removed',
      'another region or account than the one it was deployed to',
    ],
    fix: 'Deploy it with `sls deploy --stage STAGE`, or choose its region with `--region` and its account with `AWS_PROFILE`.',
    see: 'deploy.md',
  },
  ECOM_OBJECT_INVALID: {
    means: 'An object that the plugin keeps in a bucket of the stage is not JSON.',
    causes: ['another program, or a person, wrote or changed it'],
    fix: 'Look at the object that the message names. Restore an earlier version, or remove it if nobody needs it.',
  },
  ECOM_STACK_SLOW: {
    means:
      'CloudFormation did not finish comparing the deployed template with the new one in time. Nothing was changed.',
    causes: ['another change to the stack is in progress', 'CloudFormation is slow at the moment'],
    fix: 'Look at the stack in the CloudFormation console, wait until it has settled, then run the command again.',
    see: 'deploy.md#see-what-a-deploy-would-do',
  },
} satisfies ErrorEntries;
