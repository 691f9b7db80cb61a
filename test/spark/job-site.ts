import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import pipeline from '../../pipeline/definition.ts';
import { type Broker, startBroker } from '../../plugins/ecom-analytics/machine/kafka/broker.ts';
import { createTopics } from '../../plugins/ecom-analytics/machine/kafka/create-topics.ts';
import { prepareSpark } from '../../plugins/ecom-analytics/machine/spark/preparation.ts';
import { TestJob, type TestJobOptions } from './test-job.ts';

/** A broker with the topics, and a folder, for each test of a file; jobs that are started on them end with the test. */
export class JobSite {
  folder = '';
  #broker: Broker | undefined;
  #jobs: TestJob[] = [];

  constructor() {
    beforeEach(async () => {
      this.#jobs = [];
      this.folder = await mkdtemp(path.join(os.tmpdir(), 'ecom-jobs-'));
      this.#broker = await startBroker({ dir: path.join(this.folder, 'kafka') });
      await createTopics(this.bootstrapServers, pipeline);
    });
    afterEach(async () => {
      await Promise.all(this.#jobs.map((job) => job.kill()));
      await this.#broker?.stop();
      await rm(this.folder, { recursive: true, force: true });
    });
  }

  get bootstrapServers(): string {
    return this.#broker?.bootstrapServers ?? '';
  }

  /** @param name of the job's folder */
  async start(
    name: string,
    choices: TestJobOptions['choices'] = {},
    env: TestJobOptions['env'] = {},
  ): Promise<TestJob> {
    const job = await TestJob.start({
      installation: await prepareSpark('4.1'),
      definition: pipeline,
      bootstrapServers: this.bootstrapServers,
      folder: path.join(this.folder, name),
      choices,
      env,
    });
    this.#jobs.push(job);
    return job;
  }
}
