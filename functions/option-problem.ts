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
