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

type Plan = typeof import('./commands/plan.ts');
type Topics = typeof import('./commands/topics.ts');
type Stream = typeof import('./commands/stream.ts');
type Windows = typeof import('./commands/windows.ts');
type DeadLetters = typeof import('./commands/dead-letters.ts');
type Doctor = typeof import('./commands/doctor.ts');
type Cost = typeof import('./commands/cost.ts');
type PolicyPart = typeof import('./commands/policy.ts');
type Info = typeof import('./commands/info.ts');
type Deploy = typeof import('./deploy.ts');
type BucketNames = typeof import('./bucket-names.ts');
type FunctionZips = typeof import('./function-zips.ts');
type OneFunction = typeof import('./one-function.ts');
type Names = typeof import('./resources/names.ts');
type EndpointsTaken = typeof import('./endpoints-taken.ts');
type Remove = typeof import('./remove.ts');
type SessionPart = typeof import('./session.ts');
type SourcesPart = typeof import('./sources.ts');
type Template = typeof import('./resources/template.ts');

export const parts = {
  plan: () => part('./commands/plan.ts') as Plan,
  topics: () => part('./commands/topics.ts') as Topics,
  stream: () => part('./commands/stream.ts') as Stream,
  windows: () => part('./commands/windows.ts') as Windows,
  deadLetters: () => part('./commands/dead-letters.ts') as DeadLetters,
  doctor: () => part('./commands/doctor.ts') as Doctor,
  cost: () => part('./commands/cost.ts') as Cost,
  policy: () => part('./commands/policy.ts') as PolicyPart,
  info: () => part('./commands/info.ts') as Info,
  deploy: () => part('./deploy.ts') as Deploy,
  bucketNames: () => part('./bucket-names.ts') as BucketNames,
  functionZips: () => part('./function-zips.ts') as FunctionZips,
  oneFunction: () => part('./one-function.ts') as OneFunction,
  names: () => part('./resources/names.ts') as Names,
  endpointsTaken: () => part('./endpoints-taken.ts') as EndpointsTaken,
  remove: () => part('./remove.ts') as Remove,
  session: () => part('./session.ts') as SessionPart,
  sources: () => part('./sources.ts') as SourcesPart,
  template: () => part('./resources/template.ts') as Template,
} as const;
