import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Answers } from '../../create/answers.ts';
import {
  type Ask,
  back,
  completeAnswers,
  readFlags,
  refuseTakenByNpm,
  type Typed,
  typedAnswers,
} from '../../create/complete-answers.ts';
import { helpText } from '../../create/help.ts';
import { optionKeys, options } from '../../create/option.ts';
import { presetOf } from '../../create/preset.ts';
import { render } from '../../create/render.ts';
import { replayLine } from '../../create/replay-line.ts';
import { stageSettings } from '../../create/stages.ts';
import { textOf } from '../../create/tree.ts';
import pipeline from '../../pipeline/definition.ts';
import { UsageError } from '../../plugins/ecom-analytics/core/error.ts';
import { releases } from '../../plugins/ecom-analytics/job/releases.ts';
import { resolveConfig } from '../../plugins/ecom-analytics/plugin/config/resolve.ts';
import { type PresetName, presetNames } from '../../plugins/ecom-analytics/plugin/config/schema.ts';
import { estimateCost } from '../../plugins/ecom-analytics/plugin/cost/estimate.ts';
import { bucketName } from '../../plugins/ecom-analytics/plugin/resources/stage-input.ts';
import { kit } from '../../plugins/ecom-analytics/test/core/kit.ts';
import { answersOf, existingClusters, here } from './flag-answers.ts';
import { currentTemplate } from './packed.ts';

const completeFlags = (...args: readonly string[]) =>
  completeAnswers(readFlags(args).typed, here, undefined, true);

/**
 * Answers every question with what it suggests, and notes what was asked and suggested.
 *
 * @param steps back, by how many questions were asked before
 */
function recordingAsk(
  answers: Typed | ((asked: readonly string[]) => Typed) = {},
  steps: readonly number[] = [],
) {
  const asked: string[] = [];
  const suggested: unknown[] = [];
  const ask: Ask = async (key, initial) => {
    asked.push(key);
    suggested.push(initial);
    if (steps.includes(asked.length)) return back;
    const text = (typeof answers === 'function' ? answers(asked) : answers)[key];
    const reading = text === undefined ? undefined : options[key].read(text);
    const value = reading?.wrong === undefined ? reading?.value : undefined;
    if (value !== undefined) return value;
    if (initial === undefined) throw new Error(`${key} has no default`);
    return initial;
  };
  return { ask, asked, suggested };
}

