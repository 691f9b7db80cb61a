import * as v from 'valibot';
import { deadLetterHeaders } from '../../core/dead-letter.ts';
import { UsageError } from '../../core/error.ts';
import { excerpt } from '../../core/excerpt.ts';
import { badRecordReasons, OrderReader } from '../../core/order.ts';
import type { PipelineDefinition } from '../../core/pipeline.ts';
import { isLate } from '../../core/window.ts';
import { readLines } from '../../files/json-lines.ts';
import { readStatus, windowsWatermark } from '../../job/job-status.ts';
import { StageFunction } from '../aws/stage-function.ts';
import { AwsError } from '../error-kinds.ts';
import { stem } from '../resources/stage-input.ts';
import { type DeployedStage, deployed } from '../session.ts';
import { ownFunctions } from '../stage.ts';
import { replayedFolder, statusKey } from '../streaming/keys.ts';
import type { Command } from './declarations.ts';

/** What the test consumer answers, as far as dead letters go. */
const ReadingSchema = v.object({
  timedOut: v.boolean(),
  /** The records that the topic still holds are those from `earliest` to before `latest`. */
  partitions: v.array(v.object({ earliest: v.string(), latest: v.string() })),
  messages: v.array(
    v.object({
      timestamp: v.string(),
      key: v.nullable(v.string()),
      value: v.unknown(),
      headers: v.optional(v.record(v.string(), v.string()), {}),
    }),
  ),
});

/** A refused record: why, and where it stood. */
interface RefusedRecord {
  readonly reason: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly refusedAt: string;
  readonly key: string | null;
  readonly value: unknown;
}

/** The most that one call of the test consumer answers. */
const mostMessages = 1000;

function wholeNumber(value: unknown, option: string, fallback: number): number {
  const number = value === undefined ? fallback : Number(value);
  if (Number.isInteger(number) && number >= 1 && number <= mostMessages) return number;
  throw new UsageError('ECOM_OPTION', {
    what: `--${option} must be a whole number from 1 to ${mostMessages}, is ${String(value)}`,
    where: 'sls ecom dead-letters',
    fix: `Example: --${option} 20.`,
  });
}

/** The newest of the refused records, and how many older ones the topic still holds. */
interface RefusedRecords {
  /** Oldest first. */
  readonly records: readonly RefusedRecord[];
  readonly older: number;
  /** None has left the topic by its retention, and none is older than these: there are no others. */
  readonly areAll: boolean;
}

/**
 * The newest refused records, read by the stage's own test consumer.
 *
 * @throws AwsError `ECOM_DEAD_LETTERS_SLOW`; `ECOM_FUNCTION_FAILED`, also for an answer of another version of the function
 */
export async function refusedRecords(
  stage: DeployedStage,
  max: number,
  readingSeconds = 60,
): Promise<RefusedRecords> {
  const reader = new StageFunction(stage.clients, `${stem(stage.input)}-testConsumer`);
  const topic = stage.input.definition.topics.deadLetters.name;
  const answer = await reader.invoke({
    topic,
    maxMessages: max,
    timeoutSeconds: readingSeconds,
    from: 'newest',
  });
  const reading = v.safeParse(ReadingSchema, answer);
  if (!reading.success)
    throw new AwsError('ECOM_FUNCTION_FAILED', {
      what: 'The test consumer of the stage answers in a form that this version does not know',
      where: `function ${reader.name}`,
      fix: 'Deploy the stage with the version that you run this command with.',
    });
  const { messages, partitions, timedOut } = reading.output;
  // Without its end, what was read is not the newest.
  if (timedOut)
    throw new AwsError('ECOM_DEAD_LETTERS_SLOW', {
      what: `The end of the topic was not reached in ${readingSeconds} s`,
      where: `topic ${topic}, function ${reader.name}`,
      fix: 'Run this again, with a smaller --max; `sls ecom doctor` shows whether the brokers can be reached.',
    });
  const held = partitions.reduce(
    (sum, { earliest, latest }) => sum + Number(BigInt(latest) - BigInt(earliest)),
    0,
  );
  const all = messages.map(({ timestamp, key, value, headers }) => ({
    reason: headers[deadLetterHeaders.reason] ?? 'unknown',
    topic: headers[deadLetterHeaders.topic] ?? '',
    partition: Number(headers[deadLetterHeaders.partition] ?? -1),
    offset: headers[deadLetterHeaders.offset] ?? '',
    refusedAt: timestamp,
    key,
    value,
  }));
  // A job that died in the middle of a batch refuses its records again.
  const records = [
    ...new Map(all.map((one) => [`${one.topic} ${one.partition}:${one.offset}`, one])).values(),
  ];
  const older = Math.max(0, held - messages.length);
  return { records, older, areAll: older === 0 && partitions.every(({ earliest }) => earliest === '0') };
}

