import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { EcomError, isEcomError } from '../core/error.ts';
import type { PipelineDefinition } from '../core/pipeline.ts';
import { systemClock } from '../functions/clock.ts';
import { loadDefinition } from '../project/project.ts';
import type { SdkSettings } from './aws/clients.ts';
import { type Command, commands } from './commands/declarations.ts';
import { refuseMistyped } from './commands/mistyped-command.ts';
import type { CliOptions, CommandDeclaration, Serverless, Speech } from './framework.ts';
import { pointAtCloud } from './local-cloud.ts';
import type { Session } from './session.ts';
import { whereParametersAre, whereValuesAre } from './sources.ts';
import { checkRegionName, checkStageParameters, localStage, stageInput } from './stage.ts';
import { declareFunctions, wireFunctions } from './wiring.ts';

const isExplain = ([first, second]: readonly string[]): boolean => first === 'ecom' && second === 'explain';

const codeOption = (words: readonly string[]): string[] =>
  words.length === 0 ? [] : ['--code', words.join(' ')];

const topics = () => import('./commands/topics-command.ts');
const stream = () => import('./commands/stream-command.ts');
const windows = () => import('./commands/windows-command.ts');
const deadLetters = () => import('./commands/dead-letters-command.ts');
const dashboard = () => import('./commands/dashboard-command.ts');
const doctor = () => import('./commands/doctor-command.ts');
const policy = () => import('./commands/policy-command.ts');
const cost = () => import('./commands/cost-command.ts');

