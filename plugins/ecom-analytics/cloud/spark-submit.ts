/** A `spark-submit` as a step asks for it, taken apart so that it can be run on this machine. */
export interface SparkSubmit {
  /** Options that take a value, in their order; an option may come several times. */
  readonly options: readonly (readonly [name: string, value: string])[];
  /** Options without a value. */
  readonly flags: readonly string[];
  /** The job: a Python file or a jar. */
  readonly application: string;
  /** What the job itself is called with. */
  readonly arguments: readonly string[];
}

/** https://spark.apache.org/docs/latest/submitting-applications.html; `spark-submit --help` lists them. */
const withoutValue = ['--verbose', '-v', '--supervise'];

/** Where the cluster's machines and YARN are meant: there is but this machine. */
const ofTheCluster = [
  '--master',
  '--deploy-mode',
  '--queue',
  '--num-executors',
  '--executor-cores',
  '--total-executor-cores',
  '--executor-memory',
  '--driver-cores',
];

/** Settings for the same: Python is the one that PySpark was installed for. */
const settingsOfTheCluster = /^spark\.(yarn\.|pyspark\.|master=|submit\.deployMode=|driver\.bindAddress=)/;

/** Options that list files. */
export const fileOptions: readonly string[] = ['--jars', '--py-files', '--files', '--archives'];

/** Takes the arguments of `spark-submit` apart, its own name left out. Undefined where they name no job. */
export function readSparkSubmit(args: readonly string[]): SparkSubmit | undefined {
  const options: [string, string][] = [];
  const flags: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? '';
    if (!word.startsWith('-')) return { options, flags, application: word, arguments: args.slice(at + 1) };
    const [, name, inline] = /^(--[\w-]+)=(.*)$/s.exec(word) ?? [];
    if (withoutValue.includes(word)) flags.push(word);
    else if (name !== undefined && inline !== undefined) options.push([name, inline]);
    else options.push([word, args[++at] ?? '']);
  }
  return undefined;
}

function isOfTheCluster([name, value]: readonly [string, string]): boolean {
  return ofTheCluster.includes(name) || (name === '--conf' && settingsOfTheCluster.test(value));
}

/** Every `s3://` URI that must be a file of this machine before the job can start: its code, not what it reads itself. */
export function filesToFetch(submit: SparkSubmit): string[] {
  const listed = submit.options.filter(([name]) => fileOptions.includes(name));
  const all = [...listed.flatMap(([, value]) => value.split(',')), submit.application];
  return [...new Set(all.filter((uri) => uri.startsWith('s3://')))];
}

/**
 * The arguments for this machine.
 *
 * @param first options that the step may override
 * @param last options that it may not
 * @param fetched where the files of {@link filesToFetch} lie now
 */
export function localArguments(
  submit: SparkSubmit,
  first: readonly string[],
  last: readonly string[],
  fetched: ReadonlyMap<string, string>,
): string[] {
  const here = (uri: string): string => fetched.get(uri) ?? uri;
  const own = submit.options
    .filter((option) => !isOfTheCluster(option))
    .flatMap(([name, value]) => [
      name,
      fileOptions.includes(name) ? value.split(',').map(here).join(',') : value,
    ]);
  return [...first, ...own, ...submit.flags, ...last, here(submit.application), ...submit.arguments];
}
