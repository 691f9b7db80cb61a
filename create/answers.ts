import type { PresetName } from '../plugins/ecom-analytics/plugin/config/schema.ts';

export const packageManagers = ['npm', 'pnpm', 'yarn', 'bun'] as const;
export type PackageManager = (typeof packageManagers)[number];

export const clusterChoices = ['create', 'existing'] as const;
export type ClusterChoice = (typeof clusterChoices)[number];

/** Whether to install, and whether to run `npm start` then. */
export const installChoices = ['start', 'yes', 'no'] as const;
export type InstallChoice = (typeof installChoices)[number];

/** The network that existing clusters stand in. */
export interface ExistingNetwork {
  readonly vpcId: string;
  readonly privateSubnetIds: readonly string[];
}

/** Everything that a project is made from, beside the template. Null: none. */
export interface Answers {
  /** Whether what AWS needs is asked for; its settings are there in either case. */
  readonly aws: boolean;
  /** Where the project goes, as the user wrote it. */
  readonly directory: string;
  /** Package and service name; AWS names begin with it. */
  readonly name: string;
  readonly description: string;
  readonly clusters: ClusterChoice;
  readonly mskClusterArn: string | null;
  readonly emrClusterId: string | null;
  readonly emrRelease: string;
  /** IAM role of the existing EMR cluster's instances. */
  readonly emrInstanceRole: string | null;
  readonly network: ExistingNetwork | null;
  readonly region: string;
  readonly stages: readonly string[];
  /** The preset of every stage but `dev`, which starts from the preset of its own name. Null: by the stage's name. */
  readonly size: PresetName | null;
  readonly alertEmail: string | null;
  readonly rulesOff: readonly string[];
  readonly packageManager: PackageManager;
  readonly workflows: boolean;
  readonly git: boolean;
  readonly install: InstallChoice;
}

/** What the machine suggests as defaults. */
export interface Surroundings {
  readonly cwd: string;
  /** The region that the AWS tools on this machine use, if any says so. */
  readonly region: string | undefined;
  readonly packageManager: PackageManager;
  readonly hasGit: boolean;
}