describe('questions', () => {
  test('for this machine are three, and whether to start', async () => {
    const { ask, asked } = recordingAsk();
    const answers = await completeAnswers({}, here, ask, false);
    expect(asked).toEqual(['aws', 'directory', 'packageManager', 'install']);
    expect(answers).toEqual({ ...(await answersOf()), aws: false, install: 'start' });
  });

  test('for AWS are eight, and whether to start', async () => {
    const { ask, asked } = recordingAsk({ aws: 'yes' });
    await completeAnswers({}, here, ask, false);
    expect(asked).toEqual([
      'aws',
      'directory',
      'clusters',
      'region',
      'stages',
      'size',
      'alertEmail',
      'packageManager',
      'install',
    ]);
  });

  test('for existing clusters say which', async () => {
    const { ask, asked } = recordingAsk({ aws: 'yes', ...existingClusters });
    const answers = await completeAnswers({}, here, ask, false);
    expect(asked).toEqual([
      'aws',
      'directory',
      'clusters',
      'mskClusterArn',
      'emrClusterId',
      'emrRelease',
      'network',
      'stages',
      'alertEmail',
      'packageManager',
      'install',
    ]);
    expect(answers.region).toBe('eu-central-1');
  });

  test('can be left for the one before, which suggests what was answered', async () => {
    const answered = { aws: 'yes', region: 'eu-west-1', size: 'large' };
    const { ask, asked, suggested } = recordingAsk(answered, [5, 6]);
    const answers = await completeAnswers({ directory: 'x', clusters: 'create' }, here, ask, false);
    expect(asked).toEqual([
      ...['region', 'stages', 'size', 'alertEmail', 'packageManager'],
      ...['alertEmail', 'size', 'alertEmail', 'packageManager', 'install'],
    ]);
    expect(suggested[6]).toBe('large');
    expect(answers).toMatchObject({ region: 'eu-west-1', size: 'large', alertEmail: null });
  });

  test('that no longer come up after a step back have their defaults', async () => {
    const answered = (asked: readonly string[]) => ({
      aws: asked.indexOf('aws') === asked.lastIndexOf('aws') ? 'yes' : 'no',
      clusters: 'existing',
    });
    const { ask, asked } = recordingAsk(answered, [4, 5, 6]);
    const answers = await completeAnswers({}, here, ask, false);
    expect(asked).toEqual([
      ...['aws', 'directory', 'clusters', 'mskClusterArn', 'clusters', 'directory'],
      ...['aws', 'directory', 'packageManager', 'install'],
    ]);
    expect(answers).toEqual({ ...(await answersOf()), aws: false, install: 'start' });
  });

  test('the first of them has none before it', async () => {
    const { ask, asked } = recordingAsk({}, [1, 2]);
    await completeAnswers({}, here, ask, false);
    expect(asked).toEqual(['aws', 'aws', 'aws', 'directory', 'packageManager', 'install']);
  });

  test('say what a stage costs where it is chosen, as the plugin estimates it', async () => {
    const message = (key: keyof Answers, before: Partial<Answers>) => {
      const text = options[key].question?.message;
      return typeof text === 'function' ? text(before) : text;
    };
    const usd = (preset: PresetName) => {
      const { monthlyUsd } = estimateCost(resolveConfig(pipeline, { preset }));
      return `about $${Math.round(monthlyUsd).toLocaleString('en-US')} a month`;
    };
    expect(message('stages', { clusters: 'create' })).toContain(`${usd('dev')} (us-east-1 prices)`);
    expect(message('size', { stages: ['dev', 'prod'] })).toBe('What size should prod be (us-east-1 prices)?');
    const sizes = (options.size.question?.choices ?? []).filter(({ value }) => value !== 'by-name');
    expect(sizes).toHaveLength(presetNames.length);
    for (const { value, label } of sizes)
      expect(label).toBe(`${value}, ${usd(presetNames.find((name) => name === value) ?? 'dev')}`);
    const answers = await answersOf({ ...existingClusters, stages: 'dev' });
    const config = resolveConfig(pipeline, stageSettings(answers, 'dev'));
    expect(message('stages', answers)).toContain(
      `about $${Math.round(estimateCost(config).monthlyUsd)} a month`,
    );
  });

  test('a flag answers its question', async () => {
    const { ask, asked } = recordingAsk();
    await completeAnswers(
      readFlags(['shop', '--region', 'eu-west-1', '--size', 'large']).typed,
      here,
      ask,
      false,
    );
    // A setting of AWS says that it is wanted.
    expect(asked).toEqual(['clusters', 'stages', 'alertEmail', 'packageManager', 'install']);
  });

  test('a fully flagged call asks nothing, with or without a terminal', async () => {
    const onAws = [
      '--clusters',
      'create',
      '--region',
      'eu-west-1',
      '--stages',
      'dev,prod',
      '--size',
      'large',
    ];
    for (const flags of [[...onAws, '--alert-email', 'none'], ['--no-aws']]) {
      const { ask, asked } = recordingAsk();
      const { typed } = readFlags(['shop', ...flags, '--package-manager', 'npm', '--install']);
      const answers = await completeAnswers(typed, here, ask, false);
      expect(asked).toEqual([]);
      expect(await completeAnswers(typed, here, undefined, false)).toEqual(answers);
    }
  });

  test('no question is wider than a terminal of 80 columns', () => {
    const before = { clusters: 'existing', stages: ['dev', 's'.repeat(16)] } as const;
    for (const { question } of Object.values(options)) {
      const choices = question?.choices ?? [];
      const { message = '' } = question ?? {};
      const lines = [
        typeof message === 'string' ? message : message(before),
        question?.placeholder ?? '',
        ...choices.map(({ label, hint = '' }) => `● ${label} (${hint})`),
      ];
      // The bar of the frame and two spaces stand before each line.
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(77);
    }
  });

  test('a stage that is only dev is not asked for the size of others', async () => {
    const { ask, asked } = recordingAsk();
    await completeAnswers({ stages: 'dev' }, here, ask, false);
    expect(asked).not.toContain('size');
  });
});

