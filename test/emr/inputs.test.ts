import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { StreamingSettingsSchema, streamingSettings } from '../../emr/settings.ts';
import { findPython } from '../../local/python/find-python.ts';
import { emitSpec, PipelineSpecSchema } from '../../pipeline/spec.ts';
import { kitWithRefunds } from '../pipeline/kit.ts';
import { describeWithPython } from '../requirement.ts';

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

describeWithPython('the job reads', () => {
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
