import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Operations } from '../../../job/stream-health.ts';
import { dashboardCommand } from '../../../plugin/commands/dashboard-command.ts';
import { NewestRefused } from '../../../plugin/commands/newest-refused.ts';
import { deployed } from '../../../plugin/session.ts';
import { EventReader } from '../../dashboard/event-reader.ts';
import { jumpingClock } from '../jumping-clock.ts';
import { StageCloud } from './stage-cloud.ts';

let cloud: StageCloud;
beforeEach(async () => {
  cloud = await StageCloud.start();
});
afterEach(() => cloud.stop());

const statusKey = 'status/pipeline.json';

/** What the job publishes next. */
function publishes(change: object): void {
  cloud.spark.objects.set(statusKey, JSON.stringify({ ...cloud.spark.json(statusKey), ...change }));
}

/** A dead letter, as the test consumer answers it. */
const refused = (offset: number) => ({
  timestamp: '2026-11-23T10:00:00Z',
  key: null,
  value: 'no JSON',
  headers: {
    'ecom-reason': 'not-json',
    'ecom-topic': 'ecommerce-orders',
    'ecom-partition': '2',
    'ecom-offset': String(offset),
  },
});

const interrupted = new Error('interrupted');

/**
 * Runs the command until each of `pauses` has been lived through, then interrupts it.
 *
 * @returns what it printed
 */
async function showing(...pauses: ((url: string) => Promise<void>)[]): Promise<string> {
  const printed: string[] = [];
  const clock = {
    now: Date.now,
    elapsed: () => performance.now(),
    sleep: async () => {
      const pause = pauses.shift();
      if (pause === undefined) throw interrupted;
      await pause(/http:\S+/.exec(printed.join())?.[0] ?? '');
    },
  };
  const running = dashboardCommand({ ...cloud.session, clock }, { port: '0' }, (text) => printed.push(text));
  await expect(running).rejects.toBe(interrupted);
  return printed.join('\n');
}

/** The next that the page is told, as soon as it is what is waited for: a frame may repeat the state before it. */
async function operationsWhen(
  reader: EventReader,
  wanted: (operations: Operations) => boolean,
): Promise<Operations> {
  for (;;) {
    const { data } = await reader.expectNext();
    if (data.operations && wanted(data.operations)) return data.operations;
  }
}

