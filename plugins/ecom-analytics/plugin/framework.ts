/** As much of osls as the plugin uses. */

/** A function of serverless.yml. */
export interface ServerlessFunction {
  name?: string;
  role?: unknown;
  handler?: string;
  vpc?: { securityGroupIds: unknown; subnetIds: unknown };
  dependsOn?: string[];
  environment?: Record<string, unknown>;
  /** Where its ZIP is, once it is packed. */
  package?: { readonly artifact?: string };
}

export interface CloudFormationTemplate {
  Resources: Record<string, unknown>;
  Outputs?: Record<string, unknown>;
}

export interface ServerlessService {
  readonly service: string;
  readonly custom?: Record<string, unknown>;
  readonly functions: Record<string, ServerlessFunction>;
  readonly provider: {
    stackTags?: Record<string, string>;
    compiledCloudFormationTemplate: CloudFormationTemplate;
    /** Set on a deploy that finds the stack as it should be. */
    readonly shouldNotDeploy?: boolean;
    readonly deploymentWithEmptyChangeSet?: boolean;
    /** What Lambda answers of the function that `sls deploy function` is about. */
    readonly remoteFunctionData?: { readonly Configuration?: { readonly Role?: string } };
  };
}

export interface AwsProvider {
  getStage(): string;
  getRegion(): string;
  readonly naming: { getStackName(): string; getLambdaLogicalId(functionName: string): string };
  /** Since osls 4. */
  getAwsSdkV3Config?(): Promise<object>;
}

/** A command as osls declares it. */
export interface CommandDeclaration {
  readonly type?: 'container';
  readonly usage?: string;
  readonly lifecycleEvents?: readonly string[];
  readonly options?: Readonly<
    Record<
      string,
      { readonly usage: string; readonly type: 'string' | 'boolean' | 'multiple'; readonly shortcut?: string }
    >
  >;
  readonly commands?: Readonly<Record<string, CommandDeclaration>>;
}

export interface Serverless {
  readonly serviceDir: string;
  /** serverless.yml, its variables resolved. */
  readonly configurationInput?: {
    readonly params?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  };
  /** `serverless.yml`, or what it is called. */
  readonly configurationFilename?: string;
  readonly service: ServerlessService;
  readonly processedInput: { readonly commands: readonly string[]; readonly isHelpRequest?: boolean };
  readonly configSchemaHandler: {
    /** What osls checks the whole configuration with. */
    readonly schema?: {
      readonly properties: {
        readonly provider: {
          readonly properties: { readonly region?: { readonly enum: string[] } };
        };
      };
    };
  };
  readonly pluginManager: { spawn(command: string): Promise<void> };
  getProvider(name: 'aws'): AwsProvider;
  extendConfiguration(path: readonly string[], value: unknown): void;
  addServiceOutputSection(name: string, content: readonly string[]): void;
}

/** What osls hands a plugin to speak with. */
export interface Speech {
  readonly log: { notice(text: string): void; warning(text: string): void };
  readonly progress: {
    get(name: string): { notice(text: string): void; remove(): void };
  };
  /** To stdout. */
  writeText(text: string): void;
}

/** The options of a command, as the user gave them. */
export type CliOptions = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
