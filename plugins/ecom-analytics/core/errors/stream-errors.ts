import type { ErrorEntries } from './error-entry.ts';

export const stream = {
  ECOM_CHECKPOINT: {
    means:
      'The deployed stream has a checkpoint that does not fit what you want to deploy: Spark would resume from it and write wrong rows. Nothing was stopped or changed.',
    causes: [
      'other windows, watermark or deduplication',
      'a rule over a customer that was added, changed or removed',
      'another orders topic, cluster or bucket',
      'other `shufflePartitions` or `stateStore`, or another line of Spark',
    ],
    fix: 'Undo the change that the message names, or begin a new checkpoint with `--new-checkpoint latest` or `earliest`.',
    see: 'troubleshoot.md#checkpoint-recovery',
  },
  ECOM_COMPACTION_FAILED: {
    means: 'Joining the window files of an hour failed. No row is lost.',
    causes: [
      'files in the folder that the stream did not write',
      'a cluster that ended during the compaction',
      'a bucket that could not be read or written',
    ],
    fix: 'Run it again: it resumes where it stopped. If it fails again, look at the files of the hour that the message names.',
    see: 'operate.md#tune',
  },
  ECOM_COMPACTION_SLOW: {
    means:
      'The compaction has not ended in the time that the command waits for it. It continues without the command.',
    causes: [
      'no room on the EMR cluster beside the stream: the step stays `PENDING`, or YARN does not start it',
      'very many files',
    ],
    fix: 'Look at the step in the EMR console. If it does not start, give the cluster more cores, or compact fewer hours at once with `--since` and `--before`.',
    see: 'operate.md#tune',
  },
  ECOM_EMR_ENDED: {
    means: 'The EMR cluster of the stage has ended, so no step can run on it.',
    causes: [
      'nothing ran on it for `emr.create.idleMinutes`',
      'somebody ended it',
      'a failure of AWS, which the message quotes',
    ],
    fix: 'Deploy the stage: it makes another cluster, and the stream resumes from its checkpoint. For an existing cluster, name another one in `emr.existing.clusterId`.',
    see: 'operate.md#the-stream',
  },
  ECOM_EMR_ENDING: {
    means: 'While the stage was removed, its EMR cluster did not end in time.',
    causes: ['a step that does not stop', 'termination protection'],
    fix: 'Look at the cluster in the EMR console, then remove the stage again; it resumes where it stopped.',
    see: 'deploy.md#remove-a-stage',
  },
  ECOM_EMR_RELEASE_MISMATCH: {
    means:
      'The EMR cluster runs another release than the configuration names, and the job’s connector would not fit.',
    causes: [
      '`release` of an existing cluster is set wrongly',
      'the cluster was made before `release` was changed',
    ],
    fix: 'Set `release` to what the cluster runs, or replace the cluster.',
    see: 'configuration.md',
  },
  ECOM_STEP_FILE: {
    means: 'The local cloud cannot fetch a file that a step needs from its S3.',
    causes: ['a step that was submitted without a deploy'],
    fix: 'Deploy the stage `local`, which uploads the files.',
    see: 'running-locally.md#try-a-stage-without-aws',
  },
  ECOM_STEP_RECORD: {
    means:
      'The record of the streaming step, which the plugin keeps in a bucket of the stage, cannot be read.',
    causes: ['a newer version of the plugin wrote it', 'somebody changed the object'],
    fix: 'Update ecom-analytics to the version that deployed the stage last.',
  },
  ECOM_STREAM_FAILED: {
    means:
      'The streaming step ended instead of running. The message quotes the driver’s last error, with its own code where it has one.',
    causes: [
      'a topic that does not exist or a role that may not see it',
      'a checkpoint that does not fit',
      'a cluster without room for the job',
    ],
    fix: 'Look up the code of the quoted error. `sls ecom stream logs` shows more, and `sls ecom stream start` tries again.',
    see: 'operate.md#the-stream',
  },
  ECOM_STREAM_ILL: {
    means: '`sls ecom doctor` found the streaming step not running, or its job not giving a sign of life.',
    causes: [
      'the step was stopped',
      'the job failed and was not restarted any more after `streaming.maxRestarts`',
    ],
    fix: 'Read `sls ecom stream logs`, fix what it says, and run `sls ecom stream start`.',
    see: 'operate.md#the-stream',
  },
  ECOM_STREAM_NEVER_STARTED: {
    means: 'The command needs a stream that has run, and the stage has never started one.',
    causes: ['a deploy that was interrupted before it started the stream'],
    fix: 'Run `sls ecom stream start`, or deploy again.',
    see: 'operate.md#the-stream',
  },
  ECOM_STREAM_RACE: {
    means:
      'Another deploy, another person or the watch function started or stopped the stream at the same moment.',
    causes: [],
    fix: 'Run the command again: it starts from what the other one did.',
    see: 'operate.md#the-stream',
  },
  ECOM_STREAM_SLOW: {
    means: 'The step was started but its job did not give a sign of life in time.',
    causes: [
      'a cluster that is still starting',
      'no room on the cluster, because another application holds it',
      'a large checkpoint that takes long to load',
    ],
    fix: 'Look at `sls ecom stream status` and `sls ecom stream logs`. If it only needs longer, raise `streaming.startTimeoutSeconds`.',
    see: 'operate.md#the-stream',
  },
  ECOM_STREAM_STOP: {
    means:
      'The running step does not stop, although it was asked to, interrupted and ended. Nothing was started beside it.',
    causes: ['a driver or YARN that hangs'],
    fix: 'End its YARN application on the cluster with `yarn application -kill`, then run the command again.',
    see: 'troubleshoot.md#checkpoint-recovery',
  },
  ECOM_WINDOWS_MOVING: {
    means:
      'Window files disappeared while they were being copied, on every try. What was copied is incomplete.',
    causes: ['a compaction that joins the same files'],
    fix: 'Run the command again when the compaction has ended.',
    see: 'operate.md#the-windows',
  },
} satisfies ErrorEntries;