type Meanings = Readonly<Record<string, string>>;

function recordText(
  { reason, topic, partition, offset, refusedAt, value }: RefusedRecord,
  meanings: Meanings,
): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return `${refusedAt} ${topic} ${partition}:${offset} ${reason} (${meanings[reason] ?? 'a reason not known here'})\n  ${excerpt(text, 200)}`;
}

function listText({ records, older }: RefusedRecords, deadLetters: string, meanings: Meanings): string {
  const texts = records.map((record) => recordText(record, meanings));
  if (records.length === 0) return 'No record has been refused.';
  if (older === 0) return texts.join('\n');
  const isOne = older === 1;
  const more = `${older.toLocaleString('en-US')} older ${isOne ? 'one is' : 'ones are'} in the topic ${deadLetters}: --max shows up to ${mostMessages}, sls invoke -f testConsumer reads on from a time.`;
  return [...texts, more].join('\n');
}

/** `sls ecom dead-letters list` */
export const listDeadLettersCommand: Command = async (session, options, print) => {
  const max = wholeNumber(options.max, 'max', 100);
  const stage = await deployed(session);
  const refused = await refusedRecords(stage, max);
  const { records, older } = refused;
  const { definition } = stage.input;
  print(
    options.json === true
      ? JSON.stringify({ records, older })
      : listText(refused, definition.topics.deadLetters.name, badRecordReasons(definition.orderFields)),
  );
  return 0;
};

const RepairedSchema = v.strictObject({
  partition: v.pipe(v.number(), v.integer(), v.minValue(0)),
  offset: v.pipe(v.string(), v.regex(/^\d+$/)),
  order: v.record(v.string(), v.unknown()),
});

/** A repaired order, and the record that it replaces. */
interface Repaired extends v.InferOutput<typeof RepairedSchema> {
  readonly eventTimeMs: number;
}

function wrongLine(file: string, line: number, why: string): UsageError {
  return new UsageError('ECOM_REPLAY_FILE', {
    what: `Line ${line} is not a repaired record: ${why}`,
    where: file,
    fix: 'A line looks like {"partition":0,"offset":"42","order":{"order_id":"…",…}}. Nothing was sent.',
  });
}

/** Reads and checks the whole file before anything is sent. */
async function readRepaired(file: string, definition: PipelineDefinition): Promise<Repaired[]> {
  const reader = new OrderReader(definition);
  const meanings = badRecordReasons(definition.orderFields);
  const repaired: Repaired[] = [];
  const lines = new Map<string, number>();
  let number = 0;
  for await (const line of readLines(file)) {
    number++;
    if (line.trim() === '') continue;
    let json: unknown;
    try {
      json = JSON.parse(line);
    } catch {
      throw wrongLine(file, number, 'it is not JSON');
    }
    const parsed = v.safeParse(RepairedSchema, json);
    if (!parsed.success) throw wrongLine(file, number, parsed.issues[0].message);
    const checked = reader.check({ ...parsed.output.order }, Date.now());
    if (typeof checked === 'string') throw wrongLine(file, number, meanings[checked] ?? checked);
    const stood = `${parsed.output.partition}:${parsed.output.offset}`;
    const before = lines.get(stood);
    if (before !== undefined)
      throw wrongLine(file, number, `it replaces the record ${stood}, and so does line ${before}`);
    lines.set(stood, number);
    repaired.push({ ...parsed.output, eventTimeMs: checked.eventTimeMs });
  }
  if (repaired.length === 0)
    throw new UsageError('ECOM_REPLAY_FILE', {
      what: 'The file has no records',
      where: file,
      fix: 'Write one repaired record on each line: {"partition":0,"offset":"42","order":{"order_id":"…",…}}. `sls ecom dead-letters list --json` shows what to repair.',
    });
  return repaired;
}

/** Records of one call of the function. */
const batchSize = 200;

/** What the replay function answers. */
const ReplayedSchema = v.object({ sent: v.number(), failure: v.nullable(v.string()) });

/**
 * Puts orders back, and marks each that was acknowledged; should the two come apart, the order is sent again, and the stream
 * counts an `order_id` once.
 *
 * @throws AwsError `ECOM_FUNCTION_FAILED` at the first order that is not taken; those before it are there, and marked
 */
