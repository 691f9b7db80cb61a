import type { PresetName } from '../plugins/ecom-analytics/plugin/config/schema.ts';
import type { Answers } from './answers.ts';

/** Which preset a stage starts from, where nobody says so. */

/** Only a name that says so gets the size of production: a stage called `staging` would cost twice what is expected of it. */
function presetByName(stage: string): PresetName {
  return stage === 'prod' || stage === 'production' ? 'production' : 'dev';
}

/** The one preset of all stages other than `dev`, by their names; null where these differ, or there is none. */
export function presetByNames(stages: readonly string[]): PresetName | null {
  const [preset = null, ...others] = new Set(stages.filter((stage) => stage !== 'dev').map(presetByName));
  return others.length === 0 ? preset : null;
}

/** The preset that a stage starts from. */
export function presetOf({ size }: Pick<Answers, 'size'>, stage: string): PresetName {
  return stage === 'dev' ? 'dev' : (size ?? presetByName(stage));
}
