import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { PipelineDefinition } from '../../plugins/ecom-analytics/core/pipeline.ts';
import { emitSpec } from '../../plugins/ecom-analytics/core/spec.ts';
import { type StreamingChoices, streamingSettings } from '../../plugins/ecom-analytics/job/job-settings.ts';
import { type Child, type ChildEnd, startChild } from '../../plugins/ecom-analytics/machine/child/child.ts';
import type { Installation } from '../../plugins/ecom-analytics/machine/spark/preparation.ts';
import { sparkEnvironment } from '../../plugins/ecom-analytics/machine/spark/pyspark.ts';
import { type RunStatus, readJobStatus } from '../../plugins/ecom-analytics/machine/spark/status-file.ts';
import { localMaster } from '../../plugins/ecom-analytics/machine/spark/streaming-job.ts';

const jobFile = fileURLToPath(new URL('../../emr/streaming_job.py', import.meta.url));

export interface TestJobOptions {
  readonly installation: Installation;
  readonly definition: PipelineDefinition;
  readonly bootstrapServers: string;
  /** Everything of the job lies below. */
  readonly folder: string;
  readonly choices?: Partial<StreamingChoices>;
  /** Arguments after, and so over, the usual ones. */
  readonly more?: readonly string[];
  readonly jars?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Default `checkpoint`, `out`: folders below `folder`. */
  readonly checkpoint?: string;
  readonly output?: string;
}

/** Options of `spark-submit` for one small machine. */
export const onThisMachine: readonly string[] = [
  ...['--master', localMaster, '--driver-memory', '1g', '--driver-java-options', '-XX:+UseSerialGC'],
  ...['--conf', 'spark.ui.enabled=false'],
];

/** A start of the streaming job, as a test steers it: it may be killed, stopped, and started again on the same folder. */
export class TestJob {
  readonly options: TestJobOptions;
  readonly child: Child;

  private constructor(options: TestJobOptions, child: Child) {
    this.options = options;
    this.child = child;
  }

  static async start(options: TestJobOptions): Promise<TestJob> {
    const { installation, definition, folder, choices = {}, jars = installation.jars } = options;
    await mkdir(path.join(folder, 'control'), { recursive: true });
    const at = (name: string): string => path.join(folder, name);
    const uri = (name: string): string => pathToFileURL(at(name)).href;
    const spec = emitSpec(definition);
    const output = uri(options.output ?? 'out');
    const settings = streamingSettings({
      spec,
      sparkLine: installation.line,
      output,
      cluster: 'test',
      choices: {
        triggerSeconds: 1,
        customerTriggerSeconds: 1,
        shufflePartitions: 2,
        idleTicks: false,
        ...choices,
      },
    });
    await writeFile(at('pipeline.json'), JSON.stringify(spec));
    await writeFile(at('settings.json'), JSON.stringify(settings));
    const child = await startChild(
      path.join(installation.pyspark.home, 'bin', 'spark-submit'),
      [
        ...onThisMachine,
        ...installation.localFiles,
        ...(jars.length === 0 ? [] : ['--jars', jars.map((jar) => pathToFileURL(jar).href).join(',')]),
        jobFile,
        ...['--spec', at('pipeline.json'), '--settings', at('settings.json')],
        ...['--kafka-servers', options.bootstrapServers],
        ...['--output', output, '--checkpoint', uri(options.checkpoint ?? 'checkpoint')],
        ...['--status', uri('status.json'), '--control', uri('control')],
        ...(options.more ?? []),
      ],
      {
        cwd: folder,
        logFile: at('spark.log'),
        env: { ...sparkEnvironment(installation.pyspark), ...options.env },
      },
    );
    return new TestJob(options, child);
  }

  get output(): string {
    return path.join(this.options.folder, this.options.output ?? 'out');
  }

  status(): Promise<RunStatus | null> {
    return readJobStatus(path.join(this.options.folder, 'status.json'));
  }

  /** Waits until a query has committed a batch that reads up to these offsets, and that was judged by this watermark. */
  async untilCommitted(query: string, offsets: readonly number[], watermarkMs: number): Promise<void> {
    const folder = path.join(this.options.folder, this.options.checkpoint ?? 'checkpoint', query);
    const wanted = JSON.stringify({ watermarkMs, offsets });
    let found = '';
    const deadline = Date.now() + 60_000;
    while (Date.now() < deadline && this.child.end === undefined) {
      const names = await readdir(path.join(folder, 'commits')).catch(() => []);
      const newest = Math.max(-1, ...names.filter((name) => /^\d+$/.test(name)).map(Number));
      await delay(50);
      if (newest < 0) continue;
      const [, batch = '', ends = ''] = (
        await readFile(path.join(folder, 'offsets', String(newest)), 'utf8')
      ).split('\n');
      const [ofTopic] = Object.values<Record<string, number>>(JSON.parse(ends));
      found = JSON.stringify({
        watermarkMs: JSON.parse(batch).batchWatermarkMs,
        offsets: offsets.map((_, partition) => ofTopic?.[partition]),
      });
      if (found === wanted) return;
    }
    throw new Error(`The query ${query} has not come to ${wanted}, but to ${found}`);
  }

  log(): Promise<string> {
    return readFile(path.join(this.options.folder, 'spark.log'), 'utf8');
  }

  /** Waits until the status says so; rejects with the end of the log when the job ends before. */
  async until(what: string, holds: (status: RunStatus) => boolean, withinMs = 120_000): Promise<RunStatus> {
    const deadline = Date.now() + withinMs;
    while (Date.now() < deadline) {
      const status = await this.status();
      if (status !== null && holds(status)) return status;
      if (this.child.end !== undefined) break;
      await delay(100);
    }
    const log = (await this.log()).split('\n').slice(-25).join('\n');
    throw new Error(`The job did not come to be ${what}: ${JSON.stringify(await this.status())}\n${log}`);
  }

  running(): Promise<RunStatus> {
    return this.until('running', ({ state }) => state === 'running');
  }

  /** Asks it to stop and waits for its end. */
  async stop(request: { readonly drain?: boolean; readonly generation?: number } = {}): Promise<ChildEnd> {
    const { generation = 0 } = this.options.choices ?? {};
    await this.control('stop.json', { generation, ...request });
    return this.child.ended;
  }

  /** Reads all that is in the topic, closes its windows, and ends. Throws with the end of the log where that fails. */
  async drain(): Promise<RunStatus> {
    const { code } = await this.stop({ drain: true });
    const status = await this.status();
    if (code === 0 && status !== null) return status;
    throw new Error(`The job ended with ${code}\n${(await this.log()).split('\n').slice(-25).join('\n')}`);
  }

  async control(name: string, content: unknown): Promise<void> {
    const file = path.join(this.options.folder, 'control', name);
    await writeFile(`${file}.part`, JSON.stringify(content));
    await rename(`${file}.part`, file);
  }

  /** At once, as a crash of the machine would. */
  async kill(): Promise<void> {
    this.child.signal('SIGKILL');
    await this.child.ended;
  }
}
