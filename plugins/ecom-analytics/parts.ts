import type * as BucketNames from './bucket-names.ts';
import type * as Cost from './commands/cost.ts';
import type * as DeadLetters from './commands/dead-letters.ts';
import type * as Doctor from './commands/doctor.ts';
import type * as Info from './commands/info.ts';
import type * as Plan from './commands/plan.ts';
import type * as PolicyPart from './commands/policy.ts';
import type * as Stream from './commands/stream.ts';
import type * as Topics from './commands/topics.ts';
import type * as Windows from './commands/windows.ts';
import type * as Deploy from './deploy.ts';
import type * as EndpointsTaken from './endpoints-taken.ts';
import type * as FunctionZips from './function-zips.ts';
import type * as OneFunction from './one-function.ts';
import type * as Remove from './remove.ts';
import type * as Names from './resources/names.ts';
import type * as Template from './resources/template.ts';
import type * as SessionPart from './session.ts';
import type * as SourcesPart from './sources.ts';

/**
 * Parts of the plugin that are loaded when they are needed. Through `load.cjs`, because osls runs the plugin as CommonJS
 * through tsx, where an `import()` would leave TypeScript to Node.
 */
let load: ((file: string) => unknown) | undefined;

/** @param how answers the exports of a file, its path relative to this folder */
export function loadPartsWith(how: (file: string) => unknown): void {
  load = how;
}

function part(file: string): unknown {
  if (load === undefined) throw new Error('The plugin was not loaded through load.cjs');
  return load(file);
}

export const parts = {
  plan: () => part('./commands/plan.ts') as typeof Plan,
  topics: () => part('./commands/topics.ts') as typeof Topics,
  stream: () => part('./commands/stream.ts') as typeof Stream,
  windows: () => part('./commands/windows.ts') as typeof Windows,
  deadLetters: () => part('./commands/dead-letters.ts') as typeof DeadLetters,
  doctor: () => part('./commands/doctor.ts') as typeof Doctor,
  cost: () => part('./commands/cost.ts') as typeof Cost,
  policy: () => part('./commands/policy.ts') as typeof PolicyPart,
  info: () => part('./commands/info.ts') as typeof Info,
  deploy: () => part('./deploy.ts') as typeof Deploy,
  bucketNames: () => part('./bucket-names.ts') as typeof BucketNames,
  functionZips: () => part('./function-zips.ts') as typeof FunctionZips,
  oneFunction: () => part('./one-function.ts') as typeof OneFunction,
  names: () => part('./resources/names.ts') as typeof Names,
  endpointsTaken: () => part('./endpoints-taken.ts') as typeof EndpointsTaken,
  remove: () => part('./remove.ts') as typeof Remove,
  session: () => part('./session.ts') as typeof SessionPart,
  sources: () => part('./sources.ts') as typeof SourcesPart,
  template: () => part('./resources/template.ts') as typeof Template,
} as const;
