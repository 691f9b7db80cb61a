import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { systemClock } from '../plugins/ecom-analytics/functions/clock.ts';
import { AwsClients } from '../plugins/ecom-analytics/plugin/aws/clients.ts';
import { MskCluster } from '../plugins/ecom-analytics/plugin/aws/msk-cluster.ts';
import { MskTopics } from '../plugins/ecom-analytics/plugin/aws/msk-topics.ts';
import type { DesiredTopic } from '../plugins/ecom-analytics/plugin/topics/desired.ts';
import { emptyLedger } from '../plugins/ecom-analytics/plugin/topics/ledger.ts';
import { planTopics } from '../plugins/ecom-analytics/plugin/topics/topic-plan.ts';
import { startMskEndpoint } from '../plugins/ecom-analytics/test/plugin/aws/msk-endpoint.ts';
import { clusterArn, desired, owner } from '../plugins/ecom-analytics/test/plugin/topics/sample-topics.ts';
import { type Bench, type Figure, median, rounded } from './figure.ts';

const root = path.resolve(import.meta.dirname, '..');
const execute = promisify(execFile);

/** Pairs of runs, of which the first, which fills caches, does not count. */
const rounds = 5;

/** What the plugin brings to `serverless.yml`, which a project without it could not have. */
const pluginLine = /^ {2}- ecom-analytics\/plugin\n/m;
/** The plugin's own functions, declared by hand: bundling six functions is to be compared with bundling six. */
const ownFunctions = ['brokers', 'watch', 'replay']
  .map(
    (name) =>
      `  ecom-${name}:\n    handler: plugins/ecom-analytics/plugin/functions/${name}.handler\n    role: ProducerRole\n`,
  )
  .join('');

/** A copy of the project without our plugin: its three functions, and those that are given beside them. */
async function withoutPlugin(project: string, besides: string): Promise<string> {
  const parts = ['package.json', 'stages.yml', 'tsconfig.json', 'functions', 'pipeline', 'plugins', 'emr'];
  for (const part of parts) await cp(path.join(root, part), path.join(project, part), { recursive: true });
  await symlink(path.join(root, 'node_modules'), path.join(project, 'node_modules'));
  const yaml = await readFile(path.join(root, 'serverless.yml'), 'utf8');
  const changed = yaml.replace(pluginLine, '').replace(/^functions:\n/m, `functions:\n${besides}`);
  if (!pluginLine.test(yaml) || changed.includes('- ecom-analytics/plugin'))
    throw new Error('serverless.yml no longer lists the plugin as this benchmark knows it');
  await writeFile(path.join(project, 'serverless.yml'), changed);
  return project;
}

/** Seconds of `sls package`, in a process of its own. */
async function packageSeconds(project: string, out: string): Promise<number> {
  const serverless = path.join(root, 'node_modules/serverless/bin/serverless.js');
  const began = performance.now();
  await execute(process.execPath, [serverless, 'package', '--stage', 'dev', '--package', out], {
    cwd: project,
  });
  return (performance.now() - began) / 1000;
}

async function packaging(): Promise<Figure[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'ecom-bench-'));
  try {
    const six = await withoutPlugin(path.join(folder, 'six'), ownFunctions);
    const three = await withoutPlugin(path.join(folder, 'three'), '');
    const own: number[] = [];
    const withSix: number[] = [];
    const withThree: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      const withIt = await packageSeconds(root, path.join(folder, 'out-own'));
      const sixWithoutIt = await packageSeconds(six, path.join(folder, 'out-six'));
      const threeWithoutIt = await packageSeconds(three, path.join(folder, 'out-three'));
      if (round === 0) continue;
      own.push(withIt);
      withSix.push(sixWithoutIt);
      withThree.push(threeWithoutIt);
    }
    const figure = (name: string, what: string, peer: readonly number[], aim: string | null): Figure => ({
      figure: name,
      value: rounded(median(own)),
      unit: 's',
      against: { what, value: rounded(median(peer)) },
      ratio: rounded(median(own) / median(peer)),
      aim,
    });
    return [
      figure('plugin-package', 'the same six functions without the plugin', withSix, '<= 1.15'),
      // Beside the plugin itself this measures three more bundles, which the plugin adds.
      figure('plugin-package-with-its-functions', 'three functions without the plugin', withThree, null),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const topicCount = 100;

function manyTopics(): DesiredTopic[] {
  const [topic] = desired();
  if (topic === undefined) throw new Error('the definition has no topic');
  return Array.from({ length: topicCount }, (_, index) => ({ ...topic, name: `${topic.name}-${index}` }));
}

/** A plan over HTTP: what the cluster is, its topics, and the difference. The wire answers at once, AWS would not. */
async function topicsPlan(): Promise<Figure[]> {
  const endpoint = await startMskEndpoint();
  try {
    const topics = manyTopics();
    const clients = () =>
      new AwsClients(async () => ({
        region: 'eu-west-1',
        endpoint: endpoint.url,
        credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      }));
    const plan = async (): Promise<number> => {
      const own = clients();
      const cluster = await new MskCluster(own, clusterArn).facts();
      const store = new MskTopics(own, clusterArn, systemClock);
      const actual = await store.read(topics.map(({ name }) => name));
      const ledger = emptyLedger(owner, clusterArn);
      return planTopics({ desired: topics, actual, ledger, cluster, owner }).changes.length;
    };
    const seconds: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      endpoint.requests.length = 0;
      const began = performance.now();
      const changes = await plan();
      if (changes !== topicCount) throw new Error(`${changes} changes planned for ${topicCount} topics`);
      if (round > 0) seconds.push((performance.now() - began) / 1000);
    }
    return [
      {
        figure: 'plugin-topics-plan',
        value: rounded(median(seconds)),
        unit: `s for ${topicCount} topics`,
        against: null,
        ratio: null,
        aim: '<= 2',
      },
      {
        figure: 'plugin-topics-plan-calls',
        value: endpoint.requests.length,
        unit: 'calls',
        against: { what: 'topics', value: topicCount },
        ratio: rounded(endpoint.requests.length / topicCount),
        aim: '<= 1.1',
      },
    ];
  } finally {
    await endpoint.stop();
  }
}

export const benches: readonly Bench[] = [
  { name: 'plugin-package', run: packaging },
  { name: 'plugin-topics-plan', run: topicsPlan },
];
