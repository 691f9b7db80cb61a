import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { deflateRawSync } from 'node:zlib';
import { buildSync } from 'esbuild';
import { unzip } from '../plugins/ecom-analytics/test/functions/unzip.ts';
import { pinnedNode, pinnedNodesRunHere } from '../test/pinned-node.ts';
import { type Bench, type Figure, median, rounded } from './figure.ts';

const root = path.resolve(import.meta.dirname, '..');
const execute = promisify(execFile);
const rounds = 15;

/** The functions, and what each cannot do without, with a name it exports: that, bundled alone, is the peer of its bundle. */
const functions: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  producer: { kafkajs: 'Kafka' },
  testConsumer: { kafkajs: 'Kafka' },
  alertConsumer: {
    '@aws-sdk/client-dynamodb': 'DynamoDBClient',
    '@aws-sdk/client-sns': 'SNSClient',
    '@aws-sdk/client-s3': 'S3Client',
  },
};

/** A module as one file, and its size as it is uploaded. */
interface Bundle {
  readonly file: string;
  readonly zippedKb: number;
}

async function packaged(folder: string): Promise<Map<string, Bundle>> {
  const serverless = path.join(root, 'node_modules/serverless/bin/serverless.js');
  const out = path.join(folder, 'out');
  await execute(process.execPath, [serverless, 'package', '--package', out], { cwd: root });
  const bundles = new Map<string, Bundle>();
  for (const name of Object.keys(functions)) {
    const zip = path.join(out, `${name}.zip`);
    const [bytes = Buffer.alloc(0)] = unzip(zip).values();
    const file = path.join(folder, `${name}.js`);
    await writeFile(file, bytes);
    bundles.set(name, { file, zippedKb: (await stat(zip)).size / 1024 });
  }
  return bundles;
}

/** The libraries alone, bundled as `serverless.yml` has it. */
async function libraries(
  folder: string,
  name: string,
  modules: Readonly<Record<string, string>>,
): Promise<Bundle> {
  const file = path.join(folder, `${name}-libraries.js`);
  const contents = Object.entries(modules)
    .map(([module, exported]) => `export { ${exported} } from '${module}';`)
    .join('\n');
  const { outputFiles } = buildSync({
    stdin: { contents, resolveDir: root },
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    mainFields: ['module', 'main'],
    write: false,
  });
  const [output] = outputFiles;
  if (output === undefined) throw new Error(`Nothing came of bundling the libraries of ${name}`);
  await writeFile(file, output.contents);
  return { file, zippedKb: deflateRawSync(output.contents).length / 1024 };
}

/** Milliseconds to import a file in a process that has just started. */
async function coldImport(node: string, file: string): Promise<number> {
  const script = `const started = performance.now(); require(${JSON.stringify(file)}); process.stdout.write(String(performance.now() - started)); process.exit(0);`;
  const { stdout } = await execute(node, ['-e', script], { env: { PATH: process.env.PATH } });
  return Number(stdout);
}

async function bundles(): Promise<Figure[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'ecom-bench-'));
  try {
    const node = pinnedNodesRunHere ? await pinnedNode(24) : process.execPath;
    const own = await packaged(folder);
    const figures: Figure[] = [];
    for (const [name, modules] of Object.entries(functions)) {
      const bundle = own.get(name);
      if (bundle === undefined) throw new Error(`sls package made no bundle of ${name}`);
      const peer = await libraries(folder, name, modules);
      const what = `${Object.keys(modules).join(', ')} alone, bundled the same way`;
      figures.push({
        figure: `${name}-bundle`,
        value: rounded(bundle.zippedKb),
        unit: 'KB zipped',
        against: { what, value: rounded(peer.zippedKb) },
        ratio: rounded(bundle.zippedKb / peer.zippedKb),
        aim: null,
      });
      const ownMs: number[] = [];
      const peerMs: number[] = [];
      for (let round = 0; round < rounds; round++) {
        ownMs.push(await coldImport(node, bundle.file));
        peerMs.push(await coldImport(node, peer.file));
      }
      figures.push({
        figure: `${name}-cold-import`,
        value: rounded(median(ownMs)),
        unit: `ms, ${pinnedNodesRunHere ? "on Lambda's Node" : 'on this Node'}`,
        against: { what, value: rounded(median(peerMs)) },
        ratio: rounded(median(ownMs) / median(peerMs)),
        aim: null,
      });
    }
    return figures;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export const benches: readonly Bench[] = [{ name: 'bundles', run: bundles }];
