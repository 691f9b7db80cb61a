import { EcomError } from '../plugins/ecom-analytics/core/error.ts';
import type { Answers, PackageManager } from './answers.ts';
import { typedAnswers } from './complete-answers.ts';
import { baseArchive, fingerprint, isVendoredKit, kitFolder, type Origin, originFile } from './origin.ts';
import { replayLine } from './replay-line.ts';
import { answersSection, replaceSections } from './section.ts';
import { stagesBlock, withLocalRules } from './stages.ts';
import { type Tree, type TreeFile, textFile, textOf } from './tree.ts';

/**
 * From template and answers to the project's files. The tree is the template's; what the answers change is in
 * `package.json` and the lock file (name), `stages.yml`, `README.md`, the package manager's own files, whether the workflows
 * are there, and, where no stage is called `dev`, which one is taken when none is named.
 */

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
const managerFiles: { readonly [Manager in PackageManager]?: Readonly<Record<string, string>> } = {
  // Below another package.json, yarn takes a project for a part of that one, unless it has a lock file of its own.
  yarn: { '.yarnrc.yml': 'nodeLinker: node-modules\n', 'yarn.lock': '' },
  // Nothing here needs a dependency's install script; pnpm would refuse to install until each is named.
  pnpm: { 'pnpm-workspace.yaml': 'strictDepBuilds: false\n' },
};

/** Whatever the user has Git ignore, an update needs these two; and it is not disturbed by what a killed one left. */
const kitIgnores = '!base.tgz\n!origin.json\nupdate-*/\n';

/** The extension that only workflows need, with the comma before it. */
const workflowExtension = /,\s*"github\.vscode-github-actions"/;

/** The template's stage that is taken when none is named. */
const templateStage = 'dev';

/** Where files beside README.md name it. */
const namesStage: readonly (readonly [file: string, named: (stage: string) => string])[] = [
  ['serverless.yml', (stage) => `\n  stage: ${stage}\n`],
  ['serverless.yml', (stage) => `sls deploy --stage ${stage} `],
  ['.vscode/launch.json', (stage) => `"--stage", "${stage}"`],
  ['.vscode/tasks.json', (stage) => `"default": "${stage}"`],
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

/** The section of README.md that says what to edit for what; a project's begins with it. */
const map = '## I want to …';

/** README.md as a project has it: first what to edit for what, then how to run and deploy, at the end what the kit is. */
function readme(template: Tree, answers: Answers): TreeFile {
  const { name, description, packageManager } = answers;
  const [about = '', ...sections] = (textOf(template, 'README.md') ?? '')
    .replaceAll(/--stage dev\b/g, `--stage ${stageWithoutName(answers)}`)
    .split(/^(?=## )/m)
    .map((section) => section.trim());
  const isMap = (section: string): boolean => section.startsWith(map);
  const runs =
    packageManager === 'npm'
      ? ''
      : ` Where a command below says \`npm\`, use \`${packageManager} run\`: \`${packageManager} run start\`.`;
  const parts = [
    `# ${name}`,
    description,
    ...sections.filter(isMap),
    `After a fresh clone, run \`${packageManager} install\` once.${runs}`,
    ...sections.filter((section) => !isMap(section)),
    '## How it works',
    about.replace(/^# .*\n+/, ''),
    // Without the version, or anyone who changes this text would have a conflict at every update.
    'This project was made with `create-ecom-analytics`. To make another one like it without questions:',
    `    ${replayLine(answers, 'latest')}`,
  ];
  return textFile(`${parts.filter((part) => part !== '').join('\n\n')}\n`);
}

/** Where a devcontainer installs: npm is in its image, and starts the others. */
function installInContainer(files: Map<string, TreeFile>, { packageManager }: Answers): void {
  const file = '.devcontainer/devcontainer.json';
  const text = textOf(files, file);
  if (packageManager === 'npm' || text === undefined) return;
  files.set(file, textFile(text.replace('"npm install"', `"npx --yes ${packageManager} install"`)));
}

function withoutWorkflows(files: Map<string, TreeFile>): void {
  for (const file of files.keys()) if (file.startsWith('.github/')) files.delete(file);
  for (const file of ['.vscode/extensions.json', '.devcontainer/devcontainer.json'])
    files.set(file, textFile(required(files, file).replace(workflowExtension, '')));
}

/** A project's files without the record of their making. */
function renderFiles(template: Tree, answers: Answers): Map<string, TreeFile> {
  const files = new Map(template);
  files.set('package.json', manifest(template, answers));
  if (answers.packageManager === 'npm') files.set('package-lock.json', lock(template, answers));
  else files.delete('package-lock.json');
  for (const [file, text] of Object.entries(managerFiles[answers.packageManager] ?? {}))
    files.set(file, textFile(text));
  files.set(
    'stages.yml',
    textFile(
      withLocalRules(
        replaceSections(required(template, 'stages.yml'), answersSection, stagesBlock(answers), 'stages.yml'),
        answers,
      ),
    ),
  );
  files.set('README.md', readme(template, answers));
  nameStage(files, stageWithoutName(answers));
  installInContainer(files, answers);
  if (!answers.workflows) withoutWorkflows(files);
  files.set(`${kitFolder}/.gitignore`, textFile(kitIgnores));
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
  const files = renderFiles(template, answers);
  // The base is the project as made, not the bare template: what the user has not touched is then equal to it. The kit is
  // replaced as a whole.
  const merged = new Map([...files].filter(([file]) => !isVendoredKit(file)));
  const base = { content: pack(merged), executable: false };
  const origin: Origin = { version, base: fingerprint(base.content), answers: typedAnswers(answers) };
  return new Map([...files, [originFile, json(origin)], [baseArchive, base]]);
}
