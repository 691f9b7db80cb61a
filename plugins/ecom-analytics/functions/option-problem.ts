import { nearest } from '../core/nearest.ts';

/**
 * What someone should do where npm took options for its own, for want of `--` before them: it leaves them in the environment, and
 * their values among the arguments. Undefined where it took none of them.
 *
 * @param names of the command's options; those that npm knows itself say nothing
 */
export function takenByNpm(
  names: Iterable<string>,
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const own = new Set(['json', 'help', 'debug']);
  const taken = [...names].find(
    (name) => !own.has(name) && environment[`npm_config_${name.replaceAll('-', '_')}`] !== undefined,
  );
  return taken === undefined
    ? undefined
    : `npm took --${taken} for an option of its own. Put -- before the options: npm ${environment.npm_lifecycle_event === 'start' ? 'start' : `run ${environment.npm_lifecycle_event ?? ''}`} -- --${taken} …`;
}

/** Names the option that an unknown one is a slip of, to stand before what else to do; empty where none is near. */
export function meantOption(error: unknown, names: readonly string[]): string {
  const [, unknown] = /^Unknown option '--([^']+)'/.exec(error instanceof Error ? error.message : '') ?? [];
  const meant = unknown === undefined ? undefined : nearest(unknown, names);
  return meant === undefined ? '' : `Did you mean --${meant}? `;
}

/**
 * What Node's `parseArgs` found wrong, as a sentence without a full stop. Its own hints on dashes are left out: they run
 * over several lines and speak of `--option=-XYZ`, or of positionals that no command here takes.
 */
export function optionProblem(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const [, option] = /^Option '(?:-\w, )?(--[\w-]+)[^']*' argument is ambiguous/.exec(error.message) ?? [];
  if (option !== undefined)
    return `${option} lacks its value; one that starts with a dash is written ${option}=-…`;
  return error.message.replace(/\.?\s+To specify.*$/s, '').replace(/\.$/, '');
}
