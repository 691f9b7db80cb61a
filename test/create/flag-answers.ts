import type { Answers, Surroundings } from '../../create/answers.ts';
import { completeAnswers, type Typed } from '../../create/complete-answers.ts';

/** Answers without anybody to ask. */

export const here: Surroundings = { cwd: '/shop', region: undefined, packageManager: 'npm', hasGit: true };

/** The defaults, save for what is typed. */
export function answersOf(typed: Typed = {}): Promise<Answers> {
  return completeAnswers({ directory: 'my-shop', ...typed }, here, undefined, true);
}

/** Flags that bring clusters along. */
export const existingClusters = {
  clusters: 'existing',
  mskClusterArn: 'arn:aws:kafka:eu-central-1:123456789012:cluster/shop/1a2b3c4d-3',
  emrClusterId: 'j-2AXXXXXXGAPLF',
  network: 'vpc-0a1b2c3d,subnet-0a1b2c3d,subnet-1a1b2c3d',
} as const;