/** An answer to each question that flags can be missing for. */
const sample: Typed = {
  ...existingClusters,
  emrRelease: 'emr-7.14.0',
  region: 'eu-west-1',
  stages: 'dev,prod',
  size: 'large',
  alertEmail: 'none',
  rulesOff: 'none',
};

describe('flags', () => {
  test('are refused where npm took one for itself, a negated one too', () => {
    const environment = { npm_config_description: 'of a package', npm_config_workflows: '' };
    expect(() => refuseTakenByNpm({})).not.toThrow();
    expect(() => refuseTakenByNpm(environment)).toThrow('npm took --workflows for its own');
  });

  test.each([
    ['a mistyped command', ['updat'], 'There is no command "updat"'],
    ['an unknown flag', ['x', '--colour', 'red'], "Unknown option '--colour'"],
    ['a mistyped flag', ['x', '--regoin', 'eu-west-1'], 'Did you mean --region? See'],
    ['a mistyped flag that says no', ['x', '--no-instal'], 'Did you mean --no-install? See'],
    [
      'an unknown value',
      ['x', '--size', 'huge'],
      '--size cannot be "huge": it must be one of dev, production, large, by-name',
    ],
    [
      'a region that is none',
      ['x', '--region', 'Frankfurt'],
      'there is no such AWS region; they are named like eu-west-1',
    ],
    [
      'a mistyped region',
      ['x', '--region', 'us-est-1'],
      '--region cannot be "us-est-1": there is no such AWS region; the nearest is us-east-1',
    ],
    [
      'a cluster in a mistyped region',
      ['x', '--msk-cluster-arn', existingClusters.mskClusterArn.replace('central', 'centrl')],
      'there is no such AWS region; the nearest is eu-central-1',
    ],
    ['a name with spaces', ['x', '--name', 'my shop'], '--name cannot be "my shop"'],
    ['a name that ends in a hyphen', ['x', '--name', 'shop-'], '--name cannot be "shop-"'],
    ['a stage that is taken', ['x', '--stages', 'dev,local'], '"local" is a name with a meaning of its own'],
    ['a stage with capitals', ['x', '--stages', 'Dev'], '"Dev" must be up to 16 of a-z'],
    ['a stage that YAML reads as no name', ['x', '--stages', 'qa,null'], '"null" is a name with a meaning'],
    ['no stage', ['x', '--stages', ','], 'name at least one stage'],
    ['an address that is none', ['x', '--alert-email', 'me'], 'it must be an e-mail address, or none'],
    [
      'an unknown rule',
      ['x', '--rules-off', 'high-vlaue'],
      'there is no rule "high-vlaue"; the rules are high-value',
    ],
    ['an old EMR release', ['x', '--emr-release', 'emr-6.15.0'], 'it must be one of emr-spark-8.1.0'],
    [
      'a role by ARN',
      ['x', '--clusters', 'existing', '--emr-instance-role', 'arn:aws:iam::1:role/x'],
      'not its ARN',
    ],
    ['a network without subnets', ['x', '--network', 'vpc-0a1b2c3d'], 'a VPC id and its subnet ids'],
    ['an ARN of something else', ['x', '--msk-cluster-arn', 'arn:aws:s3:::shop'], 'it must be an ARN like'],
    [
      'a name too long beside its stages',
      ['x', '--name', 'a'.repeat(24), '--stages', `dev,${'s'.repeat(16)}`],
      'it may have up to 23 characters',
    ],
    ['a description of two lines', ['x', '--description', 'a\nb'], 'it must be one line'],
    ['a start without an install', ['x', '--start', '--no-install'], '--start and --no-install exclude'],
    ['two folders', ['my', 'shop'], 'There are two folders (my shop)'],
    ['a flag without its value', ['x', '--region'], '--region'],
    ['existing clusters that are not named', ['x', '--clusters', 'existing'], '--msk-cluster-arn arn'],
    [
      'a cluster beside --clusters create',
      ['x', '--clusters', 'create', '--emr-cluster-id', 'j-2AXXXXXXGAPLF'],
      'has no meaning here',
    ],
    [
      'a region beside a cluster that has one',
      ['x', '--msk-cluster-arn', existingClusters.mskClusterArn, '--region', 'eu-west-1'],
      '--region has no meaning here',
    ],
  ])('refuses %s', async (_what, args, message) => {
    const refused = (async () => completeFlags(...args))();
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toBeInstanceOf(UsageError);
  });

  test('without a terminal, names every flag whose answer is missing', async () => {
    await expect(
      completeAnswers({ directory: 'x', region: 'eu-west-1' }, here, undefined, false),
    ).rejects.toThrow(
      '(--clusters create|existing, --stages name,…, --size dev|production|large|by-name, ' +
        '--alert-email address|none). Give these flags, or --yes',
    );
  });

  test('the flags that it names are enough, and go together', async () => {
    for (const clusters of ['create', 'existing'] as const) {
      const complaint = await completeAnswers({ directory: 'x', clusters }, here, undefined, false).catch(
        String,
      );
      const named = [...String(complaint).matchAll(/--([a-z-]+) \S+?[,)]/g)].map(([, flag]) => flag);
      const asked = optionKeys.filter((key) => named.includes(options[key].flag ?? undefined));
      expect(asked.length).toBeGreaterThan(3);
      const typed = Object.fromEntries(asked.map((key) => [key, sample[key]]));
      expect(
        await completeAnswers({ directory: 'x', clusters, ...typed }, here, undefined, false),
      ).toMatchObject({
        clusters,
      });
    }
  });

  test.each([
    ['dev,prod', { prod: 'production' }],
    ['production', { production: 'production' }],
    ['prod-test,dev', { 'prod-test': 'dev' }],
    ['dev,staging', { staging: 'dev' }],
    ['dev,staging,prod', { staging: 'dev', prod: 'production' }],
    ['products', { products: 'dev' }],
  ])('without --size, of the stages %s only those named so get production', async (stages, presets) => {
    const answers = await completeFlags('x', '--stages', stages);
    const chosen = Object.keys(presets).map((stage) => [stage, presetOf(answers, stage)]);
    expect(Object.fromEntries(chosen)).toEqual(presets);
    expect(replayLine(answers, '0.1.0')).not.toContain('--size');
    const large = await completeFlags('x', '--stages', stages, '--size', 'large');
    for (const stage of Object.keys(presets)) expect(presetOf(large, stage)).toBe('large');
  });

  test('a switch can be turned off', async () => {
    const answers = await completeFlags('x', '--no-aws', '--no-git', '--no-install', '--no-workflows');
    expect(answers).toMatchObject({ aws: false, git: false, install: 'no', workflows: false });
  });

  test.each([
    ['My Shop', 'my-shop'],
    ['Café №1', 'cafe-no1'],
    ['123', 'my-shop'],
    ['商店', 'my-shop'],
    ['Überladen', 'ueberladen'],
    ['Straße & Söhne', 'strasse-soehne'],
    ['Žluťoučký kůň', 'zlutoucky-kun'],
    ['Магазин', 'magazin'],
    ['Μαγαζί', 'magazi'],
    ['../up/shop_2', 'shop-2'],
    ['a'.repeat(50), 'a'.repeat(32)],
  ])('the folder %s makes the name %s', async (directory, name) => {
    expect((await answersOf({ directory })).name).toBe(name);
  });

  test('a name from the folder is cut to what AWS takes beside the longest stage', async () => {
    const answers = await answersOf({ directory: 'a'.repeat(50), stages: `dev,${'s'.repeat(16)}` });
    expect(answers.name).toBe('a'.repeat(23));
    const config = resolveConfig(pipeline, { preset: 'dev' });
    const bucket = (service: string) => bucketName({ service, stage: 's'.repeat(16), config }, 'artifacts');
    expect(bucket(answers.name)).toContain(answers.name);
    expect(() => bucket(`${answers.name}a`)).toThrow('cannot be the name of a bucket');
  });

  test('a default of this machine that is no answer is none', async () => {
    const odd = { ...here, region: 'local' };
    await expect(completeAnswers({ directory: 'x' }, odd, undefined, true)).rejects.toThrow(
      'Answers are missing (--region region). Give these flags.',
    );
    expect(
      await completeAnswers({ directory: 'x', region: 'eu-west-1' }, odd, undefined, true),
    ).toMatchObject({
      region: 'eu-west-1',
    });
  });

  test('--start installs and starts, once: neither the record nor the replay line has it', async () => {
    const answers = await completeFlags('x', '--start');
    expect(answers.install).toBe('start');
    expect(typedAnswers(answers).install).toBe('yes');
    expect(replayLine(answers, '0.1.0')).not.toMatch(/start|install/);
  });

  test('help names every flag', () => {
    const help = helpText();
    for (const key of optionKeys) expect(help).toContain(options[key].flag ?? '<directory>');
    for (const line of help.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });
});

