import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type VirtualEnvironment, virtualEnvironment } from '../../../local/python/virtual-environment.ts';
import { stageTemplate } from '../../../plugins/ecom-analytics/resources/template.ts';
import { sampleStage, stages } from './sample.ts';

/** What osls and serverless.yml put beside the plugin's resources: functions with their log groups, and three roles. */
function surroundings(): Record<string, unknown> {
  const input = sampleStage({});
  const resources: Record<string, unknown> = {};
  const trust = {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
    ],
  };
  for (const [name, { lambda, role }] of Object.entries(input.functions)) {
    resources[lambda.replace('LambdaFunction', 'LogGroup')] = {
      Type: 'AWS::Logs::LogGroup',
      Properties: { LogGroupName: `/aws/lambda/${name}` },
    };
    resources[lambda] = {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Code: { ZipFile: 'exports.handler = async () => {};' },
        Role: { 'Fn::GetAtt': [role, 'Arn'] },
      },
    };
    if (['producer', 'testConsumer', 'alertConsumer'].includes(name))
      resources[role] = { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: trust } };
  }
  return resources;
}

function run(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    // It ends with another code than 0 when it has something to say.
    execFile(command, args, { maxBuffer: 1 << 24 }, (_, stdout, stderr) => resolve(stdout || stderr));
  });
}

describe('cfn-lint', () => {
  let environment: VirtualEnvironment;
  let folder: string;
  beforeAll(async () => {
    environment = await virtualEnvironment({
      name: 'cfn-lint',
      requirements: path.join(import.meta.dirname, 'cfn-lint.requirements.txt'),
    });
    folder = await mkdtemp(path.join(os.tmpdir(), 'ecom-cfn-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test.each(Object.entries(stages))('has nothing against the stage %s', async (name, given) => {
    const { Resources, Outputs } = stageTemplate(sampleStage(given));
    const file = path.join(folder, `${name}.json`);
    const template = {
      AWSTemplateFormatVersion: '2010-09-09',
      Resources: { ...Resources, ...surroundings(), ...Resources },
      Outputs,
    };
    await writeFile(file, JSON.stringify(template));
    const cfnLint = path.join(path.dirname(environment.python), 'cfn-lint');
    const said = await run(cfnLint, ['--region', 'eu-west-1', '--', file]);
    expect(said).toBe('');
  });
});
