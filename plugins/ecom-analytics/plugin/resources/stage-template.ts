import { athenaFragment } from './athena-fragment.ts';
import { brokersFragment } from './brokers-fragment.ts';
import { bucketsFragment } from './buckets-fragment.ts';
import { emrFragment } from './emr-fragment.ts';
import { emrIamFragment } from './emr-iam-fragment.ts';
import { type Fragment, merged } from './fragment.ts';
import { functionsIamFragment } from './functions-iam-fragment.ts';
import { monitoringFragment } from './monitoring-fragment.ts';
import { mskFragment } from './msk-fragment.ts';
import { networkFragment } from './network-fragment.ts';
import type { StageInput } from './stage-input.ts';
import { triggerFragment } from './trigger-fragment.ts';
import { watchFragment } from './watch-fragment.ts';

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
