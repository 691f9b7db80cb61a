import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { emitSpec, PipelineSpecSchema } from '../../plugins/ecom-analytics/core/spec.ts';
import { StreamingSettingsSchema, streamingSettings } from '../../plugins/ecom-analytics/job/job-settings.ts';
import { findPython } from '../../plugins/ecom-analytics/machine/python/find-python.ts';
import { kitWithRefunds } from '../../plugins/ecom-analytics/test/core/kit.ts';
import { describeWithPython } from '../../plugins/ecom-analytics/test/requirement.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** What a value of a document is replaced by: some of it is allowed in places. */
const others: readonly Json[] = [
  ...[null, true, 0, 1, 1.5, -1, 4000, '', 'Upper Case'],
  ...[[], ['x'], {}, { '': 'x' }],
];

const reader = fileURLToPath(new URL('read_inputs.py', import.meta.url));
const AnswersSchema = v.array(v.nullable(v.tuple([v.string(), v.string()])));

/** What the job's own reader says to each document: null, or code and message. */
async function readInPython(kind: 'spec' | 'settings', texts: readonly string[]) {
  const { command } = await findPython();
  const input = texts.map((text) => `${JSON.stringify([kind, text])}\n`).join('');
  const options = { input, encoding: 'utf8', maxBuffer: 2 ** 28 } as const;
  const { stdout, stderr } = spawnSync(command, ['-B', reader], options);
  expect(stderr).toBe('');
  return v.parse(AnswersSchema, JSON.parse(`[${stdout.trim().split('\n').join(',')}]`));
}

/** Every document that differs from a given one in one place: a value that is another, a key that is missing or too much. */
function* changed(document: Json): Generator<Json> {
  const isObject = document !== null && typeof document === 'object' && !Array.isArray(document);
  // To valibot a list is an object too, of keys that are numbers.
  for (const other of others) if (other !== document && !(isObject && Array.isArray(other))) yield other;
  if (Array.isArray(document)) {
    for (const [index, item] of document.entries())
      for (const change of changed(item)) yield document.with(index, change);
  } else if (isObject) {
    yield { ...document, tooMuch: 1 };
    for (const [key, item] of Object.entries(document)) {
      const { [key]: _, ...rest } = document;
      yield rest;
      for (const change of changed(item)) yield { ...document, [key]: change };
    }
  }
}

const asJson = (document: unknown): Json => JSON.parse(JSON.stringify(document));

const written = emitSpec(kitWithRefunds);
/** With one entry of what repeats. */
const spec = {
  ...written,
  order: { ...written.order, categories: { P001: 'Electronics' } },
  badRecordReasons: written.badRecordReasons.slice(0, 1),
  windowing: { ...written.windowing, columns: written.windowing.columns.slice(0, 1) },
};
/** What no definition can come to, and the job refuses all the same. */
const beyondSchema = /with all types of its fields|about fields of its orders/;

const settings = streamingSettings({
  spec,
  sparkLine: '4.1',
  output: 's3://bucket/prefix',
  cluster: 'test',
  choices: { cloudWatch: { namespace: 'Shop', dimensions: { Stage: 'dev' } }, spark: { 'spark.x': 'y' } },
});

/** Whether a text is JSON that its schema takes. */
function isValid(schema: v.GenericSchema, text: string): boolean {
  try {
    return v.is(schema, JSON.parse(text));
  } catch {
    return false;
  }
}

/** Replaces what stands in a document as JSON. */
function rewritten(document: unknown, before: string, after: string): string {
  const text = JSON.stringify(document);
  const place = text.indexOf(before);
  if (place < 0) throw new Error(`no ${before}`);
  return text.slice(0, place) + after + text.slice(place + before.length);
}

const limit = '"moreThan":1000';
const partitions = '"partitions":3';
const version = '"specVersion":1';

