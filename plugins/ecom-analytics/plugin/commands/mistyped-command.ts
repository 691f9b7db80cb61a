import { UsageError } from '../../core/error.ts';
import { didYouMean, listed } from '../../core/nearest.ts';
import type { CliOptions, CommandDeclaration } from '../framework.ts';
import { commands } from './declarations.ts';

/**
 * Commands and options that do not exist. osls looks for a command once its plugins are made, so a plugin can answer first:
 * osls's own message has no code and compares whole lines, which finds nothing near `ecom streem stop`.
 */

/** Those of osls that every command has. */
const common = ['stage', 'region', 'param', 'config', 'aws-profile', 'help', 'version', 'verbose', 'debug'];

function refuseOptions(line: string, declared: CommandDeclaration, options: CliOptions): void {
  const known = [...Object.keys(declared.options ?? {}), ...common];
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    // What is not near any is left to osls, which may know it by now.
    const meant = didYouMean(name, known, (one) => `--${one}`);
    if (meant !== '')
      throw new UsageError('ECOM_OPTION_UNKNOWN', {
        what: `sls ${line} has no option --${name}`,
        fix: `${meant}Run \`npx sls ${line} --help\` for the options.`,
      });
  }
}

/**
 * @param line the words of the command line up to the first option, such as `['ecom', 'stream', 'stop']`
 * @throws UsageError `ECOM_COMMAND_UNKNOWN`, `ECOM_OPTION_UNKNOWN`, with the nearest word
 */
export function refuseMistyped(line: readonly string[], options: CliOptions): void {
  if (line[0] !== 'ecom') return;
  let group: CommandDeclaration = { commands };
  for (const [at, word] of line.entries()) {
    const before = line.slice(0, at).join(' ');
    const below = group.commands ?? {};
    const names = Object.keys(below);
    const next = Object.hasOwn(below, word) ? below[word] : undefined;
    if (next === undefined)
      throw new UsageError('ECOM_COMMAND_UNKNOWN', {
        what: `There is no command "sls ${before} ${word}"`,
        fix:
          names.length === 0
            ? `\`sls ${before}\` takes options only; run \`npx sls ${before} --help\`.`
            : `${didYouMean(word, names, (one) => `sls ${before} ${one}`)}\`sls ${before}\` takes ${listed(names)}.`,
      });
    group = next;
  }
  // Where the command is a group, osls prints its help.
  if (group.commands === undefined) refuseOptions(line.join(' '), group, options);
}
