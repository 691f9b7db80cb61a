import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { modesOf } from '../../plugins/ecom-analytics/plugin/function-zips.ts';
import { ProjectCopy } from './project-copy.ts';

let project: ProjectCopy;
beforeAll(() => {
  project = new ProjectCopy();
  project.useOwnStages();
});
afterAll(() => project.remove());

interface Ended {
  readonly code: number;
  readonly output: string;
}

/** The Serverless CLI of the project, on a machine without credentials. */
function sls(...args: readonly string[]): Promise<Ended> {
  return slsUnder('022', ...args);
}

function slsUnder(umask: string, ...args: readonly string[]): Promise<Ended> {
  const { AWS_PROFILE: _, AWS_ACCESS_KEY_ID: __, AWS_ENDPOINT_URL: ___, ...environment } = process.env;
  return new Promise((resolve) => {
    execFile(
      '/bin/sh',
      [
        '-c',
        `umask ${umask}; exec "$@"`,
        'sh',
        process.execPath,
        path.join(project.folder, 'node_modules/serverless/bin/serverless.js'),
        ...args,
      ],
      {
        cwd: project.folder,
        env: {
          ...environment,
          HOME: os.tmpdir(),
          AWS_EC2_METADATA_DISABLED: 'true',
          AWS_CONFIG_FILE: path.join(os.tmpdir(), 'no-config'),
          AWS_SHARED_CREDENTIALS_FILE: path.join(os.tmpdir(), 'no-credentials'),
        },
      },
      (error, stdout, stderr) =>
        resolve({
          code: typeof error?.code === 'number' ? error.code : error ? 1 : 0,
          output: stdout + stderr,
        }),
    );
  });
}

describe('sls package, without credentials', () => {
  let folder: string;
  let ended: Ended;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'ecom-package-'));
    ended = await sls('package', '--stage', 'dev', '--package', folder);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('bundles the three functions and the plugin’s own', async () => {
    expect(ended).toMatchObject({ code: 0 });
    const zips = (await readdir(folder)).filter((name) => name.endsWith('.zip')).sort();
    expect(zips).toEqual([
      'alertConsumer.zip',
      'ecomBrokers.zip',
      'ecomReplay.zip',
      'ecomWatch.zip',
      'producer.zip',
      'testConsumer.zip',
    ]);
  });

  // Lambda's own user reads the files. https://repost.aws/knowledge-center/lambda-deployment-package-errors
  test('makes the same zips, which Lambda can read, under any umask', async () => {
    const closedFolder = await mkdtemp(path.join(os.tmpdir(), 'ecom-package-'));
    try {
      expect(await slsUnder('077', 'package', '--stage', 'dev', '--package', closedFolder)).toMatchObject({
        code: 0,
      });
      const zips = (name: string) =>
        Promise.all([folder, closedFolder].map((one) => readFile(path.join(one, name))));
      for (const name of (await readdir(folder)).filter((one) => one.endsWith('.zip'))) {
        const [open = Buffer.of(), closed = Buffer.of()] = await zips(name);
        const hash = (zip: Buffer) => createHash('sha256').update(zip).digest('hex');
        expect([name, hash(closed)]).toEqual([name, hash(open)]);
        expect([...modesOf(closed)]).toEqual([[expect.stringMatching(/\.js$/), 0o100644]]);
      }
    } finally {
      await rm(closedFolder, { recursive: true, force: true });
    }
  });

  test('wires functions, cluster and trigger in one template', async () => {
    const text = await readFile(path.join(folder, 'cloudformation-template-update-stack.json'), 'utf8');
    const { Resources } = JSON.parse(text);
    expect(Resources.ProducerLambdaFunction.Properties).toMatchObject({
      VpcConfig: { SecurityGroupIds: [{ Ref: 'EcomClientsSecurityGroup' }] },
      Environment: {
        Variables: { ECOM_BOOTSTRAP_BROKERS: { 'Fn::GetAtt': ['EcomBootstrapBrokers', 'BootstrapBrokers'] } },
      },
    });
    expect(Resources.AlertConsumerLambdaFunction.Properties.VpcConfig).toBeUndefined();
    expect(Object.values(Resources)).toContainEqual(
      expect.objectContaining({
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: expect.objectContaining({ FunctionName: { Ref: 'AlertConsumerLambdaFunction' } }),
      }),
    );
    for (const type of ['AWS::MSK::Cluster', 'AWS::EMR::Cluster'])
      expect(Object.values(Resources)).toContainEqual(expect.objectContaining({ Type: type }));
  });
});

