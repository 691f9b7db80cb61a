import { shellWord } from '../plugins/ecom-analytics/functions/shell-word.ts';
import type { Answers, PackageManager, Surroundings } from './answers.ts';
import { optionKeys, options } from './option.ts';

/**
 * How each package manager starts a `create-…` package; npm alone needs `--` before the flags. Yarn 1 knows no version there,
 * so in its place stands the one that every Node has.
 */
function starter(packageManager: PackageManager, version: string, directory: string): string[] {
  if (packageManager === 'npm')
    return ['npm', 'create', '-y', `ecom-analytics@${version}`, directory, '--', '--yes'];
  if (packageManager === 'yarn') return ['npx', '-y', `create-ecom-analytics@${version}`, directory, '--yes'];
  return [packageManager, 'create', `ecom-analytics@${version}`, directory, '--yes'];
}

/**
 * The command that makes the same project again without questions: the flags whose values are not the defaults, and
 * those whose defaults another machine may not share.
 */
export function replayLine(answers: Answers, version: string): string {
  const elsewhere: Surroundings = { cwd: '/', region: undefined, packageManager: 'npm', hasGit: true };
  const words = starter(answers.packageManager, version, answers.directory);
  const add = <Key extends keyof Answers>(key: Key) => {
    const option = options[key];
    if (option.flag === null || (option.applies && !option.applies(answers))) return;
    const write = option.recorded ?? option.write;
    const written = write(answers[key]);
    const initial = option.initial(answers, elsewhere, {});
    if (initial !== undefined && write(initial) === written && !option.perMachine) return;
    if (option.takes === undefined)
      words.push(written === 'yes' ? `--${option.flag}` : `--no-${option.flag}`);
    // What looks like a flag is a value only behind an equals sign.
    else if (written.startsWith('-')) words.push(`--${option.flag}=${written}`);
    else words.push(`--${option.flag}`, written);
  };
  for (const key of optionKeys) add(key);
  return words.map((word) => shellWord(word)).join(' ');
}
