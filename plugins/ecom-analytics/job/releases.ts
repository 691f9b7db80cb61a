import { EcomError } from '../core/error.ts';

/** What belongs together on one line of Spark. A wrong pairing fails at run time in ways that name neither side. */
export interface SparkLine {
  /** The release of Spark that the connector jars were built for, and that runs on one machine. */
  readonly spark: string;
  readonly scala: '2.12' | '2.13';
  /** Real-time mode exists. */
  readonly realtime: boolean;
  /**
   * As package URLs; `jars.lock.json` holds their sums. `spark-hadoop-cloud` has the checkpoint file manager that writes an
   * object of S3 once, in place of a temporary one and a copy.
   */
  readonly jars: readonly string[];
}

/** Its plain jar lacks the AWS SDK, hence the classifier. */
const iamAuth = 'pkg:maven/software.amazon.msk/aws-msk-iam-auth@2.3.9?classifier=all';

/** The lines that are supported and tested. Only artifacts that public repositories hold can stand here. */
export const sparkLines = {
  '4.1': {
    spark: '4.1.1',
    scala: '2.13',
    realtime: true,
    jars: [
      'pkg:maven/org.apache.spark/spark-sql-kafka-0-10_2.13@4.1.1',
      'pkg:maven/org.apache.spark/spark-hadoop-cloud_2.13@4.1.1',
      'pkg:maven/org.apache.spark/spark-token-provider-kafka-0-10_2.13@4.1.1',
      'pkg:maven/org.apache.kafka/kafka-clients@3.9.1',
      'pkg:maven/org.apache.commons/commons-pool2@2.12.1',
      iamAuth,
    ],
  },
  '4.0': {
    spark: '4.0.2',
    scala: '2.13',
    realtime: false,
    jars: [
      'pkg:maven/org.apache.spark/spark-sql-kafka-0-10_2.13@4.0.2',
      'pkg:maven/org.apache.spark/spark-hadoop-cloud_2.13@4.0.2',
      // There is no token provider 4.0.1 or 4.0.2 to be had.
      'pkg:maven/org.apache.spark/spark-token-provider-kafka-0-10_2.13@4.0.0',
      'pkg:maven/org.apache.kafka/kafka-clients@3.9.1',
      'pkg:maven/org.apache.commons/commons-pool2@2.12.0',
      iamAuth,
    ],
  },
  '3.5': {
    spark: '3.5.7',
    scala: '2.12',
    realtime: false,
    jars: [
      'pkg:maven/org.apache.spark/spark-sql-kafka-0-10_2.12@3.5.7',
      'pkg:maven/org.apache.spark/spark-hadoop-cloud_2.12@3.5.7',
      'pkg:maven/org.apache.spark/spark-token-provider-kafka-0-10_2.12@3.5.7',
      'pkg:maven/org.apache.kafka/kafka-clients@3.4.1',
      'pkg:maven/org.apache.commons/commons-pool2@2.11.1',
      iamAuth,
    ],
  },
} as const satisfies Record<string, SparkLine>;

export type SparkLineName = keyof typeof sparkLines;

/** The line that a machine runs where none is asked for. */
export const defaultSparkLine: SparkLineName = '4.1';

/** An EMR release that is supported. */
export interface Release {
  readonly line: SparkLineName;
  /** The release of Spark on it. Patch releases of a line share its connector. */
  readonly spark: string;
  /** `Applications` of the cluster. On 8.x YARN and HDFS come with Spark, and naming them is refused. */
  readonly applications: readonly string[];
  /** What `spark.pyspark.python` must be set to; null where the default is new enough. */
  readonly pysparkPython: string | null;
}

const spark3 = {
  line: '3.5',
  applications: ['Hadoop', 'Spark'],
  pysparkPython: 'python3.11',
} as const;

/** EMR on EC2. https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-release-app-versions-7.x.html */
export const releases: Readonly<Record<string, Release>> = {
  'emr-spark-8.1.0': { line: '4.1', spark: '4.1.1', applications: ['Spark'], pysparkPython: null },
  'emr-spark-8.0.0': { line: '4.0', spark: '4.0.2', applications: ['Spark'], pysparkPython: null },
  'emr-7.14.0': { ...spark3, spark: '3.5.8', pysparkPython: null },
  'emr-7.13.0': { ...spark3, spark: '3.5.6', pysparkPython: null },
  'emr-7.12.0': { ...spark3, spark: '3.5.6' },
  'emr-7.11.0': { ...spark3, spark: '3.5.6' },
};

export const defaultRelease = 'emr-spark-8.1.0';

/** Why a release that the table does not have is not supported, as a sentence without a full stop. */
export function unsupported(name: string): string {
  return /^emr-[1-6]\./.test(name)
    ? `EMR release ${name} is too old: up to emr-6.15.0 it brings Spark 3.4.1 or older, and Java 8`
    : `EMR release ${name} is not in the table of releases`;
}

/**
 * Looks up a release.
 *
 * @throws EcomError `ECOM_EMR_RELEASE` for one that is not supported, with the reason
 */
export function findRelease(name: string): Release {
  const release = releases[name];
  if (release !== undefined) return release;
  throw new EcomError('ECOM_EMR_RELEASE', {
    what: unsupported(name),
    where: 'job/releases.ts of ecom-analytics',
    fix: `Use ${defaultRelease}, or one of ${Object.keys(releases).slice(1).join(', ')}.`,
  });
}

/**
 * Whether jars belong to a line, by the package URLs they were locked with.
 *
 * @throws EcomError `ECOM_JAR_LINE` for a connector of another line, which would fail at run time
 */
export function checkJars(lineName: SparkLineName, purls: readonly string[]): void {
  const wanted: readonly string[] = sparkLines[lineName].jars;
  const foreign = purls.find((purl) => !wanted.includes(purl));
  const missing = wanted.find((purl) => !purls.includes(purl));
  if (foreign === undefined && missing === undefined) return;
  throw new EcomError('ECOM_JAR_LINE', {
    what:
      foreign === undefined
        ? `Spark ${lineName} lacks the jar ${missing}`
        : `The jar ${foreign} does not belong to Spark ${lineName}`,
    where: 'job/releases.ts of ecom-analytics',
    fix: `Use exactly ${wanted.join(', ')}.`,
  });
}
