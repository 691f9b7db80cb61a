/** Needs no quotes in any shell; zsh reads a leading `=` as the path of a command. */
const plain = /^(?!=)[\w@%+=:,./-]+$/;

/** What a terminal must not act on, or shows so that it cannot be copied; a line break alone is text between quotes. */
const unprintable = /[^\P{C}\n]|[\u2028\u2029]/gu;

function octal(character: string): string {
  return [...Buffer.from(character, 'utf8')].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}

/**
 * Windows has no quotes that all its shells share. Double quotes are read alike by cmd.exe and PowerShell as long as
 * nothing between them expands; else single quotes, as PowerShell reads them: it takes typographic ones for the same.
 */
function windowsWord(word: string): string {
  if (/^[\w@+=:,./\\-]+$/.test(word)) return word;
  if (!/["$`%!^]/.test(word)) return `"${word}"`;
  return `'${word.replace(/['\u2018\u2019\u201a\u201b]/gu, '$&$&')}'`;
}

/**
 * A word of a command that is printed, so that a shell which the command is pasted into hands on exactly this word and runs
 * none of it: names, paths and texts come from files and from other people. Every command that is printed is made of these.
 *
 * POSIX shells read nothing between single quotes (POSIX.1-2017, Shell & Utilities, 2.2.2).
 */
export function shellWord(word: string, platform: NodeJS.Platform = process.platform): string {
  if (platform === 'win32') return windowsWord(word);
  if (plain.test(word)) return word;
  return `'${word
    .replaceAll("'", "'\\''")
    .replace(unprintable, (character) => `'"$(printf '${octal(character)}')"'`)}'`;
}

/** A path as an argument that is not taken for an option. */
export function shellPath(path: string, platform?: NodeJS.Platform): string {
  return shellWord(path.startsWith('-') ? `./${path}` : path, platform);
}

/**
 * npm passes a script's arguments through a second shell, and does not quote one of which only a bracket or brace means
 * something there: `o[1].csv` becomes the `o1.csv` beside it. https://github.com/npm/promise-spawn/blob/main/lib/escape.js
 */
const patternToNpm = /^[^\s"#$&'()*;<>?\\`|~]*[[{][^\s"#$&'()*;<>?\\`|~]*$/;

/**
 * An option with its value. One that starts with a dash is a value only behind an equals sign, and one that npm's shell would
 * take for a pattern matches nothing there.
 */
export function shellOption(option: string, value: string, platform?: NodeJS.Platform): string {
  return value.startsWith('-') || patternToNpm.test(value)
    ? shellWord(`${option}=${value}`, platform)
    : `${option} ${shellWord(value, platform)}`;
}
