import type { InferInput } from 'valibot';
import { presets } from '../plugins/ecom-analytics/plugin/config/presets.ts';
import type { configInputSchema } from '../plugins/ecom-analytics/plugin/config/schema.ts';
import type { Answers } from './answers.ts';
import { monthlyCost, priceRegion } from './cost.ts';
import { presetOf } from './preset.ts';

/** The stages' settings, as the plugin reads them and as they stand in `stages.yml`. */

export type StageSettings = InferInput<ReturnType<typeof configInputSchema>>;

/** The stages with what they start from and cost once deployed, a line each, and what changes that. */
export function stagesText(answers: Answers): string {
  const width = Math.max(...answers.stages.map((stage) => stage.length));
  const lines = answers.stages.map((stage) => {
    const preset = presetOf(answers, stage);
    return `  ${stage.padEnd(width)}  preset ${preset}, ${monthlyCost(answers, preset)} once deployed`;
  });
  return [
    `Stages in ${answers.region} (${priceRegion}):`,
    ...lines,
    `  To change them: --stages, --size${answers.clusters === 'existing' ? '' : ', --region'}; later, stages.yml.`,
  ].join('\n');
}

/**
 * A stage's `ecomAnalytics`: its preset, and only what the answers say differently.
 *
 * @param stage one of `answers.stages`
 */
export function stageSettings(answers: Answers, stage: string): StageSettings {
  const preset = presetOf(answers, stage);
  const { network, mskClusterArn, emrClusterId, emrInstanceRole, emrRelease: release } = answers;
  const existing =
    network !== null && mskClusterArn !== null && emrClusterId !== null && emrInstanceRole !== null;
  return {
    preset,
    ...(existing && {
      // Where clusters run already, the network reaches what they need; endpoints of ours could clash with its own.
      network: {
        existing: {
          vpcId: network.vpcId,
          privateSubnetIds: [...network.privateSubnetIds],
          endpoints: 'present',
        },
      },
      msk: { existing: { clusterArn: mskClusterArn } },
      emr: { existing: { clusterId: emrClusterId, release, instanceRole: emrInstanceRole } },
    }),
    ...(!existing && release !== presets[preset].emr.create.release && { emr: { create: { release } } }),
    // Stages on one cluster must not meet in one topic.
    ...(existing && answers.stages.length > 1 && { topics: { prefix: `${stage}-` } }),
    ...(answers.rulesOff.length > 0 && { rules: { off: [...answers.rulesOff] } }),
    ...(answers.alertEmail !== null && { monitoring: { email: answers.alertEmail } }),
  };
}

/** Words that YAML would not read as text. */
const yamlWord = /^(true|false|yes|no|on|off|null|y|n)$/i;

/** Block YAML for plain data. What is not plainly a word is quoted the way of JSON, which YAML reads alike. */
function yaml(value: unknown, indent: number): string {
  const margin = `\n${' '.repeat(indent)}`;
  if (Array.isArray(value)) return value.map((item) => `${margin}- ${yaml(item, indent + 2)}`).join('');
  if (typeof value === 'object' && value !== null)
    return Object.entries(value)
      .map(([key, item]) => {
        const below = yaml(item, indent + 2);
        return `${margin}${key}:${below.startsWith('\n') ? '' : ' '}${below}`;
      })
      .join('');
  const plain = typeof value === 'string' && /^[A-Za-z][\w./@+-]*$/.test(value) && !yamlWord.test(value);
  return plain ? value : JSON.stringify(value);
}

/** The head of the stage of the local cloud in `stages.yml`, which is the same for every project but for the rules. */
const localHead = /^local:\n(?: {2}.*\n)*? {4}preset: dev\n/m;

/** Switches the same rules off on the local cloud, so that what is tried there is what runs elsewhere. */
export function withLocalRules(stagesFile: string, { rulesOff }: Answers): string {
  if (rulesOff.length === 0) return stagesFile;
  return stagesFile.replace(localHead, (head) => `${head}    rules: { off: [${rulesOff.join(', ')}] }\n`);
}

/** The block between the answers' markers of `stages.yml`. */
export function stagesBlock(answers: Answers): string {
  const { region, alertEmail } = answers;
  const shared = { region, ...(alertEmail !== null && { alertEmail }) };
  const blocks = answers.stages.map((stage) =>
    yaml({ [stage]: { ecomAnalytics: stageSettings(answers, stage) } }, 0),
  );
  return [yaml({ default: shared }, 0), ...blocks].map((block) => block.slice(1)).join('\n\n');
}
