import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { PipelineDefinition } from '../core/pipeline.ts';

/** The editor's schema of `stages.yml`, which refers to the kit's and adds what only the shop's definition knows. */

const schemaFile = path.join('.vscode', 'stages.schema.json');

/** The schema's text: of a list of rules it offers the shop's ids. */
export function stagesSchemaText({ rules }: Pick<PipelineDefinition, 'rules'>): string {
  const ruleId = {
    anyOf: [{ enum: rules.map(({ id }) => id) }, { type: 'string', pattern: '^\\$\\{.+\\}$' }],
  };
  const inside = (keys: readonly string[], schema: object): object =>
    keys.reduceRight((inner, key) => ({ properties: { [key]: inner } }), schema);
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $comment: 'Written by ecom and sls from pipeline/rules.ts, so that the ids of your rules complete.',
    allOf: [{ $ref: '../node_modules/ecom-analytics/plugin/stages.schema.json' }],
    additionalProperties: inside(['ecomAnalytics', 'rules', 'off'], { items: ruleId }),
  };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

/** Brings the schema of a project up to its rules. A project without the file, for another editor, gets none. */
export function updateStagesSchema(folder: string, definition: PipelineDefinition): void {
  const file = path.join(folder, schemaFile);
  const text = stagesSchemaText(definition);
  try {
    if (readFileSync(file, 'utf8') === text) return;
    writeFileSync(`${file}.${process.pid}`, text);
    renameSync(`${file}.${process.pid}`, file);
  } catch {
    // It is not there, or nothing may be written here. Only completion hangs on it, so no command fails for it.
  }
}