/** The commands that read a stage and print what comes of it, each loaded when it is run. */
const stageCommands: Readonly<Record<string, () => Promise<Command>>> = {
  'topics:plan': async () => (await topics()).planCommand,
  'topics:apply': async () => (await topics()).applyCommand,
  'topics:delete': async () => (await topics()).deleteCommand,
  'stream:status': async () => (await stream()).statusCommand,
  'stream:start': async () => (await stream()).startCommand,
  'stream:stop': async () => (await stream()).stopCommand,
  'stream:restart': async () => (await stream()).restartCommand,
  'stream:logs': async () => (await stream()).logsCommand,
  'stream:reset-checkpoint': async () => (await stream()).resetCommand,
  'stream:compact': async () => (await stream()).compactCommand,
  'windows:get': async () => (await windows()).getWindowsCommand,
  'dead-letters:list': async () => (await deadLetters()).listDeadLettersCommand,
  'dead-letters:replay': async () => (await deadLetters()).replayCommand,
  dashboard: async () => (await dashboard()).dashboardCommand,
  doctor: async () => (await doctor()).doctorCommand,
  policy: async () => (await policy()).policyCommand,
  cost: async () => (await cost()).costCommand,
};

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
  /** The shop's, loaded as the first hook runs. */
  #pipeline: PipelineDefinition | undefined;

  constructor(serverless: Serverless, options: CliOptions, speech: Speech) {
    // The SDK has seven lines to say about Node 20 at every command; which Node is supported is in package.json.
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
    this.#serverless = serverless;
    this.#options = options;
    this.#speech = speech;
    declareFunctions(serverless);
    const line = serverless.processedInput.commands;
    this.#inOurWords(() => refuseMistyped(isExplain(line) ? line.slice(0, 2) : line, options));
    // Before osls checks what the parameters were put into.
    this.#inOurWords(() => this.#checkParameters());
    // On its own `sls` would print nothing. osls reads the command line again when its plugins are there.
    if (line.length === 0) process.argv.push('--help');
    // osls knows options and no arguments.
    if (isExplain(line)) process.argv.splice(4, line.length - 2, ...codeOption(line.slice(2)));
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
      'before:invoke:local:invoke': async () =>
        (await import('./one-function.ts')).markBundles(this.#serverless),
      'after:invoke:local:invoke': () => this.#afterLocalInvoke(),
      'before:package:cleanup': () => this.#beforePackage(),
      'aws:info:displayStackOutputs': () => this.#info(),
      'before:remove:remove': () => this.#beforeRemove(),
      'ecom:plan:run': () => this.#plan(),
      'ecom:explain:run': () => this.#explain(),
      ...Object.fromEntries(
        Object.entries(stageCommands).map(([name, load]) => [`ecom:${name}:run`, () => this.#run(load)]),
      ),
    });
  }

  /**
   * An error of ours is shown by its message, and ends with its exit code; osls would show the stack of what it does not know,
   * and end with 1.
   */
  #shown(error: unknown): unknown {
    if (!isEcomError(error)) return error;
    // Of `--detailed-exitcode` 2 is an answer: there every error is 1, a slip in the option's name included.
    if (!Object.keys(this.#options).some((name) => name.startsWith('detailed')))
      process.once('exit', () => {
        process.exitCode = error.exitCode;
      });
    return this.#options.debug === undefined
      ? Object.assign(error, { decoratedMessage: error.message })
      : error;
  }

  #inOurWords(check: () => void): void {
    try {
      check();
    } catch (error) {
      throw this.#shown(error);
    }
  }

  #checkParameters(): void {
    const { commands: line, isHelpRequest } = this.#serverless.processedInput;
    // A configuration that is wrong must not keep anyone from an explanation.
    if (isHelpRequest || line.length === 0 || line[0] === 'plugin' || isExplain(line)) return;
    const where = whereParametersAre(this.#serverless, this.#options);
    checkStageParameters(this.#serverless, this.#options, where);
    const doubt = checkRegionName(this.#serverless, this.#options);
    if (doubt !== undefined) this.#speech.log.warning(doubt);
  }

  #guarded(hooks: Readonly<Record<string, () => unknown>>): Record<string, () => Promise<unknown>> {
    const guard = (hook: () => unknown) => async (): Promise<unknown> => {
      try {
        return await hook();
      } catch (error) {
        throw this.#shown(error);
      } finally {
        this.#speech.progress.get('ecom').remove();
      }
    };
    return Object.fromEntries(Object.entries(hooks).map(([name, hook]) => [name, guard(hook)]));
  }

  #input() {
    if (this.#pipeline === undefined) throw new Error('A hook ran before the hook "initialize"');
    const where = whereValuesAre(this.#serverless, this.#options);
    return stageInput(this.#serverless, this.#pipeline, this.#clusterGeneration, where);
  }

  async #session(): Promise<Session> {
    const { openSession } = await import('./session.ts');
    const provider = this.#serverless.getProvider('aws');
    return openSession({
      input: this.#input(),
      region: provider.getRegion(),
      stackName: provider.naming.getStackName(),
      isLocal: provider.getStage() === localStage,
      clock: systemClock,
      progress: (text) => this.#speech.progress.get('ecom').notice(text),
      sdkSettings: async () => {
        if (provider.getAwsSdkV3Config) return (await provider.getAwsSdkV3Config()) as SdkSettings;
        throw new EcomError('ECOM_OSLS', {
          what: 'This Serverless CLI is not osls 4',
          where: 'package.json, devDependencies.serverless',
          fix: 'Install it with `npm install -D serverless@npm:osls@^4`.',
        });
      },
    });
  }

  async #initialize(): Promise<void> {
    const commandsLine = this.#serverless.processedInput.commands;
    if (isExplain(commandsLine)) return;
    await pointAtCloud(
      this.#serverless.getProvider('aws').getStage(),
      this.#serverless.serviceDir,
      process.env,
      commandsLine[0] === 'package',
    );
    this.#pipeline = await loadDefinition(this.#serverless.serviceDir);
    wireFunctions(this.#serverless, this.#input());
    for (const [name, { package: made }] of Object.entries(this.#serverless.service.functions))
      if (made?.artifact !== undefined) this.#ownPackages.add(name);
    if (commandsLine.join(' ') !== 'invoke local') return;
    const { reachBrokers } = await import('./one-function.ts');
    await reachBrokers(await this.#session(), this.#serverless, String(this.#options.function));
  }

  /** A package that somebody made themselves is theirs; the others are esbuild's, with modes that follow its umask. */
  async #settleZips(): Promise<void> {
    const { functions } = this.#serverless.service;
    const made = Object.entries(functions).flatMap(([name, { package: { artifact } = {} }]) =>
      artifact === undefined || this.#ownPackages.has(name) ? [] : [artifact],
    );
    const { readableByLambda } = await import('./function-zips.ts');
    for (const artifact of new Set(made)) {
      const file = path.resolve(this.#serverless.serviceDir, artifact);
      await writeFile(file, readableByLambda(await readFile(file)));
    }
  }

  /** A function keeps its connections for its next call, as Lambda wants it, and would keep the command from ending. */
  #afterLocalInvoke(): void {
    process.stdout.write('', () => process.exit());
  }

  async #beforeFunction(): Promise<void> {
    const { keepDeployedRole } = await import('./one-function.ts');
    keepDeployedRole(this.#serverless, String(this.#options.function));
  }

  async #addResources(): Promise<void> {
    const { stageTemplate } = await import('./resources/stage-template.ts');
    const { Resources, Outputs } = stageTemplate(this.#input());
    const template = this.#serverless.service.provider.compiledCloudFormationTemplate;
    Object.assign(template.Resources, Resources);
    template.Outputs = { ...template.Outputs, ...Outputs };
  }

  /** With the functions and the resources of serverless.yml, whose names come from service and stage as well. */
  async #checkNames(): Promise<void> {
    const { refuseNames } = await import('./resources/names.ts');
    const { compiledCloudFormationTemplate } = this.#serverless.service.provider;
    refuseNames(compiledCloudFormationTemplate, this.#serverless.getProvider('aws').getRegion());
  }

  /** A cluster that has ended is replaced by one of the next generation, which must be known before the template is made. */
  async #beforePackage(): Promise<void> {
    if (this.#serverless.processedInput.commands[0] !== 'deploy') return;
    const { clusterGeneration, deployRequest } = await import('./deploy.ts');
    // What is wrong with it is said before anything is packed.
    deployRequest(this.#options);
    this.#clusterGeneration = await clusterGeneration(await this.#session());
  }

  async #beforeDeploy(): Promise<void> {
    const { announceCost } = await import('./deploy.ts');
    const { refuseBuckets } = await import('./bucket-names.ts');
    const { refuseEndpoints } = await import('./endpoints-taken.ts');
    const session = await this.#session();
    await refuseBuckets(session);
    await refuseEndpoints(session);
    await announceCost(session, (text) => this.#speech.log.notice(text));
  }

  async #beforeUpdate(): Promise<void> {
    const template = this.#serverless.service.provider.compiledCloudFormationTemplate;
    const { beforeUpdate, deployRequest } = await import('./deploy.ts');
    const request = deployRequest(this.#options);
    await beforeUpdate(await this.#session(), template, request, (text) => this.#speech.log.notice(text));
  }

  async #afterDeploy(): Promise<void> {
    const { afterDeploy, deployRequest } = await import('./deploy.ts');
    const lines = await afterDeploy(await this.#session(), deployRequest(this.#options));
    const { shouldNotDeploy, deploymentWithEmptyChangeSet } = this.#serverless.service.provider;
    // osls shows its sections only where it has changed the stack; topics and step may have changed all the same.
    if (shouldNotDeploy || deploymentWithEmptyChangeSet)
      this.#speech.writeText(['stream:', ...lines.map((line) => `  ${line}`)].join('\n'));
    else this.#serverless.addServiceOutputSection('stream', lines);
  }

  async #beforeRemove(): Promise<void> {
    const { beforeRemove } = await import('./remove.ts');
    await beforeRemove(await this.#session());
  }

  async #info(): Promise<void> {
    if (this.#serverless.processedInput.commands[0] !== 'info') return;
    const { infoSection } = await import('./commands/info-command.ts');
    this.#serverless.addServiceOutputSection('stream', await infoSection(await this.#session()));
  }

  /** What a deploy would do depends on what it would deploy, so that is packed first. */
  async #plan(): Promise<void> {
    const { clusterGeneration } = await import('./deploy.ts');
    const { stagePlanCommand } = await import('./commands/plan-command.ts');
    this.#clusterGeneration = await clusterGeneration(await this.#session());
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
    const { compiledCloudFormationTemplate } = provider;
    await this.#run(async () => stagePlanCommand(compiledCloudFormationTemplate, packed));
  }

  async #explain(): Promise<void> {
    const { answerTo } = await import('../explain/explain.ts');
    const { code, json } = this.#options;
    this.#speech.writeText(answerTo(typeof code === 'string' ? code : undefined, json === true));
  }

  async #run(load: () => Promise<Command>): Promise<void> {
    const command = await load();
    const code = await command(await this.#session(), this.#options, (text) => this.#speech.writeText(text));
    // osls ends with what stands here.
    process.exitCode = code;
  }
}