/** Values that make a difference, at least one for each choice of each option. */
const values: { readonly [Key in keyof Answers]?: readonly string[] } = {
  aws: ['yes', 'no'],
  name: ['shop', 'a-much-longer-name-of-a-shop'],
  description: ['Plain', 'With "quotes", $dollars, `ticks` and \'more\''],
  clusters: ['create', 'existing'],
  emrRelease: Object.keys(releases),
  region: ['us-east-1', 'eu-central-1'],
  stages: ['dev', 'dev,prod', 'test,on,no'],
  size: [...presetNames, 'by-name'],
  alertEmail: ['none', 'owner@shop.example'],
  rulesOff: ['none', 'order-burst', kit.rules.map(({ id }) => id).join(',')],
  packageManager: ['npm', 'pnpm', 'yarn', 'bun'],
  workflows: ['yes', 'no'],
};

/** Each value alone and each pair of values of two options. */
function pairs(): Typed[] {
  const single = optionKeys.flatMap((key) => (values[key] ?? []).map((value) => [key, value] as const));
  return single.flatMap(([key, value], index) =>
    single
      .slice(index)
      .filter(([other, otherValue]) => other !== key || otherValue === value)
      .map(([other, otherValue]) => ({ [key]: value, [other]: otherValue })),
  );
}

