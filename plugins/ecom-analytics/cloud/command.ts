import { once } from 'node:events';
import { EcomError } from '../core/error.ts';
import { numberOf, parseArguments } from '../functions/command-arguments.ts';
import { interruptedCode, listenForInterruption } from '../run/interruption.ts';
import { startCloud } from './cloud.ts';
import { announceCloud, refuseSecondCloud } from './cloud-address.ts';

export const usage = `AWS on this machine, without an account: Amazon MSK and EMR with real Kafka and real Spark behind them, and
Lambda, S3, DynamoDB, SNS, CloudFormation and CloudWatch by ministack. It runs until Ctrl-C, which deletes everything in it.
Needs Java 17 and Python 3.10 or later.

  npm run cloud -- [options]

  --port N         port of its one address (any that is free)
  --record FOLDER  save every call to AWS and every request to Kafka there, in calls.jsonl and requests.jsonl
  --s3-latency MS  delay each answer of S3 by so much, up to 10000 (0); on AWS it takes 20 to 50 ms
  --help           show this

Example, in another terminal
  npx sls deploy --stage local
`;

const next = `
In another terminal:
  npx sls deploy --stage local
  npx sls invoke -f producer --stage local -d '{"durationSeconds":60,"ordersPerMinute":1000}'
  npx sls invoke -f testConsumer --stage local -d '{"topic":"ecommerce-alerts","maxMessages":10}'
  npx sls ecom stream status --stage local
  npx sls ecom windows get --stage local
  npx sls remove --stage local
Ctrl-C stops the local cloud and deletes everything in it.
`;

function readArguments(args: readonly string[]) {
  const fix = 'Run `npm run cloud -- --help` for the options.';
  const declared = {
    port: { type: 'string' },
    record: { type: 'string' },
    's3-latency': { type: 'string' },
    debug: { type: 'boolean' },
  } as const;
  const { values } = parseArguments(args, declared, fix, 'options');
  return {
    port: numberOf('--port', values.port, { min: 0, max: 65_535, whole: true }, fix) ?? 0,
    record: values.record,
    s3LatencyMs:
      numberOf('--s3-latency', values['s3-latency'], { min: 0, max: 10_000, whole: true }, fix) ?? 0,
  };
}

/** `npm run cloud`: runs the local cloud until Ctrl-C. */
export async function main(args: readonly string[]): Promise<number> {
  const { port, record, s3LatencyMs } = readArguments(args);
  refuseSecondCloud();
  const say = (line: string): void => {
    process.stderr.write(`${line}\n`);
  };
  const cloud = await startCloud({
    port,
    s3LatencyMs,
    onProgress: say,
    ...(record === undefined ? {} : { record }),
  });
  const withdraw = announceCloud(cloud.endpoint);
  const interruption = listenForInterruption(() => say('Stopping'));
  try {
    process.stdout.write(`The local cloud is at ${cloud.endpoint}, its logs below ${cloud.folder}\n${next}`);
    const broken = await Promise.race([
      interruption.happened() ? undefined : once(interruption.signal, 'abort').then(() => undefined),
      cloud.broken,
    ]);
    if (broken !== undefined)
      throw new EcomError('ECOM_CLOUD_BROKEN', {
        what: `${broken} has ended, and with it the local cloud`,
        where: cloud.folder,
        fix: 'Its log says why; start the local cloud again.',
      });
  } finally {
    withdraw();
    await cloud.stop();
    interruption.dispose();
  }
  return interruptedCode;
}
