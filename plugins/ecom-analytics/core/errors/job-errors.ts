import type { ErrorEntries } from './error-entry.ts';

export const job = {
  ECOM_BUG: {
    means: 'The streaming job failed with an error that nobody foresaw. The message has the cause.',
    causes: ['a mistake in the job', 'a setting under `streaming.spark` that does not work with it'],
    fix: '`sls ecom stream logs` has the traceback, on your machine it is in `spark.log`. Report it with its first lines.',
    see: 'operate.md#logs',
  },
  ECOM_CHECKPOINT_DAMAGED: {
    means: 'A file of the checkpoint is missing or cannot be read.',
    causes: [
      'somebody changed or removed objects below `checkpoints/`',
      'a lifecycle rule of the bucket removed them',
    ],
    fix: 'Restore the file that the message names. Otherwise begin a new checkpoint with `sls ecom stream reset-checkpoint`.',
    see: 'troubleshoot.md#checkpoint-recovery',
  },
  ECOM_CHECKPOINT_FOREIGN: {
    means: 'The folder of the checkpoint holds one of another program.',
    causes: ['a `--checkpoint` that another Spark job uses'],
    fix: 'Name another `--checkpoint`, or begin a new one with `sls ecom stream reset-checkpoint`.',
    see: 'troubleshoot.md#checkpoint-recovery',
  },
  ECOM_CHECKPOINT_INCOMPATIBLE: {
    means: 'The checkpoint was made for another definition. The job stopped before it wrote wrong rows.',
    causes: [
      'windows, rules over a customer or settings changed under a running checkpoint',
      'a local run with Spark into a folder of another definition',
    ],
    fix: 'Go back to the old definition, or begin a new checkpoint.',
    see: 'troubleshoot.md#checkpoint-recovery',
  },
  ECOM_CHECKPOINT_MISSING: {
    means:
      'The compaction found no checkpoint of the streaming job, and so cannot know which hours are closed.',
    causes: ['a `--checkpoint` that is not the running job’s', 'a stream that has not run a batch yet'],
    fix: 'Start the compaction with `sls ecom stream compact`, which knows the folders, or name the job’s `--checkpoint`.',
    see: 'operate.md#tune',
  },
  ECOM_CHECKPOINT_NO_WINDOWS: {
    means: 'The compaction was given the checkpoint of an application that computes no windows.',
    causes: ['the checkpoint of the real-time alerts'],
    fix: 'Start it with `sls ecom stream compact`, or name the `--checkpoint` of the application `pipeline`.',
    see: 'operate.md#tune',
  },
  ECOM_CHECKPOINT_UNWRITABLE: {
    means: 'The job can neither read nor write its checkpoint or its control folder.',
    causes: [
      'the instance role lacks permissions on the data bucket',
      'a bucket that does not exist, or a wrong path',
    ],
    fix: 'Deploy the stage again, which grants the role what it needs. For an existing bucket, check its policy and its key.',
  },
  ECOM_COMPACTION_JOURNAL: {
    means:
      'A compaction that was interrupted left a journal that this version cannot read. No file was touched.',
    causes: ['another version of ecom-analytics began the compaction'],
    fix: 'Finish it with the version that began it.',
    see: 'operate.md#tune',
  },
  ECOM_DATA_LOSS: {
    means:
      'Kafka no longer has records that the job has yet to read, so the job stopped rather than leave them out silently.',
    causes: [
      'the stream was down for longer than the topic keeps its records',
      'the topic was deleted and made again',
      'records were deleted by hand',
    ],
    fix: 'Begin a new checkpoint with `sls ecom stream reset-checkpoint`, and raise `topics.orders.retentionHours` so that an outage fits into it.',
    see: 'troubleshoot.md#checkpoint-recovery',
  },
  ECOM_FENCED: {
    means:
      'A newer start of the job has taken over, and the older one stopped without writing. Nothing is lost.',
    causes: ['a deploy or restart while the older job was cut off from the network or suspended'],
    fix: 'Nothing: the newer job resumed from the same checkpoint.',
    see: 'troubleshoot.md#checkpoint-recovery',
  },
  ECOM_INPUT_UNREADABLE: {
    means: 'The job cannot read its settings or its pipeline spec.',
    causes: ['the file does not exist or the role may not read it', 'the job was started without a deploy'],
    fix: 'Deploy the stage, which writes both files and names them to the job.',
  },
  ECOM_JAR_LINE: {
    means: 'The Kafka connector belongs to another version of Spark or Scala than the one that runs.',
    causes: [
      '`emr.existing.release` is not what the cluster runs',
      'a connector among the cluster’s own jars',
    ],
    fix: 'Set the release to what the cluster runs. By hand, submit the job with exactly the jars that the message names.',
  },
  ECOM_JAR_MISSING: {
    means: 'Spark was started without a jar that the job needs.',
    causes: ['the job was submitted by hand, with fewer `--jars`', 'a jar that YARN could not download'],
    fix: 'Start the job with `sls ecom stream start`, which submits every jar, or add what the message names.',
  },
  ECOM_JAVA_TOO_OLD: {
    means: 'The Java that was found is older than 17.',
    causes: [
      '`JAVA_HOME` or the `PATH` leads to an older Java',
      'an EMR release whose Spark runs on Java 8 or 11',
    ],
    fix: 'Install Java 17 or 21 and let `JAVA_HOME` name it. On EMR, use a release that the job supports.',
    see: 'running-locally.md#real-kafka-and-real-spark',
  },
  ECOM_NODE_INSTALL: {
    means:
      'The bootstrap action could not install Python or Java on a node of the EMR cluster, which then does not start.',
    causes: [
      'a private subnet without the S3 gateway endpoint',
      'an endpoint policy that does not allow the repositories of Amazon Linux',
    ],
    fix: 'Allow the repositories in the endpoint’s policy, or give the subnet a NAT; the lines above the message say what `dnf` missed.',
  },
  ECOM_NODE_LACKS: {
    means: '`bootstrap.sh --check` found that a node lacks the Python or the Java that the job needs.',
    causes: ['an EMR release that has neither'],
    fix: 'Run `bootstrap.sh` without `--check`, which installs them, or use another release.',
  },
  ECOM_OUTPUT_FOREIGN: {
    means: 'The compaction was pointed at another folder than the one that the checkpoint’s job writes to.',
    causes: ['an `--output` that is spelled differently, for example `s3a://` in place of `s3://`'],
    fix: 'Start it with `sls ecom stream compact`, or name the `--output` exactly as the job was started with it.',
    see: 'operate.md#tune',
  },
  ECOM_OUTPUT_UNWRITABLE: {
    means: 'The folder of the window files cannot be written.',
    causes: [
      'the instance role lacks permissions on the data bucket',
      'a bucket policy or a key that refuses it',
      'a full or read-only disk',
    ],
    fix: 'Check the path and the permissions of the machine’s role, then start the job again.',
  },
  ECOM_OUTPUT_WAITS: {
    means: 'The running job cannot write window files at the moment. It keeps trying, and no row is lost.',
    causes: ['a disturbance of S3', 'permissions that were taken away while the job ran', 'a full disk'],
    fix: 'Usually nothing. If it stays, fix what the message quotes; the job writes the waiting files by itself.',
    see: 'operate.md#the-stream',
  },
  ECOM_PYTHON_TOO_OLD: {
    means: 'The Python that was found is older than 3.10.',
    causes: [
      '`python3` on the `PATH` is an old one',
      '`ECOM_PYTHON` names one',
      'on EMR, the driver runs another Python than `spark.pyspark.python` should name',
    ],
    fix: 'Install Python 3.10 or later and let `ECOM_PYTHON` name it. On EMR, use a release that the job supports.',
    see: 'running-locally.md#real-kafka-and-real-spark',
  },
  ECOM_QUERY_FAILED: {
    means:
      'A query failed: an SQL query of `npm run query`, or one of the streaming job’s. The message quotes the reason.',
    causes: [
      'in SQL, a typing error in a column or a view',
      'in the job, a record with an impossible time, or a setting under `streaming.spark`',
    ],
    fix: 'In SQL, compare with the columns that the message lists. In the job, `sls ecom stream logs` shows the whole error.',
    see: 'troubleshoot.md#a-record-with-an-impossible-time',
  },
  ECOM_QUERY_RESTARTS: {
    means:
      'A query of the running job failed and is started again, with growing pauses. It resumes from its checkpoint.',
    causes: ['brokers or S3 that do not answer for a while', 'an error that comes back at every start'],
    fix: 'Usually nothing. If it stays, `sls ecom stream logs` shows the error.',
    see: 'operate.md#the-stream',
  },
  ECOM_REALTIME_UNSUPPORTED: {
    means: '`streaming.alerts: realtime` was asked for with a Spark that has no real-time mode.',
    causes: ['an EMR release with Spark 4.0 or 3.5'],
    fix: 'Set `streaming.alerts` to `micro-batch`, or use a release with Spark 4.1.',
    see: 'operate.md#tune',
  },
  ECOM_SETTINGS_INVALID: {
    means: 'The settings that the job was started with are not of the form that it reads.',
    causes: ['a job and a plugin of different versions', 'a settings file that was changed by hand'],
    fix: 'Deploy or run again, so that one version writes and reads them.',
  },
  ECOM_SPARK_LINE: {
    means: 'The job’s settings were made for another version of Spark than the one that runs.',
    causes: ['`emr.existing.release` is not what the cluster runs', 'settings of another cluster'],
    fix: 'Set the release to what the cluster runs, and deploy again.',
    see: 'configuration.md',
  },
  ECOM_SPEC_INVALID: {
    means:
      'The pipeline spec, which describes your definition to Spark, is not of the form that the job reads.',
    causes: ['a job and a plugin of different versions', 'a spec file that was changed by hand'],
    fix: 'Deploy or run again, so that one version writes and reads it.',
  },
  ECOM_SPEC_VERSION: {
    means: 'The pipeline spec has another version than the job reads.',
    causes: ['a job and a plugin of different versions of ecom-analytics'],
    fix: 'Deploy or run again with one version.',
    see: 'updating.md',
  },
} satisfies ErrorEntries;