describe('the dashboard of a stage', () => {
  test('shows what the stream status knows, and follows it while a page is open', async () => {
    await cloud.deploy();
    const windows = {
      batchId: 1,
      inputRowsPerSecond: 90,
      processedRowsPerSecond: 1000,
      batchDurationMs: 400,
      watermark: null,
      watermarkAgeMs: null,
      offsetsBehindLatest: 7,
      partitionsBehindLatest: { '0': 7, '1': 0 },
      stateRows: 0,
      stateBytes: 0,
      at: new Date().toISOString(),
    };
    const totals = { orders: 5, duplicates: 0, late: 0, badRecords: { 'not-json': 2 }, windowRows: 4 };
    publishes({ queries: { windows }, totals });
    const events: object[] = [];
    cloud.account.functions.set('shop-dev-testConsumer', (event) => {
      events.push(event);
      return { timedOut: false, partitions: [], messages: [refused(41), refused(42)] };
    });
    let reader: EventReader | undefined;
    const printed = await showing(
      async (url) => {
        reader = await EventReader.open(url);
        const { data } = await reader.expectNext();
        expect(data.run).toMatchObject({ kind: 'stage', source: 'dev, eu-west-1' });
        expect(data.operations).toMatchObject({
          streams: [
            {
              name: 'pipeline',
              state: 'running',
              isHealthy: true,
              detail: 'step s-1 RUNNING, generation 1',
              queries: [{ name: 'windows', behind: { '0': 7, '1': 0 }, batchMs: 400, triggerMs: 10_000 }],
            },
          ],
          refused: [
            {
              reason: 'not-json',
              records: 2,
              sample: { topic: 'ecommerce-orders', partition: 2, offset: '42', text: 'no JSON' },
            },
          ],
          limits: { behind: 100_000, watermarkMs: 600_000 },
          links: [{ name: 'CloudWatch dashboard', url: 'https://dashboard.example' }],
          problem: null,
        });
        publishes({ queries: { windows: { ...windows, partitionsBehindLatest: { '0': 8 } } } });
      },
      async () => {
        if (reader === undefined) throw new Error('no page was opened');
        const behind = ({ streams }: Operations) => streams[0]?.queries[0]?.behind;
        expect(behind(await operationsWhen(reader, (told) => behind(told)?.['0'] !== 7))).toEqual({ '0': 8 });
        await reader.close();
      },
    );
    // Nothing more was refused, so nothing was read again.
    expect(events).toHaveLength(1);
    expect(printed).toMatch(/^Dashboard: http:\/\/127\.0\.0\.1:\d+\/\n/);
  });

  test('asks for the newest refused records again where they could not be read', async () => {
    await cloud.deploy();
    const answers = [
      { timedOut: true, partitions: [], messages: [] },
      { timedOut: false, partitions: [], messages: [refused(42)] },
    ];
    cloud.account.functions.set('shop-dev-testConsumer', () => answers.shift());
    // Nor does it wait longer where the clock is set back.
    const stage = { ...(await deployed(cloud.session)), clock: { ...jumpingClock(), now: () => 0 } };
    const newest = new NewestRefused();
    const counted = [{ reason: 'not-json', meaning: '', records: 2, sample: null }];
    expect(await newest.read(stage, counted)).toBe(false);
    await stage.clock.sleep(60_000);
    expect(await newest.read(stage, counted)).toBe(true);
    await stage.clock.sleep(60_000);
    expect(await newest.read(stage, counted)).toBe(false);
    expect(answers).toEqual([]);
  });

  test('shows the rest where the test consumer answers as an older version did', async () => {
    await cloud.deploy();
    publishes({
      totals: { orders: 5, duplicates: 0, late: 0, badRecords: { 'not-json': 2 }, windowRows: 4 },
    });
    cloud.account.functions.set('shop-dev-testConsumer', () => ({ records: [] }));
    await showing(async (url) => {
      const reader = await EventReader.open(url);
      const { refused } = await operationsWhen(reader, () => true);
      expect(refused).toMatchObject([{ reason: 'not-json', records: 2, sample: null }]);
      await reader.close();
    });
  });

  test('keeps what it knows when AWS cannot be asked, and says so', async () => {
    await cloud.deploy();
    let reader: EventReader | undefined;
    await showing(
      async (url) => {
        reader = await EventReader.open(url);
        await reader.expectNext();
        cloud.spark.refusal = { after: 0, status: 403, code: 'AccessDenied' };
      },
      async () => {
        if (reader === undefined) throw new Error('no page was opened');
        const { streams, problem } = await operationsWhen(reader, (told) => told.problem !== null);
        expect(streams).toHaveLength(1);
        expect(problem).toContain('ECOM_AWS_DENIED');
      },
      async () => {
        if (reader === undefined) throw new Error('no page was opened');
        expect((await operationsWhen(reader, (told) => told.problem === null)).streams).toHaveLength(1);
        await reader.close();
      },
    );
  });

  test('asks AWS for nothing while no page is open', async () => {
    await cloud.deploy();
    cloud.spark.refusal = undefined;
    await showing(
      async () => {
        cloud.spark.diesAfter = 0;
      },
      async () => {
        expect(cloud.spark.diesAfter).toBe(0);
      },
    );
  });

  test('says that a stream which should run does not, and what to do', async () => {
    await cloud.deploy();
    for (const step of cloud.spark.steps) cloud.spark.kill(step);
    await showing(async (url) => {
      const reader = await EventReader.open(url);
      const { streams } = await operationsWhen(reader, () => true);
      expect(streams[0]).toMatchObject({ isHealthy: false, sparkUi: null });
      expect(streams[0]?.problem).toContain('npx sls ecom stream start --stage dev');
      await reader.close();
    });
  });

  test('of a stage that is not deployed is refused', async () => {
    cloud.account.outputs = undefined;
    await expect(cloud.run(dashboardCommand)).rejects.toMatchObject({ code: 'ECOM_NOT_DEPLOYED' });
  });

  test('refuses a port that is none', async () => {
    await expect(cloud.run(dashboardCommand, { port: 'x' })).rejects.toMatchObject({ code: 'ECOM_OPTION' });
  });
});
