import path from 'node:path';
import { rules } from '../pipeline/rules.ts';
import { defaultRelease, releases } from '../plugins/ecom-analytics/job/releases.ts';
import { presets } from '../plugins/ecom-analytics/plugin/config/presets.ts';
import { presetNames } from '../plugins/ecom-analytics/plugin/config/schema.ts';
import {
  type Answers,
  clusterChoices,
  installChoices,
  packageManagers,
  type Surroundings,
} from './answers.ts';
import { monthlyCost, priceRegion } from './cost.ts';
import { presetByNames } from './preset.ts';
import {
  longestName,
  nameFrom,
  type OptionReading,
  readClusterArn,
  readEmail,
  readList,
  readName,
  readOneOf,
  readPattern,
  readRegion,
  readStages,
} from './read-option.ts';

/** The option table. Prompts, flags, `--help`, validation, defaults and the replay line all follow from it. */

export interface Choice {
  readonly value: string;
  readonly label: string;
  readonly hint?: string;
}

/** How an option is asked for. Without choices it is a line of text. */
export interface Question<T = unknown> {
  readonly message: string | ((before: Partial<Answers>) => string);
  readonly choices?: readonly Choice[];
  /** Shown in the empty field where there is no default. */
  readonly placeholder?: string;
  /** What is suggested to a person, where a program gets another default. */
  readonly suggested?: T;
  /** Asked only where there is somebody to ask: a program need not give it. */
  readonly optional?: true;
  /** Whether it is worth asking, given the answers before it and the flags; without this it always is. */
  readonly when?: (before: Partial<Answers>, given: Partial<Answers>) => boolean;
}

export interface Option<T> {
  /** The flag without dashes; null for the positional argument. A switch `x` also has `--no-x`. */
  readonly flag: string | null;
  /** What the flag takes, for `--help`; a switch takes nothing. */
  readonly takes?: string;
  readonly help: string;
  /** Whether the option means anything, given the answers before it; without this it always does. */
  readonly applies?: (before: Partial<Answers>) => boolean;
  /** Why not, where it does not. */
  readonly appliesOnly?: string;
  /** The answer where none is given; undefined: it must be given. */
  readonly initial: (
    before: Partial<Answers>,
    surroundings: Surroundings,
    given: Partial<Answers>,
  ) => T | undefined;
  /** The default depends on the machine, so the replay line always names this option. */
  readonly perMachine?: boolean;
  readonly read: (text: string) => OptionReading<T>;
  readonly write: (value: T) => string;
  /** As the project's record and the replay line have it, where that is not as it was answered. */
  readonly recorded?: (value: T) => string;
  /** What is wrong with a given value beside the answers before it. */
  readonly clash?: (value: T, before: Partial<Answers>) => string | undefined;
  readonly question?: Question<T>;
}

type OptionTable = { readonly [Key in keyof Answers]: Option<Answers[Key]> };

const existing = {
  applies: ({ clusters }: Partial<Answers>) => clusters === 'existing',
  appliesOnly: '--clusters existing',
} as const;

/** For questions of settings on AWS. */
const onAws = ({ aws }: Partial<Answers>): boolean => aws !== false;

/** What the stages of a preset cost, in words. */
const sizeChoices: readonly Choice[] = presetNames.map((name) => {
  const { brokers, brokerType } = presets[name].msk.create;
  return {
    value: name,
    label: `${name}, ${monthlyCost({}, name)}`,
    hint: `${brokers} × ${brokerType}`,
  };
});

/** In place of a preset: each stage's name says which. */
const byName = 'by-name';

const byNameChoice: Choice = {
  value: byName,
  label: "By each stage's name",
  hint: 'production for prod, dev for the others',
};

const releaseChoices: readonly Choice[] = Object.entries(releases).map(([value, { spark }]) => ({
  value,
  label: value,
  hint: `Spark ${spark}`,
}));