describe('a command', () => {
  test('has an example in its help', async () => {
    const { output, code } = await sls('ecom', '--help');
    const commands = [
      'plan',
      'topics plan',
      'topics apply',
      'topics delete',
      'stream status',
      'stream start',
      'stream stop',
      'stream restart',
      'stream logs',
      'stream reset-checkpoint',
      'stream compact',
      'windows get',
      'dead-letters list',
      'dead-letters replay',
      'doctor',
      'policy',
      'cost',
    ];
    for (const command of commands) expect(output).toContain(`Example: sls ecom ${command} --stage`);
    expect(code).toBe(0);
  });

  test.each([
    [[], 'Main commands'],
    [['ecom'], 'ecom stream status '],
    [['ecom', 'stream'], 'ecom stream status '],
  ])('that is not complete, sls %j, prints what there is', async (line, expected) => {
    const { output, code } = await sls(...line);
    expect(output).toContain(expected);
    expect(code).toBe(0);
  });

  test('of osls, deploy, takes the option that begins a new checkpoint', async () => {
    const { output, code } = await sls('deploy', '--help');
    expect(output).toContain('--new-checkpoint');
    // Its own options are there still.
    expect(output).toContain('--force');
    expect(code).toBe(0);
  });

  test('cost needs no credentials', async () => {
    const { output, code } = await sls('ecom', 'cost', '--stage', 'prod', '--json');
    expect(JSON.parse(output.slice(output.indexOf('{'), output.lastIndexOf('}') + 1)).region).toBe(
      'us-east-1',
    );
    expect(code).toBe(0);
  });

  test('says what is missing without credentials, by a code and without a stack', async () => {
    const { output, code } = await sls('ecom', 'topics', 'plan', '--stage', 'dev');
    expect(output).toContain('(ECOM_AWS_CREDENTIALS)');
    expect(output).not.toMatch(/^\s+at /m);
    expect(code).toBe(1);
  });

  test('names the line of what is wrong in stages.yml, before osls checks it in words of its own, and explains it', async () => {
    const stages = [
      'default: { region: us-east-1 }',
      'wrong:',
      '  ecomAnalytics:',
      '    preset: huge',
      '    emr: { create: { coreNodes: two } }',
      'unknown:',
      '  region: us-esat-1',
      'newer:',
      '  region: us-central-1',
      '  ecomAnalytics: { preset: dev }',
      'mail:',
      '  alertEmail: foo',
      '  notifyFrom: sometimes',
      '  ecomAnalytics: { preset: dev }',
    ];
    await writeFile(path.join(project.folder, 'stages.yml'), stages.join('\n'));
    const wrong = await sls('package', '--stage', 'wrong');
    const unknown = await sls('package', '--stage', 'unknown');
    const newer = await sls('ecom', 'cost', '--stage', 'newer');
    const mail = await sls('package', '--stage', 'mail');
    const explained = await sls('ecom', 'explain', 'The preset is wrong. (ecom_config)', '--stage', 'wrong');
    project.useOwnStages();
    expect(newer.output).toContain('does not know the AWS region us-central-1');
    expect(newer.code).toBe(0);
    expect(explained.output).toMatch(/^ECOM_CONFIG\n\nA key or a value in `stages\.yml`/m);
    expect(explained.code).toBe(0);
    expect(wrong.output).toContain('preset: must be dev, production or large, is "huge" (stages.yml:4).');
    expect(wrong.output).toContain(
      'coreNodes: must be a whole number from 0 to 100, is "two" (stages.yml:5).',
    );
    expect(unknown.output).toContain('(stages.yml:7). Did you mean "us-east-1"?');
    expect(mail.output).toContain('alertEmail: must be an e-mail address, is "foo" (stages.yml:12).');
    expect(mail.output).toContain(
      'notifyFrom: must be low, medium, high or critical, is "sometimes" (stages.yml:13).',
    );
    for (const { output, code } of [wrong, unknown, mail]) {
      expect(output).toContain('(ECOM_CONFIG)');
      expect(code).toBe(1);
    }
  });

  test('says where a function runs whose brokers this machine cannot reach', async () => {
    const { output, code } = await sls('invoke', 'local', '-f', 'producer', '--stage', 'dev', '-d', '{}');
    expect(output).toContain('`sls invoke -f producer --stage dev`');
    expect(output).toContain('(ECOM_INVOKE_LOCAL)');
    expect(code).toBe(1);
  });

  test('refuses what is wrongly configured', async () => {
    const { output, code } = await sls('ecom', 'cost', '--stage', 'local');
    expect(output).toContain('(ECOM_CLOUD_MISSING)');
    expect(code).toBe(1);
  });
});

test('no AWS client is loaded by a package', async () => {
  const script = `
    const Plugin = require('ecom-analytics/plugin');
    const functions = Object.fromEntries(['producer', 'testConsumer', 'alertConsumer'].map((name) => [name, { role: name + 'Role' }]));
    const provider = { compiledCloudFormationTemplate: { Resources: {} } };
    const aws = { getStage: () => 'dev', getRegion: () => 'eu-west-1', naming: { getStackName: () => 'shop-dev', getLambdaLogicalId: (name) => name } };
    const progress = { get: () => ({ notice() {}, remove() {} }) };
    const plugin = new Plugin({
      serviceDir: process.cwd(), service: { service: 'shop', custom: {}, functions, provider },
      processedInput: { commands: ['package'] }, configSchemaHandler: { defineCustomProperties() {} },
      getProvider: () => aws, extendConfiguration() {}, addServiceOutputSection() {},
    }, {}, { progress });
    plugin.hooks.initialize().then(() => plugin.hooks['package:compileEvents']()).then(() => {
      console.log(Object.keys(provider.compiledCloudFormationTemplate.Resources).length > 50);
      console.log(Object.keys(require.cache).filter((file) => /@aws-sdk|kafkajs|fflate/.test(file)).length);
    });`;
  const output = await new Promise<string>((resolve, reject) =>
    execFile(process.execPath, ['-e', script], { cwd: project.folder }, (error, stdout) =>
      error ? reject(error) : resolve(stdout),
    ),
  );
  expect(output.trim().split(/\s+/)).toEqual(['true', '0']);
});
