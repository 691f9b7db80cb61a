import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import {
  AddJobFlowStepsCommand,
  AddTagsCommand,
  CancelStepsCommand,
  DescribeClusterCommand,
  DescribeStepCommand,
  EMRClient,
  ListStepsCommand,
  type Step,
  type StepCancellationOption,
  type StepState,
} from '@aws-sdk/client-emr';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithSpark } from '../requirement.ts';
import { bucket, clientOf, clusterId, type EmrCloud, startEmrCloud } from './emr-cloud.ts';

/** Reads JSON lines and writes them back, with a sum: what it reads and writes is `s3://`. */
const sumScript = `
import sys
from pyspark.sql import SparkSession
spark = SparkSession.builder.getOrCreate()
rows = spark.read.json(sys.argv[1])
rows.groupBy().sum("amount").write.mode("overwrite").json(sys.argv[2])
print("rows", rows.count())
`;
const failingScript = `
import sys
from pyspark.sql import SparkSession
SparkSession.builder.getOrCreate()
sys.exit("The shop is closed")
`;
const endlessScript = `
import sys, time
from pyspark.sql import SparkSession
SparkSession.builder.getOrCreate().range(1).write.json(sys.argv[1])
time.sleep(600)
`;

describeWithSpark('EMR on the local cloud', () => {
  let cloud: EmrCloud;
  let emr: EMRClient;

  beforeAll(async () => {
    cloud = await startEmrCloud();
    emr = new EMRClient(clientOf(cloud.front));
    await cloud.put('jobs/sum.py', sumScript);
    await cloud.put('jobs/failing.py', failingScript);
    await cloud.put('jobs/endless.py', endlessScript);
    await cloud.put('in/orders.json', '{"amount": 2}\n{"amount": 40}\n');
  });

  afterAll(async () => {
    emr?.destroy();
    await cloud?.stop();
  });

  const logOf = async (id: string, log: string): Promise<string> =>
    gunzipSync(await cloud.bytesOf(`logs/${clusterId}/steps/${id}/${log}.gz`)).toString();

  const add = async (args: string[]): Promise<string> => {
    const HadoopJarStep = { Jar: 'command-runner.jar', Args: args };
    const { StepIds } = await emr.send(
      new AddJobFlowStepsCommand({
        JobFlowId: clusterId,
        Steps: [{ Name: 'test', ActionOnFailure: 'CONTINUE', HadoopJarStep }],
      }),
    );
    return StepIds?.[0] ?? '';
  };
  const onYarn = ['spark-submit', '--master', 'yarn', '--deploy-mode', 'cluster', '--num-executors', '2'];
  const submit = (job: string, ...args: string[]) => add([...onYarn, `s3://${bucket}/jobs/${job}`, ...args]);

  const describe = async (StepId: string): Promise<Step> => {
    const { Step } = await emr.send(new DescribeStepCommand({ ClusterId: clusterId, StepId }));
    return Step ?? {};
  };
  const reaches = async (id: string, ...states: string[]): Promise<Step> => {
    for (;;) {
      const step = await describe(id);
      if (states.includes(step.Status?.State ?? '')) return step;
      await delay(200);
    }
  };
  const ended = (id: string) => reaches(id, 'COMPLETED', 'FAILED', 'CANCELLED');

  it('describes its cluster, and refuses another one', async () => {
    const { Cluster } = await emr.send(new DescribeClusterCommand({ ClusterId: clusterId }));
    expect(Cluster).toMatchObject({
      ReleaseLabel: 'emr-spark-8.1.0',
      LogUri: `s3n://${bucket}/logs/`,
      Status: { State: 'WAITING' },
    });
    await expect(emr.send(new DescribeClusterCommand({ ClusterId: 'j-OTHER' }))).rejects.toMatchObject({
      name: 'InvalidRequestException',
      message: "Cluster id 'j-OTHER' is not valid.",
    });
    await expect(describe('s-OTHER')).rejects.toMatchObject({ name: 'InvalidRequestException' });
  });

  it('refuses what the model does not allow, and answers 501 to what it does not do', async () => {
    const long = 'x'.repeat(300);
    await expect(emr.send(new ListStepsCommand({ ClusterId: long }))).rejects.toMatchObject({
      name: 'ValidationException',
      message: /above 256/,
    });
    const tagging = emr.send(new AddTagsCommand({ ResourceId: clusterId, Tags: [] }));
    await expect(tagging).rejects.toMatchObject({ $metadata: { httpStatusCode: 501 } });
    await expect(add(['hadoop', 'fs', '-ls'])).rejects.toMatchObject({ $metadata: { httpStatusCode: 501 } });
    const { Steps } = await emr.send(new ListStepsCommand({ ClusterId: clusterId }));
    expect(Steps).toEqual([]);
  });

  it('runs a job that reads and writes s3://, and brings its logs', async () => {
    const id = await submit('sum.py', `s3://${bucket}/in/`, `s3://${bucket}/out`);
    expect(await ended(id)).toMatchObject({ Status: { State: 'COMPLETED' } });
    expect(cloud.changes.filter(({ stepId }) => stepId === id).map(({ state }) => state)).toEqual([
      'RUNNING',
      'COMPLETED',
    ]);
    expect(await logOf(id, 'stdout')).toContain('rows 2');
  });

  it('tells why a job failed', async () => {
    const id = await submit('failing.py');
    const step = await ended(id);
    expect(step.Status).toMatchObject({
      State: 'FAILED',
      FailureDetails: { LogFile: `s3://${bucket}/logs/${clusterId}/steps/${id}/stderr.gz` },
    });
    expect(step.Status?.FailureDetails?.Message).toContain('The shop is closed');
  });

  it('fails a step whose files are not there', async () => {
    const step = await ended(await submit('absent.py'));
    expect(step.Status?.State).toBe('FAILED');
    expect(step.Status?.FailureDetails?.Message).toContain(`s3://${bucket}/jobs/absent.py`);
  });

  /** Its job is at work, which is later than the step being RUNNING. */
  const works = async (id: string, folderKey: string): Promise<number> => {
    for (;;) {
      const found = await cloud.bytesOf(`${folderKey}/_SUCCESS`).catch(() => undefined);
      if (found !== undefined) break;
      await delay(200);
    }
    const controller = await readFile(path.join(cloud.folder, 'steps', id, 'controller'), 'utf8');
    return Number(/is process (\d+)/.exec(controller)?.[1]);
  };
  const cancel = async (StepIds: string[], StepCancellationOption?: StepCancellationOption) => {
    const asked = { ClusterId: clusterId, StepIds, StepCancellationOption };
    return (await emr.send(new CancelStepsCommand(asked))).CancelStepsInfoList;
  };
  const processLives = (pid: number): boolean => spawnSync('kill', ['-0', String(pid)]).status === 0;

  it('runs one step at a time, and cancels both a running and a waiting one', async () => {
    const running = await submit('endless.py', `s3://${bucket}/first`);
    const waiting = await submit('endless.py', `s3://${bucket}/second`);
    const pid = await works(running, 'first');
    expect(processLives(pid)).toBe(true);
    const StepStates: StepState[] = ['PENDING', 'RUNNING'];
    const alive = await emr.send(new ListStepsCommand({ ClusterId: clusterId, StepStates }));
    expect(alive.Steps?.map(({ Id, Status }) => [Id, Status?.State])).toEqual([
      [waiting, 'PENDING'],
      [running, 'RUNNING'],
    ]);
    const asked = await cancel([waiting, running]);
    expect(asked?.map(({ Status }) => Status)).toEqual(['SUBMITTED', 'SUBMITTED']);
    expect((await ended(waiting)).Status?.State).toBe('CANCELLED');
    expect((await ended(running)).Status?.State).toBe('CANCELLED');
    expect(processLives(pid)).toBe(false);
    expect(await cancel([running])).toMatchObject([{ StepId: running, Status: 'FAILED' }]);
  });

  it('ends by force a step that is asked to', async () => {
    const id = await submit('endless.py', `s3://${bucket}/third`);
    const pid = await works(id, 'third');
    await cancel([id], 'TERMINATE_PROCESS');
    expect((await ended(id)).Status?.State).toBe('CANCELLED');
    expect(processLives(pid)).toBe(false);
    expect(await logOf(id, 'controller')).toContain('SIGKILL');
  });
});