/** What JSON may say and a changed document does not, and whether it is taken. */
const specTexts: readonly [text: string, isTaken: boolean][] = [
  [rewritten(spec, limit, '"moreThan":NaN'), false],
  [rewritten(spec, limit, '"moreThan":Infinity'), false],
  [rewritten(spec, limit, '"moreThan":1e999'), false],
  [rewritten(spec, limit, `"moreThan":1${'0'.repeat(400)}`), false],
  [rewritten(spec, limit, '"moreThan":true'), false],
  [rewritten(spec, limit, '"moreThan":999.5'), true],
  [rewritten(spec, partitions, `"partitions":1${'0'.repeat(400)}`), false],
  [rewritten(spec, partitions, '"partitions":3.0'), true],
  [rewritten(spec, version, '"specVersion":1.0'), true],
  [rewritten(spec, version, '"specVersion":true'), false],
  [rewritten(spec, version, '"specVersion":false'), false],
  // Of a repeated key the last counts.
  [rewritten(spec, limit, `${limit},"moreThan":"x"`), false],
  [rewritten(spec, limit, `"moreThan":"x",${limit}`), true],
  [rewritten(spec, '"high-value"', '"high-value\\n"'), false],
  [`${JSON.stringify(spec)}{}`, false],
  [rewritten(spec, '"high"', '"\\ud800"'), false],
];
const settingsTexts: readonly [text: string, isTaken: boolean][] = [
  [rewritten(settings, '"sparkLine":"4.1"', '"sparkLine":"٤.١"'), false],
  [rewritten(settings, '"triggerSeconds":10', '"triggerSeconds":NaN'), false],
  [rewritten(settings, '"triggerSeconds":10', '"triggerSeconds":1e1'), true],
  [rewritten(settings, '"generation":0', '"generation":false'), false],
];

describeWithPython('the job reads', () => {
  it.each([
    ['spec' as const, PipelineSpecSchema, specTexts, 'ECOM_SPEC_INVALID'],
    ['settings' as const, StreamingSettingsSchema, settingsTexts, 'ECOM_SETTINGS_INVALID'],
  ])('a %s that is written in another way as TypeScript does', async (kind, schema, texts, code) => {
    const written = texts.map(([text]) => text);
    const answers = await readInPython(kind, written);
    for (const [index, [text, isTaken]] of texts.entries()) {
      expect(isValid(schema, text), text).toBe(isTaken);
      expect(answers[index]?.[0] ?? null, text).toBe(isTaken ? null : code);
    }
  });

  it('and shows what is wrong as the document has it', async () => {
    const given = rewritten(spec, '"deduplicate":true', '"deduplicate":null');
    const severity = rewritten(spec, '"severity":"high"', '"severity":"medum"');
    const answers = await readInPython('spec', [given, severity, given.replace('null', 'true,"size":1')]);
    expect(answers.map((answer) => answer?.[1])).toEqual([
      expect.stringContaining('windowing.deduplicate is null, which is not true or false (spec)'),
      expect.stringContaining('rules[0].severity is "medum", not "low" or "medium" or "high"'),
      expect.stringContaining('windowing.size is not known'),
    ]);
  });

  it.each([
    ['spec' as const, PipelineSpecSchema, [asJson(spec)]],
    [
      'settings' as const,
      StreamingSettingsSchema,
      [asJson(settings), asJson({ ...settings, cloudWatch: null })],
    ],
  ])('a %s exactly where its schema takes it', { timeout: 120_000 }, async (kind, schema, documents) => {
    const tried = documents.flatMap((document) => [document, ...changed(document)]);
    const answers = await readInPython(
      kind,
      tried.map((document) => JSON.stringify(document)),
    );
    expect(answers).toHaveLength(tried.length);
    const differing = tried.flatMap((document, index) => {
      const answer = answers[index] ?? null;
      const { success, issues } = v.safeParse(schema, document);
      if (success === (answer === null) || beyondSchema.test(answer?.[1] ?? '')) return [];
      const [issue] = issues ?? [];
      return [answer?.[1] ?? `takes what is refused: ${issue && v.getDotPath(issue)} ${issue?.message}`];
    });
    expect([...new Set(differing)]).toEqual([]);
    expect(answers.filter((answer) => answer === null).length).toBeGreaterThan(documents.length);
    const codes = new Set(answers.flatMap((answer) => answer?.[0] ?? []));
    expect([...codes].sort()).toEqual(
      kind === 'spec' ? ['ECOM_SPEC_INVALID', 'ECOM_SPEC_VERSION'] : ['ECOM_SETTINGS_INVALID'],
    );
  });
});