/** Of S3: the longest that the plugin makes is `name-stage-artifacts-` and the 12 digits of an account. */
const longestBucketName = 63;

/** How long a name may be, so that AWS takes what is made of it and the stages' names. */
function nameRoom({ stages = [] }: Partial<Answers>): number {
  const longestStage = Math.max(0, ...stages.map((stage) => stage.length));
  return longestBucketName - `--artifacts-${'0'.repeat(12)}`.length - longestStage;
}

const asIs = (text: string): string => text;
const yesOrNo = {
  read: (text: string): OptionReading<boolean> =>
    text === 'yes' || text === 'no' ? { value: text === 'yes' } : { wrong: 'say yes or no' },
  write: (value: boolean): string => (value ? 'yes' : 'no'),
};

export const options: OptionTable = {
  aws: {
    flag: 'aws',
    help: 'Ask for the settings on AWS too; without them, stages.yml has the defaults',
    initial: () => true,
    ...yesOrNo,
    question: {
      message: 'Where should your pipeline run?',
      choices: [
        { value: 'no', label: 'On this machine for now', hint: 'no AWS account, no cost' },
        { value: 'yes', label: 'On AWS too', hint: 'asks for region, stages and sizes; shows costs' },
      ],
      suggested: false,
      optional: true,
      // A flag with such a setting says it.
      when: (_before, given) => awsKeys.every((key) => given[key] === undefined),
    },
  },
  directory: {
    flag: null,
    takes: 'directory',
    help: 'Where the project goes; "." is the folder you are in',
    initial: () => 'my-shop',
    read: (text) => (text.trim() === '' ? { wrong: 'name a folder' } : { value: text }),
    write: asIs,
    question: { message: 'Where should we create your project?' },
  },
  name: {
    flag: 'name',
    takes: 'name',
    help: 'Package and service name; AWS resources begin with it (default: from the directory)',
    initial: (before, { cwd }) => {
      const folder = path.basename(path.resolve(cwd, before.directory ?? ''));
      return nameFrom(folder, Math.min(longestName, nameRoom(before))) ?? 'my-shop';
    },
    read: readName,
    write: asIs,
    clash: (name, before) => {
      const room = nameRoom(before);
      return name.length <= room
        ? undefined
        : `AWS names are made of it and of the stages', so beside ${before.stages?.join(', ')} it may have up to ${room} characters`;
    },
  },
  description: {
    flag: 'description',
    takes: 'text',
    help: 'One line for package.json and README.md',
    initial: () => 'Real-time analytics of our orders',
    read: (text) => (/[\r\n]/.test(text) ? { wrong: 'it must be one line' } : { value: text }),
    write: asIs,
  },
  clusters: {
    flag: 'clusters',
    takes: clusterChoices.join('|'),
    help: 'Create the Kafka and Spark clusters, or use existing ones',
    initial: (_before, _surroundings, given) =>
      given.mskClusterArn || given.emrClusterId || given.network ? 'existing' : 'create',
    read: (text) => readOneOf(clusterChoices, text),
    write: asIs,
    question: {
      message: 'Which Kafka (MSK) and Spark (EMR) clusters should it use?',
      choices: [
        { value: 'create', label: 'New ones', hint: 'created with a network of their own' },
        { value: 'existing', label: 'Existing ones', hint: 'by ARN and ID' },
      ],
      when: onAws,
    },
  },
  mskClusterArn: {
    ...existing,
    flag: 'msk-cluster-arn',
    takes: 'arn',
    help: 'The existing MSK cluster, with IAM authentication',
    initial: ({ clusters }) => (clusters === 'existing' ? undefined : null),
    read: readClusterArn,
    write: (value) => value ?? '',
    question: {
      message: 'What is the ARN of the MSK cluster?',
      placeholder: 'arn:aws:kafka:us-east-1:123456789012:cluster/shop/…',
    },
  },
  emrClusterId: {
    ...existing,
    flag: 'emr-cluster-id',
    takes: 'id',
    help: 'The existing EMR cluster',
    initial: ({ clusters }) => (clusters === 'existing' ? undefined : null),
    read: (text) => readPattern(/^j-[A-Z0-9]{8,}$/, text, 'it must be an id like j-2AXXXXXXGAPLF'),
    write: (value) => value ?? '',
    question: { message: 'What is the ID of the EMR cluster?', placeholder: 'j-2AXXXXXXGAPLF' },
  },
  emrRelease: {
    flag: 'emr-release',
    takes: 'release',
    help: `EMR release, of the existing cluster or the new one: ${Object.keys(releases).join(', ')}`,
    initial: () => defaultRelease,
    read: (text) => readOneOf(Object.keys(releases), text),
    write: asIs,
    question: {
      message: 'Which EMR release does it have?',
      choices: releaseChoices,
      when: ({ clusters }) => clusters === 'existing',
    },
  },
  emrInstanceRole: {
    ...existing,
    flag: 'emr-instance-role',
    takes: 'role',
    help: "Name of the IAM role of the existing EMR cluster's instances",
    initial: ({ clusters }) => (clusters === 'existing' ? 'EMR_EC2_DefaultRole' : null),
    read: (text) =>
      readPattern(/^[\w+=,.@-]{1,64}$/, text, 'it must be the name of an IAM role, not its ARN'),
    write: (value) => value ?? '',
  },
  network: {
    ...existing,
    flag: 'network',
    takes: 'vpc,subnet,…',
    help: 'VPC of the existing clusters and its private subnets, by id',
    initial: ({ clusters }) => (clusters === 'existing' ? undefined : null),
    read: (text) => {
      const [vpcId = '', ...privateSubnetIds] = readList(text);
      const id = (prefix: string) => (value: string) => new RegExp(`^${prefix}-[0-9a-f]{8,17}$`).test(value);
      return id('vpc')(vpcId) && privateSubnetIds.length > 0 && privateSubnetIds.every(id('subnet'))
        ? { value: { vpcId, privateSubnetIds } }
        : { wrong: 'it must be a VPC id and its subnet ids, like vpc-0a1b2c3d,subnet-0a1b2c3d' };
    },
    write: (value) => (value === null ? '' : [value.vpcId, ...value.privateSubnetIds].join(',')),
    question: {
      message: 'Which VPC and private subnets are the clusters in?',
      placeholder: 'vpc-0a1b2c3d,subnet-0a1b2c3d,…',
    },
  },
  region: {
    flag: 'region',
    takes: 'region',
    help: "AWS region (default: the existing cluster's, or this machine's, or us-east-1)",
    applies: ({ clusters }) => clusters !== 'existing',
    appliesOnly: '--clusters create; an existing cluster has its region in its ARN',
    initial: ({ mskClusterArn }, { region }) => mskClusterArn?.split(':')[3] ?? region ?? 'us-east-1',
    perMachine: true,
    read: readRegion,
    write: asIs,
    question: { message: 'Which AWS region?', when: onAws },
  },
  stages: {
    flag: 'stages',
    takes: 'name,…',
    help: 'Stages to write settings for; "local" is always there',
    initial: () => ['dev', 'prod'],
    read: readStages,
    write: (value) => value.join(','),
    question: {
      message: (before) =>
        `Which stages? Deployed, dev costs ${monthlyCost(before, 'dev')} (${priceRegion}).`,
      when: onAws,
    },
  },
  size: {
    flag: 'size',
    takes: [...presetNames, byName].join('|'),
    help: `Preset of the stages other than dev, at list prices of us-east-1: ${sizeChoices.map(({ label }) => label).join('; ')}; ${byName}, which is the default: production for prod and production, dev for the others`,
    initial: ({ stages = [] }) => presetByNames(stages),
    read: (text) => {
      const reading = readOneOf([...presetNames, byName], text);
      if (reading.wrong !== undefined) return reading;
      return { value: reading.value === byName ? null : reading.value };
    },
    write: (value) => value ?? byName,
    question: {
      message: ({ stages = [] }) => {
        const [stage = '', ...more] = stages.filter((name) => name !== 'dev');
        return `What size should ${more.length === 0 ? stage : 'the stages other than dev'} be (${priceRegion})?`;
      },
      choices: [...sizeChoices, byNameChoice],
      when: (before) =>
        onAws(before) &&
        before.clusters === 'create' &&
        (before.stages?.some((stage) => stage !== 'dev') ?? true),
    },
  },
  alertEmail: {
    flag: 'alert-email',
    takes: 'address|none',
    help: 'Who gets alerts and alarms by e-mail',
    initial: () => null,
    read: readEmail,
    write: (value) => value ?? 'none',
    question: { message: 'Which e-mail address should get alerts and alarms?', when: onAws },
  },
  rulesOff: {
    flag: 'rules-off',
    takes: 'rule,…|none',
    help: `Sample rules to switch off in the stages; npm start has them all: ${rules.map(({ id }) => id).join(', ')}`,
    initial: () => [],
    read: (text) => {
      const known = rules.map(({ id }) => id);
      const given = text === 'none' ? [] : readList(text);
      const unknown = given.find((id) => !known.includes(id));
      return unknown === undefined
        ? { value: known.filter((id) => given.includes(id)) }
        : { wrong: `there is no rule "${unknown}"; the rules are ${known.join(', ')}` };
    },
    write: (value) => (value.length === 0 ? 'none' : value.join(',')),
  },
  packageManager: {
    flag: 'package-manager',
    takes: packageManagers.join('|'),
    help: 'Package manager (default: the one this was started with)',
    initial: (_before, { packageManager }) => packageManager,
    perMachine: true,
    read: (text) => readOneOf(packageManagers, text),
    write: asIs,
    question: {
      message: 'Which package manager?',
      choices: packageManagers.map((name) => ({ value: name, label: name })),
      optional: true,
    },
  },
  workflows: {
    flag: 'workflows',
    help: 'GitHub Actions workflows that check pull requests and deploy a stage',
    initial: () => true,
    ...yesOrNo,
  },
  git: {
    flag: 'git',
    help: 'A Git repository with a first commit, unless the folder is in one',
    initial: (_before, { hasGit }) => hasGit,
    ...yesOrNo,
  },
  install: {
    flag: 'install',
    help: 'Install the dependencies',
    initial: () => 'yes',
    read: (text) => readOneOf(installChoices, text),
    write: asIs,
    // A project made the same way again is not to start by itself.
    recorded: (value) => (value === 'no' ? 'no' : 'yes'),
    question: {
      message: 'Install and start now?',
      choices: [
        { value: 'start', label: 'Yes', hint: 'shows the address of the dashboard; Ctrl-C ends it' },
        { value: 'yes', label: 'Only install' },
        { value: 'no', label: 'No' },
      ],
      suggested: 'start',
      optional: true,
    },
  },
};

/** The order in which options are settled and asked: each may depend on those before it. */
export const optionKeys: readonly (keyof Answers)[] = [
  'aws',
  'directory',
  'description',
  'clusters',
  'mskClusterArn',
  'emrClusterId',
  'emrRelease',
  'emrInstanceRole',
  'network',
  'region',
  'stages',
  // Without a question, and what it may be hangs on the stages.
  'name',
  'size',
  'alertEmail',
  'rulesOff',
  'packageManager',
  'workflows',
  'git',
  'install',
];

/** The settings that AWS alone has. */
const awsKeys: readonly (keyof Answers)[] = [
  'clusters',
  'mskClusterArn',
  'emrClusterId',
  'emrRelease',
  'emrInstanceRole',
  'network',
  'region',
  'stages',
  'size',
  'alertEmail',
  'rulesOff',
];
