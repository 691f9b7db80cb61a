import { describe, expect, test } from 'vitest';
import { deployerActions, furtherActions, recordedActions } from '../../../plugin/policy/actions.ts';
import { deployerPolicies } from '../../../plugin/policy/policy.ts';
import { stageTemplate } from '../../../plugin/resources/stage-template.ts';
import { sampleStage, stages } from '../resources/sample-stage.ts';

const account = '123456789012';

function policiesOf(given: unknown) {
  const input = sampleStage(given);
  const types = Object.values(stageTemplate(input).Resources).map(({ Type }) => Type);
  const policies = deployerPolicies(deployerActions(types), input, account);
  return { policies, statements: Object.values(policies).flatMap(({ Statement }) => Statement) };
}

describe.each(Object.entries(stages))('the policies for deploying %s', (_, given) => {
  test('are ones that IAM takes: managed policies within its limits', () => {
    const { policies } = policiesOf(given);
    // Source: IAM quotas. A role takes ten.
    expect(Object.keys(policies).length).toBeLessThanOrEqual(10);
    for (const [name, policy] of Object.entries(policies)) {
      expect(name).toMatch(/^shop-dev-deploy-\d$/);
      expect(JSON.stringify(policy).length).toBeLessThanOrEqual(6144);
      const sids = policy.Statement.map(({ Sid }) => Sid);
      expect(new Set(sids).size).toBe(sids.length);
      for (const sid of sids) expect(sid).toMatch(/^[A-Za-z0-9]+$/);
    }
  });

  test('name every action, and the stage’s own resources wherever AWS knows one', () => {
    const { statements } = policiesOf(given);
    for (const { Action, Resource } of statements) {
      for (const action of Action) expect(action).toMatch(/^[a-z0-9-]+:[A-Z][A-Za-z0-9]+$/);
      if (!Resource.includes('*')) continue;
      // What is made in EC2 has its name from AWS; the rest takes no resource at all.
      const services = new Set(Action.map((action) => action.split(':')[0]));
      expect([...services]).toHaveLength(1);
      expect(
        'ec2 chatbot cloudformation elasticmapreduce iam kafka lambda logs cloudwatch kms sns',
      ).toContain([...services][0]);
    }
    const everywhere = statements
      .filter(({ Resource }) => Resource.includes('*'))
      .flatMap(({ Action }) => Action);
    expect(everywhere).not.toContain('iam:PassRole');
    expect(
      everywhere.filter((action) =>
        /^(s3|dynamodb|iam:(?!CreateServiceLinkedRole)|kafka-cluster)/.test(action),
      ),
    ).toEqual([]);
  });
});

test('roles are handed to the services that the stage uses, and to no other', () => {
  const { statements } = policiesOf({});
  const passing = statements.filter(({ Action }) => Action.includes('iam:PassRole'));
  expect(passing).toEqual([
    expect.objectContaining({
      Action: ['iam:PassRole'],
      Condition: {
        StringEquals: {
          'iam:PassedToService': [
            'lambda.amazonaws.com',
            'elasticmapreduce.amazonaws.com',
            'ec2.amazonaws.com',
            'chatbot.amazonaws.com',
          ],
        },
      },
    }),
  ]);
  expect(passing[0]?.Resource).toContain(`arn:aws:iam::${account}:role/shop-dev-*`);
});

test('hold what the commands call, and what the handlers of the stage’s resources need', () => {
  const actions = policiesOf({}).statements.flatMap(({ Action }) => Action);
  expect(actions).toEqual(expect.arrayContaining([...recordedActions, ...Object.keys(furtherActions)]));
  expect(actions).toEqual(expect.arrayContaining(['kafka:CreateCluster', 'elasticmapreduce:RunJobFlow']));
});

test('leave out what a stage does not make', () => {
  const actions = (given: unknown) => policiesOf(given).statements.flatMap(({ Action }) => Action);
  const own = actions(stages['bring-your-own']);
  for (const action of [
    'kafka:CreateCluster',
    'elasticmapreduce:RunJobFlow',
    'athena:CreateWorkGroup',
    'ec2:CreateVpc',
  ])
    expect(own).not.toContain(action);
  expect(actions({})).not.toContain('budgets:ModifyBudget');
  expect(actions({})).not.toContain('chatbot:CreateSlackChannelConfiguration');
});

test('know a cluster, a bucket, a topic and a role that are the user’s', () => {
  const { statements } = policiesOf({
    ...stages['bring-your-own'],
    monitoring: { topicArn: 'arn:aws:sns:eu-west-1:123456789012:on-call' },
  });
  const resources = (service: string) =>
    statements
      .filter(({ Action }) => Action[0]?.startsWith(`${service}:`))
      .flatMap(({ Resource }) => Resource);
  expect(resources('kafka-cluster')).toContain(stages['bring-your-own'].msk.existing.clusterArn);
  expect(resources('s3')).toContain('arn:aws:s3:::shop-lake/*');
  expect(resources('iam')).toContain(`arn:aws:iam::${account}:role/EMR_EC2_DefaultRole`);
});
