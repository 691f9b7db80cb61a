import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type VirtualEnvironment, virtualEnvironment } from '../../../machine/python/virtual-environment.ts';
import { createOnly } from '../../../plugin/resources/create-only.ts';
import { holdings, passing } from '../../../plugin/resources/holdings.ts';
import { stageTemplate } from '../../../plugin/resources/stage-template.ts';
import { sampleStage, stages } from './sample-stage.ts';

/** What osls and serverless.yml put beside the plugin's resources: functions with their log groups, three roles, and a topic. */
function surroundings(): Record<string, unknown> {
  const input = sampleStage({});
  const resources: Record<string, unknown> = { AlertsSnsTopic: { Type: 'AWS::SNS::Topic' } };
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

function run(command: string, args: readonly string[], input = ''): Promise<string> {
  return new Promise((resolve) => {
    // It ends with another code than 0 when it has something to say.
    const child = execFile(command, args, { maxBuffer: 1 << 24 }, (_, stdout, stderr) =>
      resolve(stdout || stderr),
    );
    child.stdin?.end(`${input}\n`);
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

  test('knows no stateful type that is neither guarded nor let pass for a reason', async () => {
    const script =
      "import json, pathlib, cfnlint; print(json.dumps([*json.loads((pathlib.Path(cfnlint.__file__).parent / 'data' / 'AdditionalSpecs' / 'StatefulResources.json').read_text())['ResourceTypes']]))";
    const stateful: string[] = JSON.parse(await run(environment.python, ['-c', script]));
    expect(stateful).toContain('AWS::RDS::DBInstance');
    expect(stateful.filter((type) => !(type in holdings || type in passing))).toEqual([]);
    expect(Object.keys(passing).filter((type) => !stateful.includes(type))).toEqual([]);
  });

  test('has the same create-only properties as our table, of every type that a stage has or that holds data', async () => {
    const script = [
      'import json, pathlib, cfnlint',
      "schemas = pathlib.Path(cfnlint.__file__).parent / 'data' / 'schemas'",
      "regions = json.loads((schemas / 'providers' / 'us-east-1.json').read_text())",
      'found = {}',
      'for name, conditional in json.loads(input()):',
      "    schema = json.loads((schemas / 'resources' / f'{regions[name]}.json').read_text())",
      "    paths = schema.get('createOnlyProperties', [])",
      "    paths += schema.get('conditionalCreateOnlyProperties', []) if conditional else []",
      "    found[name] = sorted(path.removeprefix('/properties/').replace('/', '.') for path in paths)",
      'print(json.dumps(found))',
    ].join('\n');
    const types = Object.values(stages).flatMap((given) =>
      Object.values(stageTemplate(sampleStage(given)).Resources).map(({ Type }) => Type),
    );
    const made = new Set([...types, 'AWS::DynamoDB::Table']);
    const wanted = [...new Set([...Object.keys(createOnly), ...Object.keys(holdings), ...types])]
      .sort()
      .map((type) => [type, made.has(type) || !(type in holdings)]);
    const said = await run(environment.python, ['-c', script], JSON.stringify(wanted));
    expect(createOnly).toEqual(JSON.parse(said));
  });

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