async function putBack(
  stage: DeployedStage,
  topic: string,
  orders: readonly Repaired[],
  mark: (one: Repaired) => string,
): Promise<void> {
  const sender = new StageFunction(stage.clients, `${stem(stage.input)}-${ownFunctions.replay}`);
  for (let at = 0; at < orders.length; at += batchSize) {
    const batch = orders.slice(at, at + batchSize);
    const records = batch.map(({ order }) => ({
      key: String(order.customer_id),
      value: JSON.stringify(order),
    }));
    const { sent, failure } = v.parse(ReplayedSchema, await sender.invoke({ topic, records }));
    for (const one of batch.slice(0, sent))
      await stage.data.put(mark(one), JSON.stringify({ at: stage.clock.now() }));
    if (failure !== null)
      throw new AwsError('ECOM_FUNCTION_FAILED', {
        what: `After ${at + sent} of ${orders.length} records: ${failure}`,
        where: `function ${sender.name}`,
        fix: 'Run this again: what was resent is left out. `sls ecom doctor` shows whether the brokers can be reached.',
      });
  }
}

/**
 * Refuses a line that stands for no refused record, as one with a mistyped offset: marked under that, the order would be resent
 * once more under its own.
 *
 * @throws UsageError `ECOM_REPLAY_UNKNOWN`
 */
async function refuseUnknown(
  stage: DeployedStage,
  topic: string,
  file: string,
  orders: readonly Repaired[],
): Promise<void> {
  if (orders.length === 0) return;
  const { records, areAll } = await refusedRecords(stage, mostMessages);
  if (!areAll) return;
  const known = new Set(
    records.filter((one) => one.topic === topic).map(({ partition, offset }) => `${partition}:${offset}`),
  );
  const unknown = orders.find(({ partition, offset }) => !known.has(`${partition}:${offset}`));
  if (unknown !== undefined)
    throw new UsageError('ECOM_REPLAY_UNKNOWN', {
      what: `No record ${unknown.partition}:${unknown.offset} of ${topic} has been refused`,
      where: file,
      fix: '`sls ecom dead-letters list --json` shows partition and offset of those that were. Nothing was sent.',
    });
}

/** How many orders are so old that their windows are closed: the rules see them, and no window counts them. */
async function countTooOld({ data, input }: DeployedStage, orders: readonly Repaired[]): Promise<number> {
  const status = readStatus(await data.json(statusKey('pipeline')));
  const watermark = status === undefined ? null : windowsWatermark(status);
  if (watermark === null) return 0;
  const { windows } = input.definition;
  return orders.filter(({ eventTimeMs }) => isLate(eventTimeMs, Date.parse(watermark), windows)).length;
}

function replayedText(sent: number, skipped: number, tooOld: number): string {
  const lines = [
    `${sent} ${sent === 1 ? 'record' : 'records'} resent${skipped > 0 ? `, ${skipped} had been before` : ''}.`,
  ];
  if (tooOld > 0)
    lines.push(
      `${tooOld} of them are from before the windows that are still open: the rules see them, and no window counts them.`,
    );
  return lines.join('\n');
}

/** `sls ecom dead-letters replay`: a record that is marked as resent is left out. */
export const replayCommand: Command = async (session, options, print) => {
  if (typeof options.file !== 'string')
    throw new UsageError('ECOM_OPTION', {
      what: '--file is missing',
      where: 'sls ecom dead-letters replay',
      fix: 'Name a file of repaired records, one JSON object a line. `dead-letters list --json` shows what to repair.',
    });
  const { file } = options;
  const repaired = await readRepaired(file, session.input.definition).catch((error: unknown) => {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    const isMissing = 'code' in error && error.code === 'ENOENT';
    const what = isMissing ? 'There is no such file' : `The file cannot be read: ${error.message}`;
    throw new UsageError('ECOM_REPLAY_FILE', { what, where: file, fix: 'Check the path.' }, { cause: error });
  });
  const stage = await deployed(session);
  const topic = stage.input.definition.topics.orders.name;
  const marks = replayedFolder(stage.msk.arn, topic);
  const mark = ({ partition, offset }: Repaired): string => `${marks}${partition}/${offset}.json`;
  const fresh: Repaired[] = [];
  for (const one of repaired) if (!(await stage.data.has(mark(one)))) fresh.push(one);
  await refuseUnknown(stage, topic, file, fresh);
  const tooOld = await countTooOld(stage, fresh);
  await putBack(stage, topic, fresh, mark);
  const skipped = repaired.length - fresh.length;
  if (options.json === true) print(JSON.stringify({ sent: fresh.length, skipped, tooOld }));
  else print(replayedText(fresh.length, skipped, tooOld));
  return 0;
};
