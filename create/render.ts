import { EcomError } from '../pipeline/error.ts';
import type { Answers, PackageManager } from './answers.ts';
import { replayLine } from './replay.ts';
import { answersSection, replaceSections } from './section.ts';
import { type Typed, typedAnswers } from './settle.ts';
import { stagesBlock } from './stages.ts';
import { type Tree, type TreeFile, textFile, textOf } from './tree.ts';

/**
 * From template and answers to the project's files. The tree is the template's; what the answers change is in
 * `package.json` and the lock file (name), `stages.yml`, `README.md`, the package manager's own file, whether the workflows
 * are there, and, where no stage is called `dev`, which one is taken when none is named.
 */

/** Where the project keeps what `update` needs, and the kit's licence. */
export const kitFolder = '.ecom-analytics';
export const baseArchive = `${kitFolder}/base.tgz`;
export const originFile = `${kitFolder}/origin.json`;

function required(template: Tree, file: string): string {
  const text = textOf(template, file);
  if (text === undefined)
    throw new EcomError('ECOM_TEMPLATE_BROKEN', {
      what: 'The template lacks a file',
      where: file,
      fix: 'Install create-ecom-analytics again.',
    });
  return text;
}

function json(value: unknown): TreeFile {
  return textFile(`${JSON.stringify(value, undefined, 2)}\n`);
}

/** The fields of a manifest that a project changes. */
interface Manifest {
  [field: string]: unknown;
}

function manifest(template: Tree, answers: Answers): TreeFile {
  const {
    name: _name,
    version: _version,
    description: _description,
    license: _license,
    ...rest
  }: Manifest = JSON.parse(required(template, 'package.json'));
  return json({
    name: answers.name,
    version: '0.1.0',
    description: answers.description,
    ...rest,
  });
}

function lock(template: Tree, answers: Answers): TreeFile {
  const found: { packages: Record<string, Manifest> } & Manifest = JSON.parse(
    required(template, 'package-lock.json'),
  );
  const { license: _license, ...root } = found.packages[''] ?? {};
  return json({
    ...found,
    name: answers.name,
    version: '0.1.0',
    packages: { ...found.packages, '': { ...root, name: answers.name, version: '0.1.0' } },
  });
}

/** What a package manager needs so that it installs, and so that the project's own scripts find their tools in `node_modules`. */
const managerFiles: { readonly [Manager in PackageManager]?: readonly [file: string, text: string] } = {
  yarn: ['.yarnrc.yml', 'nodeLinker: node-modules\n'],
  // Nothing here needs a dependency's install script; pnpm would refuse to install until each is named.
  pnpm: ['pnpm-workspace.yaml', 'strictDepBuilds: false\n'],
};

/** The template's stage that is taken when none is named. */
const templateStage = 'dev';

/** Where files beside README.md name it. */
const namesStage: readonly (readonly [file: string, named: (stage: string) => string])[] = [
  ['serverless.yml', (stage) => `\n  stage: ${stage}\n`],
  ['serverless.yml', (stage) => `sls deploy --stage ${stage} `],
  ['.vscode/launch.json', (stage) => `"--stage", "${stage}"`],
  ['.github/workflows/check.yml', (stage) => `PLAN_STAGE || '${stage}'`],
  ['.github/workflows/check.yml', (stage) => `PLAN_STAGE if it is not ${stage}`],
];

/** The first of the project's stages, unless it has the template's. */
function stageWithoutName({ stages }: Answers): string {
  return stages.includes(templateStage) ? templateStage : (stages[0] ?? templateStage);
}

function nameStage(files: Map<string, TreeFile>, stage: string): void {
  if (stage === templateStage) return;
  for (const [file, named] of namesStage) {
    const text = required(files, file);
    if (!text.includes(named(templateStage)))
      throw new Error(`${file} of the template does not say ${named(templateStage)}`);
    files.set(file, textFile(text.replace(named(templateStage), named(stage))));
  }
}

/** The front of README.md: the shop's own, over the kit's text. */
function readme(template: Tree, answers: Answers, version: string): TreeFile {
  const kit = (textOf(template, 'README.md') ?? '')
    .replace(/^# .*\n+/, '')
    .replaceAll(/--stage dev\b/g, `--stage ${stageWithoutName(answers)}`);
  return textFile(
    [
      `# ${answers.name}`,
      '',
      answers.description,
      '',
      `Made with create-ecom-analytics ${version}. To make the same project again without questions:`,
      '',
      `    ${replayLine(answers, version)}`,
      '',
      'To bring it up to a newer template, your changes kept: `npx create-ecom-analytics@latest update`.',
      '',
      kit,
    ].join('\n'),
  );
}

/** What the project remembers of its making. */
export interface Origin {
  /** Of create-ecom-analytics. */
  readonly version: string;
  /** As flags would say them, so that they are read back by the same checks. */
  readonly answers: Typed;
}

/** A project's files without the record of their making. */
function renderFiles(template: Tree, answers: Answers, version: string): Map<string, TreeFile> {
  const files = new Map(template);
  files.set('package.json', manifest(template, answers));
  if (answers.packageManager === 'npm') files.set('package-lock.json', lock(template, answers));
  else files.delete('package-lock.json');
  const managerFile = managerFiles[answers.packageManager];
  if (managerFile) files.set(managerFile[0], textFile(managerFile[1]));
  files.set(
    'stages.yml',
    textFile(
      replaceSections(required(template, 'stages.yml'), answersSection, stagesBlock(answers), 'stages.yml'),
    ),
  );
  files.set('README.md', readme(template, answers, version));
  nameStage(files, stageWithoutName(answers));
  if (!answers.workflows) {
    for (const file of template.keys()) if (file.startsWith('.github/')) files.delete(file);
  }
  // The kit's licence goes with the kit's code; the shop's own is the shop's to choose.
  const license = template.get('LICENSE');
  if (license) {
    files.delete('LICENSE');
    files.set(`${kitFolder}/LICENSE`, license);
  }
  return files;
}

/**
 * Makes a project of the template.
 *
 * @param version of create-ecom-analytics
 * @returns all files to write, the record for `update` among them
 */
export function render(
  template: Tree,
  answers: Answers,
  version: string,
  pack: (tree: Tree) => Uint8Array,
): Tree {
  const files = renderFiles(template, answers, version);
  const origin: Origin = { version, answers: typedAnswers(answers) };
  // The base is the project as made, not the bare template: what the user has not touched is then equal to it.
  const base = { content: pack(files), executable: false };
  return new Map([...files, [originFile, json(origin)], [baseArchive, base]]);
}
