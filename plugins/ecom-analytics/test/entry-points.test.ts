import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

/** What a shop may import. A name that goes, or comes, is a change that users notice. */

const kit = path.resolve(import.meta.dirname, '..');

const entryPoints: Readonly<
  Record<string, { file: string; values: readonly string[]; types: readonly string[] }>
> = {
  'ecom-analytics': {
    file: 'index.ts',
    values: ['AlertSchema', 'EcomError', 'UsageError', 'defaultTopics', 'defaultWindows', 'definePipeline'],
    types: [
      ...['Alert', 'AlertSource', 'BadRecordReason', 'Catalog', 'DeadLetter', 'ErrorCode', 'Order'],
      ...['PipelineDefinition', 'PipelineInput', 'Product', 'Region', 'Rule', 'Severity', 'ShopField'],
      ...['ShopFields', 'Topic', 'Topics', 'WindowRow', 'Windowing'],
    ],
  },
  'ecom-analytics/functions': {
    file: 'functions/index.ts',
    values: ['alertConsumer', 'producer', 'testConsumer'],
    types: [
      ...[
        'AlertConsumerFunction',
        'AlertConsumerOptions',
        'AlertOutcome',
        'Batch',
        'KafkaEvent',
        'OpenableSink',
      ],
      ...['ProducerFunction', 'ProducerOptions', 'ProducerRequest', 'ProducerResult', 'TestConsumerFunction'],
      'TopicReading',
    ],
  },
  'ecom-analytics/testing': {
    file: 'testing/index.ts',
    values: ['runOrders', 'sampleOrder'],
    types: ['Outcome', 'SentOrder'],
  },
};

/** The names that a module exports, as its text has them: types are not there when it runs. */
function exportedNames(file: string): string[] {
  const text = readFileSync(path.join(kit, file), 'utf8');
  const lists = [...text.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, list = '']) =>
    list.split(',').map((name) => name.trim().replace(/^type /, '')),
  );
  const declared = [...text.matchAll(/^export (?:async )?(?:function|interface|type|const|class) (\w+)/gm)];
  return [...lists, ...declared.map(([, name = '']) => name)].filter((name) => name !== '').sort();
}

test.each(Object.entries(entryPoints))('%s exports these values and types', async (name, entry) => {
  const { file, values, types } = entry;
  expect(Object.keys(await import(name)).sort()).toEqual([...values].sort());
  expect(exportedNames(file)).toEqual([...values, ...types].sort());
});

test('ecom-analytics/plugin is the plugin, for require and for import', async () => {
  const { EcomAnalyticsPlugin } = await import('../plugin/plugin.ts');
  const entry = await import('../plugin/index.ts');
  expect(Object.keys(entry).sort()).toEqual(['default', 'module.exports']);
  expect(entry.default).toBe(EcomAnalyticsPlugin);
  expect(entry['module.exports']).toBe(EcomAnalyticsPlugin);
});

test('the package has these entry points', () => {
  const { exports } = JSON.parse(readFileSync(path.join(kit, 'package.json'), 'utf8'));
  expect(Object.keys(exports)).toEqual([
    ...['.', './functions', './testing', './plugin'],
    // What serverless.yml and the plugin name, no shop.
    ...['./lambda-credentials', './plugin/brokers', './plugin/watch', './plugin/replay', './package.json'],
  ]);
});
