import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { EcomError } from '../core/error.ts';
import { unknownCurrency } from '../core/money.ts';
import type { PipelineDefinition } from '../core/pipeline.ts';
import { defaultTopics } from '../core/topic.ts';
import { defaultWindows } from '../core/window.ts';
import { importCompiled } from './compiled.ts';
import { updateStagesSchema } from './editor-schema.ts';

/** A shop's project: the folder with `pipeline/definition.ts`. The one edge at which its code is loaded. */

const definitionFile = path.join('pipeline', 'definition.ts');

/**
 * The folder of the project that a command is run in, or below.
 *
 * @param start where to begin looking upwards; the working folder by default
 * @returns `start` itself where there is no project
 */
export function projectFolder(start: string = process.cwd()): string {
  for (let folder = start; ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, definitionFile))) return folder;
    if (path.dirname(folder) === folder) return start;
  }
}

/** Where a project keeps what was fetched for it: Kafka, Spark, jars, Python environments. Git ignores it. */
export const cacheFolder = path.join(projectFolder(), '.cache');

/**
 * Imports a TypeScript file of the project; answers what it exports.
 *
 * @throws EcomError `ECOM_TYPESCRIPT` where it cannot be compiled
 */
export function loadTypeScript(file: string): Promise<unknown> {
  // From source, the kit's own loader is there already.
  if (import.meta.filename.endsWith('.ts')) return import(pathToFileURL(file).href);
  return importCompiled(file, path.join(cacheFolder, 'compiled'));
}

/**
 * Loads the shop's definition, the default export of `pipeline/definition.ts`.
 *
 * @throws EcomError `ECOM_PROJECT_MISSING` outside a project, `ECOM_TYPESCRIPT` for a file that cannot be compiled,
 * `ECOM_DEFINITION` for one that exports something else, and what `definePipeline` throws
 */
export async function loadDefinition(folder: string): Promise<PipelineDefinition> {
  const file = path.join(folder, definitionFile);
  if (!existsSync(file))
    throw new EcomError('ECOM_PROJECT_MISSING', {
      what: 'There is no project here: a project has a file pipeline/definition.ts',
      where: folder,
      fix: 'Run this in the folder of a project; npm create ecom-analytics makes one.',
    });
  const { default: definition } = (await loadTypeScript(file)) as { default?: unknown };
  if (isDefinition(definition)) {
    updateStagesSchema(folder, definition);
    return definition;
  }
  throw new EcomError('ECOM_DEFINITION', {
    what: 'The file does not export a pipeline',
    where: definitionFile.replaceAll(path.sep, '/'),
    fix: 'Make it: export default definePipeline({ … })',
  });
}

/** The shop's definition, or why it cannot be had: what a run wrote can be shown without it. */
export async function tryDefinition(folder: string): Promise<PipelineDefinition | Error> {
  // The shop's own code runs here, so it may throw anything.
  return loadDefinition(folder).catch((error: unknown) =>
    error instanceof Error ? error : new Error(String(error)),
  );
}

/** What a run is shown with where the shop's definition cannot be had. */
export const noDefinition: PipelineDefinition = {
  currency: unknownCurrency,
  topics: defaultTopics,
  windows: defaultWindows,
  rules: [],
  catalog: { products: [], regions: [] },
  orderFields: {},
};

/** `definePipeline` has checked the rest. */
function isDefinition(value: unknown): value is PipelineDefinition {
  return typeof value === 'object' && value !== null && 'topics' in value && 'rules' in value;
}
