import { athenaFragment } from './athena.ts';
import { brokersFragment } from './brokers.ts';
import { bucketsFragment } from './buckets.ts';
import { emrFragment } from './emr.ts';
import { type Fragment, merged } from './fragment.ts';
import { emrIamFragment } from './iam-emr.ts';
import { functionsIamFragment } from './iam-functions.ts';
import { monitoringFragment } from './monitoring.ts';
import { mskFragment } from './msk.ts';
import { networkFragment } from './network.ts';
import type { StageInput } from './stage.ts';
import { triggerFragment } from './trigger.ts';
import { watchFragment } from './watch.ts';

const parts: readonly ((input: StageInput) => Fragment)[] = [
  networkFragment,
  mskFragment,
  bucketsFragment,
  emrIamFragment,
  emrFragment,
  brokersFragment,
  functionsIamFragment,
  triggerFragment,
  watchFragment,
  monitoringFragment,
  athenaFragment,
];

/** Everything that the plugin adds to a stage's template. */
export function stageTemplate(input: StageInput): Required<Fragment> {
  return merged(parts.map((part) => part(input)));
}
