import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { EcomError } from '../../pipeline/error.ts';
import type { SdkSettings } from './aws/clients.ts';
import { wallClock } from './clock.ts';
import { type Command, commands } from './commands/declarations.ts';
import type { CliOptions, CommandDeclaration, Serverless, Speech } from './framework.ts';
import { pointAtCloud } from './local-cloud.ts';
import { parts } from './parts.ts';
import type { Session } from './session.ts';
import { checkStageParameters, localStage, stageInput } from './stage.ts';
import { declareFunctions, wireFunctions } from './wiring.ts';

/**
 * The Serverless plugin: declares commands and hooks, each a line that leads to where the work is. What a package does
 * not need is loaded when it is: commands, and with them the AWS clients.
 */
export class EcomAnalyticsPlugin {
  readonly commands: Readonly<Record<string, CommandDeclaration>> = commands;
  readonly hooks: Readonly<Record<string, () => unknown>>;
  readonly #serverless: Serverless;
  readonly #options: CliOptions;
  readonly #speech: Speech;
  /** Functions whose package stands ready in serverless.yml. */
  readonly #ownPackages = new Set<string>();
  /** Known only on a deploy, which asks EMR; a package on its own is of the first. */
  #clusterGeneration = 0;

  constructor(serverless: Serverless, options: CliOptions, speech: Speech) {
    this.#serverless = serverless;
    this.#options = options;
    this.#speech = speech;
    declareFunctions(serverless);
    // Before osls checks what the parameters were put into.
    this.#checkParameters();
    // On its own `sls` would print nothing. osls reads the command line again when its plugins are there.
    if (serverless.processedInput.commands.length === 0) process.argv.push('--help');
    this.hooks = this.#guarded({
      initialize: () => this.#initialize(),
      'before:deploy:deploy': () => this.#beforeDeploy(),
      'after:package:createDeploymentArtifacts': () => this.#settleZips(),
      'after:deploy:function:packageFunction': () => this.#settleZips(),
      'package:compileEvents': () => this.#addResources(),
      'after:aws:package:finalize:mergeCustomProviderResources': () => this.#checkNames(),
      'before:aws:deploy:deploy:updateStack': () => this.#beforeUpdate(),
      'after:deploy:deploy': () => this.#afterDeploy(),
      'before:deploy:function:deploy': () => this.#beforeFunction(),
      'before:invoke:local:invoke': () => parts.oneFunction().markBundles(this.#serverless),
      'after:invoke:local:invoke': () => this.#afterLocalInvoke(),
      'before:package:cleanup': () => this.#beforePackage(),
      'aws:info:displayStackOutputs': () => this.#info(),
      'before:remove:remove': () => this.#beforeRemove(),
      'ecom:plan:run': () => this.#plan(),
      'ecom:topics:plan:run': () => this.#run(parts.topics().planCommand),
      'ecom:topics:apply:run': () => this.#run(parts.topics().applyCommand),
      'ecom:topics:delete:run': () => this.#run(parts.topics().deleteCommand),
      'ecom:stream:status:run': () => this.#run(parts.stream().statusCommand),
      'ecom:stream:start:run': () => this.#run(parts.stream().startCommand),
      'ecom:stream:stop:run': () => this.#run(parts.stream().stopCommand),
      'ecom:stream:restart:run': () => this.#run(parts.stream().restartCommand),
      'ecom:stream:logs:run': () => this.#run(parts.stream().logsCommand),
      'ecom:stream:reset-checkpoint:run': () => this.#run(parts.stream().resetCommand),
      'ecom:stream:compact:run': () => this.#run(parts.stream().compactCommand),
      'ecom:windows:get:run': () => this.#run(parts.windows().getWindowsCommand),
      'ecom:dead-letters:list:run': () => this.#run(parts.deadLetters().listDeadLettersCommand),
      'ecom:dead-letters:replay:run': () => this.#run(parts.deadLetters().replayCommand),
      'ecom:doctor:run': () => this.#run(parts.doctor().doctorCommand),
      'ecom:policy:run': () => this.#run(parts.policy().policyCommand),
      'ecom:cost:run': () => this.#run(parts.cost().costCommand),
    });
  }

  /** An error of ours is shown by its message and code; osls would show the stack of what it does not know. */
  #withCode(error: unknown): unknown {
    if (!(error instanceof EcomError) || this.#options.debug !== undefined) return error;
    return Object.assign(error, { decoratedMessage: `${error.message}\n[${error.code}]` });
  }

  #checkParameters(): void {
    const { commands: line, isHelpRequest } = this.#serverless.processedInput;
    if (isHelpRequest || line.length === 0 || line[0] === 'plugin') return;
    try {
      checkStageParameters(this.#serverless, this.#options, (keys) =>
        parts.sources().whereParametersAre(this.#serverless, this.#options)(keys),
      );
    } catch (error) {
      throw this.#withCode(error);
    }
  }

  #guarded(hooks: Readonly<Record<string, () => unknown>>): Record<string, () => Promise<unknown>> {
    const guard = (hook: () => unknown) => async (): Promise<unknown> => {
      try {
        return await hook();
      } catch (error) {
        throw this.#withCode(error);
      } finally {
        this.#speech.progress.get('ecom').remove();
      }
    };
    return Object.fromEntries(Object.entries(hooks).map(([name, hook]) => [name, guard(hook)]));
  }

  #input() {
    return stageInput(this.#serverless, this.#clusterGeneration, (keys) =>
      parts.sources().whereValuesAre(this.#serverless, this.#options)(keys),
    );
  }

  #session(): Session {
    const { openSession } = parts.session();
    const provider = this.#serverless.getProvider('aws');
    return openSession({
      input: this.#input(),
      region: provider.getRegion(),
      stackName: provider.naming.getStackName(),
      isLocal: provider.getStage() === localStage,
      clock: wallClock,
      progress: (text) => this.#speech.progress.get('ecom').notice(text),
      sdkSettings: async () => {
        if (provider.getAwsSdkV3Config) return (await provider.getAwsSdkV3Config()) as SdkSettings;
        throw new EcomError('ECOM_OSLS', {
          what: 'This Serverless CLI is not osls 4',
          where: 'package.json, devDependencies.serverless',
          fix: 'Install it: npm install -D serverless@npm:osls@^4',
        });
      },
    });
  }

  async #initialize(): Promise<void> {
    const commandsLine = this.#serverless.processedInput.commands;
    pointAtCloud(
      this.#serverless.getProvider('aws').getStage(),
      this.#serverless.serviceDir,
      process.env,
      commandsLine[0] === 'package',
    );
    wireFunctions(this.#serverless, this.#input());
    for (const [name, { package: made }] of Object.entries(this.#serverless.service.functions))
      if (made?.artifact !== undefined) this.#ownPackages.add(name);
    if (commandsLine.join(' ') !== 'invoke local') return;
    const { reachBrokers } = parts.oneFunction();
    await reachBrokers(this.#session(), this.#serverless, String(this.#options.function));
  }

  /** A package that somebody made themselves is theirs; the others are esbuild's, with modes that follow its umask. */
  async #settleZips(): Promise<void> {
    const { functions } = this.#serverless.service;
    const made = Object.entries(functions).flatMap(([name, { package: { artifact } = {} }]) =>
      artifact === undefined || this.#ownPackages.has(name) ? [] : [artifact],
    );
    const { readableByLambda } = parts.functionZips();
    for (const artifact of new Set(made)) {
      const file = path.resolve(this.#serverless.serviceDir, artifact);
      await writeFile(file, readableByLambda(await readFile(file)));
    }
  }

  /** A function keeps its connections for its next call, as Lambda wants it, and would keep the command from ending. */
  #afterLocalInvoke(): void {
    process.stdout.write('', () => process.exit());
  }

  #beforeFunction(): void {
    const { keepDeployedRole } = parts.oneFunction();
    keepDeployedRole(this.#serverless, String(this.#options.function));
  }

  #addResources(): void {
    const { stageTemplate } = parts.template();
    const { Resources, Outputs } = stageTemplate(this.#input());
    const template = this.#serverless.service.provider.compiledCloudFormationTemplate;
    Object.assign(template.Resources, Resources);
    template.Outputs = { ...template.Outputs, ...Outputs };
  }

  /** With the functions and the resources of serverless.yml, whose names come from service and stage as well. */
  #checkNames(): void {
    const { refuseNames } = parts.names();
    const { compiledCloudFormationTemplate } = this.#serverless.service.provider;
    refuseNames(compiledCloudFormationTemplate, this.#serverless.getProvider('aws').getRegion());
  }

  /** A cluster that has ended is replaced by one of the next generation, which must be known before the template is made. */
  async #beforePackage(): Promise<void> {
    if (this.#serverless.processedInput.commands[0] !== 'deploy') return;
    const { clusterGeneration, deployRequest } = parts.deploy();
    // What is wrong with it is said before anything is packed.
    deployRequest(this.#options);
    this.#clusterGeneration = await clusterGeneration(this.#session());
  }

  async #beforeDeploy(): Promise<void> {
    const { announceCost } = parts.deploy();
    const { refuseBuckets } = parts.bucketNames();
    const { refuseEndpoints } = parts.endpointsTaken();
    const session = this.#session();
    await refuseBuckets(session);
    await refuseEndpoints(session);
    await announceCost(session, (text) => this.#speech.log.notice(text));
  }

  async #beforeUpdate(): Promise<void> {
    const template = this.#serverless.service.provider.compiledCloudFormationTemplate;
    const { beforeUpdate, deployRequest } = parts.deploy();
    const request = deployRequest(this.#options);
    await beforeUpdate(this.#session(), template, request, (text) => this.#speech.log.notice(text));
  }

  async #afterDeploy(): Promise<void> {
    const { afterDeploy, deployRequest } = parts.deploy();
    const lines = await afterDeploy(this.#session(), deployRequest(this.#options));
    const { shouldNotDeploy, deploymentWithEmptyChangeSet } = this.#serverless.service.provider;
    // osls shows its sections only where it has changed the stack; topics and step may have changed all the same.
    if (shouldNotDeploy || deploymentWithEmptyChangeSet)
      this.#speech.writeText(['stream:', ...lines.map((line) => `  ${line}`)].join('\n'));
    else this.#serverless.addServiceOutputSection('stream', lines);
  }

  async #beforeRemove(): Promise<void> {
    const { beforeRemove } = parts.remove();
    await beforeRemove(this.#session());
  }

  async #info(): Promise<void> {
    if (this.#serverless.processedInput.commands[0] !== 'info') return;
    const { infoSection } = parts.info();
    this.#serverless.addServiceOutputSection('stream', await infoSection(this.#session()));
  }

  /** What a deploy would do depends on what it would deploy, so that is packed first. */
  async #plan(): Promise<void> {
    const { clusterGeneration } = parts.deploy();
    const { stagePlanCommand } = parts.plan();
    this.#clusterGeneration = await clusterGeneration(this.#session());
    await this.#serverless.pluginManager.spawn('package');
    const { functions, provider } = this.#serverless.service;
    const { naming } = this.#serverless.getProvider('aws');
    const packed = new Map<string, { name: string; sha256: string }>();
    for (const [key, { name = key, package: { artifact } = {} }] of Object.entries(functions)) {
      if (artifact === undefined) continue;
      const zip = await readFile(path.resolve(this.#serverless.serviceDir, artifact));
      const sha256 = createHash('sha256').update(zip).digest('base64');
      packed.set(naming.getLambdaLogicalId(key), { name, sha256 });
    }
    await this.#run(stagePlanCommand(provider.compiledCloudFormationTemplate, packed));
  }

  async #run(command: Command): Promise<void> {
    const code = await command(this.#session(), this.#options, (text) => this.#speech.writeText(text));
    // osls ends with what stands here.
    process.exitCode = code;
  }
}
