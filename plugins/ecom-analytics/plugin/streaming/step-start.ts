import { createHash } from 'node:crypto';
import type { PipelineDefinition } from '../../core/pipeline.ts';
import { emitSpec } from '../../core/spec.ts';
import { type SettingsSource, type StreamingSettings, streamingSettings } from '../../job/job-settings.ts';
import { findRelease, sparkLines } from '../../job/releases.ts';
import type { StageConfig } from '../config/schema.ts';
import type { Artifact } from './artifact.ts';
import { type Application, checkpointFolder, controlFolder, statusKey } from './keys.ts';

/** What a step is started from. */
export interface StartInput {
  readonly application: Application;
  readonly config: StageConfig;
  /** With the stage's topics and rules. */
  readonly definition: PipelineDefinition;
  readonly release: string;
  readonly clusterArn: string;
  readonly bootstrapServers: string;
  readonly dataBucket: string;
  readonly artifactsBucket: string;
  readonly artifact: Artifact;
  readonly checkpoint: number;
  /** Of a new checkpoint, where it is not the configuration's. */
  readonly startingOffsets?: 'earliest' | 'latest' | undefined;
  /** `none` only for the plain broker of the local cloud. */
  readonly auth: 'iam' | 'none';
}

/** All that tells one start from another, its generation apart. */
export interface StepStart {
  readonly settings: StreamingSettings;
  /** Of `spark-submit`; `{settings}` stands for the URI of the settings. */
  readonly args: readonly string[];
  readonly hash: string;
}

/** How a stage's order alerts are computed; `auto` is what the release does best. */
export function alertsMode(config: StageConfig, release: string): 'micro-batch' | 'realtime' {
  const { alerts } = config.streaming;
  if (alerts !== 'auto') return alerts;
  return sparkLines[findRelease(release).line].realtime ? 'realtime' : 'micro-batch';
}

/** The Spark applications of a stage. */
export function stageApplications(config: StageConfig, release: string): Application[] {
  return alertsMode(config, release) === 'realtime' ? ['pipeline', 'alerts'] : ['pipeline'];
}

/** The settings of an application, its generation apart, with the fingerprint of what its checkpoint cannot survive. */
export function settingsOf(
  input: Omit<StartInput, 'artifact' | 'bootstrapServers' | 'auth' | 'checkpoint' | 'artifactsBucket'>,
): StreamingSettings {
  const { config, definition, application } = input;
  const { streaming } = config;
  const choices: SettingsSource['choices'] = {
    application,
    alerts: alertsMode(config, input.release),
    triggerSeconds: streaming.triggerSeconds,
    maxOffsetsPerTrigger: streaming.maxOffsetsPerTrigger,
    startingOffsets: input.startingOffsets ?? streaming.startingOffsets,
    stateStore: streaming.stateStore,
    shufflePartitions: streaming.shufflePartitions,
    spark: streaming.spark,
  };
  return streamingSettings({
    spec: emitSpec(definition),
    sparkLine: findRelease(input.release).line,
    output: `s3://${input.dataBucket}`,
    cluster: input.clusterArn,
    choices,
  });
}

function submitArguments(input: StartInput): string[] {
  const { application, artifact, artifactsBucket, dataBucket, checkpoint } = input;
  const code = (key: string): string => `s3://${artifactsBucket}/${key}`;
  const data = (key: string): string => `s3://${dataBucket}/${key}`;
  const spark = { 'spark.yarn.maxAppAttempts': '1', ...input.config.streaming.spark };
  return [
    'spark-submit',
    '--master',
    'yarn',
    '--deploy-mode',
    'cluster',
    '--name',
    application,
    '--jars',
    artifact.jars.map(({ key }) => code(key)).join(','),
    '--py-files',
    code(artifact.packageKey),
    ...Object.entries(spark).flatMap(([name, value]) => ['--conf', `${name}=${value}`]),
    code(artifact.jobKey),
    '--spec',
    code(artifact.specKey),
    '--settings',
    '{settings}',
    '--kafka-servers',
    input.bootstrapServers,
    '--output',
    `s3://${dataBucket}`,
    '--checkpoint',
    data(checkpointFolder(application, checkpoint)),
    '--auth',
    input.auth,
    '--status',
    data(statusKey(application)),
    '--control',
    data(controlFolder(application)),
  ];
}

/** Makes out how an application is started: its settings with their fingerprint, its arguments, and a hash of both. */
export function makeStart(input: StartInput): StepStart {
  const settings = settingsOf(input);
  const args = submitArguments(input);
  const hash = createHash('sha256')
    .update(JSON.stringify([settings, args]))
    .digest('hex');
  return { settings, args, hash };
}