function completed(typed: Typed): Typed {
  if (typed.clusters !== 'existing') return typed;
  const { region: _region, ...rest } = { ...existingClusters, ...typed };
  return rest;
}

const noArchive = () => new Uint8Array();

describe('every value of every option, and every pair of values', { timeout: 60_000 }, async () => {
  const template = currentTemplate();
  const usual = render(template.tree, await answersOf(), template.version, noArchive);

  test('makes the same files, save for those that the answers name', async () => {
    const lists = new Map<string, string[]>();
    for (const typed of pairs()) {
      const answers = await answersOf(completed(typed));
      const tree = render(template.tree, answers, template.version, noArchive);
      const difference = [
        ...[...usual.keys()].filter((file) => !tree.has(file)).map((file) => `- ${file}`),
        ...[...tree.keys()].filter((file) => !usual.has(file)).map((file) => `+ ${file}`),
      ];
      const changed = [...tree.keys()].filter((file) => {
        const text = textOf(usual, file);
        return text !== undefined && textOf(tree, file) !== text;
      });
      const key = [...difference.sort(), ...changed.sort().map((file) => `~ ${file}`)].join('\n');
      lists.set(key, [...(lists.get(key) ?? []), JSON.stringify(typed)]);
    }
    // What differs, and one set of answers that makes it differ so.
    expect(
      [...lists].map(([list, from]) => `${from[0]} and ${from.length - 1} more\n${list}`).sort(),
    ).toMatchSnapshot();
  });

  test('makes stages that the plugin takes', async () => {
    for (const typed of pairs()) {
      const answers = await answersOf(completed(typed));
      const tree = render(template.tree, answers, template.version, noArchive);
      const stages = parse(textOf(tree, 'stages.yml') ?? '');
      expect(Object.keys(stages).sort()).toEqual(['default', 'local', ...answers.stages].sort());
      expect(stages.default.region).toBe(answers.region);
      // Whatever region the shop is in, the local cloud has one; and it runs the rules that the other stages run.
      expect(stages.local.region).toBe('us-east-1');
      expect(resolveConfig(pipeline, stages.local.ecomAnalytics).rules.off).toEqual(answers.rulesOff);
      for (const stage of answers.stages) {
        const config = resolveConfig(pipeline, stages[stage].ecomAnalytics);
        expect(config.preset).toBe(presetOf(answers, stage));
        expect(config.rules.off).toEqual(answers.rulesOff);
        expect(config.monitoring.email).toBe(answers.alertEmail);
        expect(config.emr.create?.release ?? config.emr.existing?.release).toBe(answers.emrRelease);
        expect(config.msk.existing?.clusterArn ?? null).toBe(answers.mskClusterArn);
      }
    }
  });

  test('names one of its stages where commands name none', async () => {
    const answers = await answersOf({ stages: 'test,prod' });
    const tree = render(template.tree, answers, template.version, noArchive);
    const texts = [
      'serverless.yml',
      '.vscode/launch.json',
      '.vscode/tasks.json',
      '.github/workflows/check.yml',
      'README.md',
    ].map((file) => textOf(tree, file) ?? '');
    expect(parse(texts[0] ?? '').provider.stage).toBe('test');
    for (const text of texts) {
      expect(text).toMatch(/\btest\b/);
      expect(text).not.toMatch(/--stage",? "?dev\b|--stage dev\b|'dev'|stage: dev\b|"default": "dev"/);
    }
  });

  test('recommends an extension for workflows only where there are some', async () => {
    const recommended = async (workflows: string): Promise<string[][]> => {
      const tree = render(template.tree, await answersOf({ workflows }), template.version, noArchive);
      const json = (file: string) => JSON.parse(textOf(tree, file) ?? '');
      const container = json('.devcontainer/devcontainer.json').customizations.vscode.extensions;
      return [json('.vscode/extensions.json').recommendations, container];
    };
    const [all, some] = [await recommended('yes'), await recommended('no')];
    for (const ids of all) expect(ids).toContain('github.vscode-github-actions');
    expect(some).toEqual(all.map((ids) => ids.filter((id) => id !== 'github.vscode-github-actions')));
  });

  test('has a README that is the same at another version, and names the package manager', async () => {
    const answers = await answersOf({ packageManager: 'pnpm' });
    const [one, other] = ['0.1.0', '0.2.0'].map((version) =>
      textOf(render(template.tree, answers, version, noArchive), 'README.md'),
    );
    expect(one).toBe(other);
    expect(one).toContain('pnpm create ecom-analytics@latest my-shop');
    expect(one).toContain('`pnpm run start`');
    expect(one).toContain('`pnpm install`');
  });

  test('has a README that begins with what to edit for what, and then says how to run, test and deploy', async () => {
    const answers = await answersOf({ description: 'Our orders' });
    const text = textOf(render(template.tree, answers, template.version, noArchive), 'README.md') ?? '';
    expect(text.startsWith('# my-shop\n\nOur orders\n\n## I want to …\n')).toBe(true);
    const headings = [...text.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual([
      'I want to …',
      'Two commands',
      'A tour',
      'What it costs',
      'Deploy',
      'Where the rest is',
      'How it works',
    ]);
  });

  test('makes a project of its own for yarn, below whatever package.json', async () => {
    const tree = render(
      template.tree,
      await answersOf({ packageManager: 'yarn' }),
      template.version,
      noArchive,
    );
    expect(textOf(tree, 'yarn.lock')).toBe('');
  });

  test.each(['-5 % on everything', '--yes', ''])(
    'has a replay line for the description "%s"',
    async (description) => {
      const answers = await answersOf({ description });
      const args = shellWords(replayLine(answers, '0.1.0')).filter((word) => word !== '--');
      const { typed } = readFlags(args.slice(args.indexOf('ecom-analytics@0.1.0') + 1));
      expect(await completeAnswers(typed, here, undefined, true)).toEqual(answers);
    },
  );

  test('has a replay line that gives the same answers', async () => {
    for (const typed of pairs()) {
      const answers = await answersOf(completed(typed));
      const words = replayLine(answers, '0.1.0');
      const args = shellWords(words);
      const again = readFlags(
        args
          .slice(args.findIndex((word) => word.endsWith('ecom-analytics@0.1.0')) + 1)
          .filter((word) => word !== '--'),
      );
      expect(again.modes.yes).toBe(true);
      expect(
        await completeAnswers(
          again.typed,
          { ...here, region: 'ap-south-1', packageManager: 'bun' },
          undefined,
          true,
        ),
      ).toEqual(answers);
    }
  });
});

/** Splits a line as a POSIX shell does, for the quotes that the replay line uses. */
function shellWords(line: string): string[] {
  const words = line.match(/(?:'[^']*'|"[^"]*"|\\.|[^\s'"\\])+/g) ?? [];
  return words.map((word) =>
    word.replace(/'([^']*)'|"([^"]*)"|\\(.)/g, (_all, one, two, three) => one ?? two ?? three),
  );
}
