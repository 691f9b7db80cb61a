import { optionKeys, options } from './option.ts';

const width = 80;

/** Breaks text into lines that, with the indent, fit the terminal. */
function wrapped(text: string, indent: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent + line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].join(`\n${' '.repeat(indent)}`);
}

function entry(flag: string, help: string): string {
  return `  ${flag}\n      ${wrapped(help, 6)}`;
}

/** `--help`, from the option table. */
export function helpText(): string {
  const entries = optionKeys.map((key) => {
    const { flag, takes, help } = options[key];
    if (flag === null) return entry(`<${takes}>`, help);
    return takes === undefined ? entry(`--${flag}, --no-${flag}`, help) : entry(`--${flag} ${takes}`, help);
  });
  return [
    'Creates a project for real-time e-commerce analytics on AWS.',
    '',
    'Usage:',
    '  npm create ecom-analytics [directory] [-- options]',
    '  npx create-ecom-analytics@latest update [--check]',
    '',
    'Whatever is not given is asked for, or taken from the defaults with --yes.',
    '',
    'Options:',
    ...entries,
    entry('-y, --yes', 'Ask nothing: the defaults for all that is not given'),
    entry('--start', 'Install, and start the pipeline: its dashboard, until Ctrl-C'),
    entry('--continue', 'Write into a folder that is not empty, if nothing there is in the way'),
    entry('--dry-run', 'Print what would be written, and write nothing'),
    entry('--debug', 'Show where in the program an error came from'),
    entry('-v, --version', 'Print the version'),
    entry('-h, --help', 'Print this'),
    '',
    'Examples:',
    '  npm create ecom-analytics my-shop',
    '  npm create -y ecom-analytics@latest my-shop -- --yes --region eu-west-1',
    '  npm create ecom-analytics my-shop -- --clusters existing \\',
    '    --msk-cluster-arn arn:aws:kafka:us-east-1:123456789012:cluster/shop/1a2b-3 \\',
    '    --emr-cluster-id j-2AXXXXXXGAPLF --network vpc-0a1b2c3d,subnet-0a1b2c3d',
    '',
    'Exit codes: 0 done, 1 failed, 2 wrong use, 130 cancelled.',
  ].join('\n');
}
