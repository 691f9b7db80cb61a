import { withCode } from '../../core/error.ts';
import type { TopicChange, TopicPlan } from './topic-plan.ts';

const HOUR_MS = 3_600_000;

/** Milliseconds are hard to read: `604800000 (7 days)`. */
function readable(key: string, value: string | null): string {
  if (value === null) return 'unset';
  if (key !== 'retention.ms') return value;
  const hours = Number(value) / HOUR_MS;
  if (hours < 1) return value;
  return `${value} (${hours % 24 === 0 ? counted(hours / 24, 'day') : counted(hours, 'hour')})`;
}

const counted = (count: number, unit: string): string => `${count} ${unit}${count === 1 ? '' : 's'}`;

function configLines(configs: Readonly<Record<string, string>>): string[] {
  return Object.entries(configs).map(([key, value]) => `      ${key} = ${readable(key, value)}`);
}

function changeLines(change: TopicChange): string[] {
  switch (change.kind) {
    case 'create': {
      const { name, partitions, replicationFactor, configs } = change.topic;
      return [
        `  + create ${name}`,
        `      partitions = ${partitions}`,
        `      replication factor = ${replicationFactor}`,
        ...configLines(configs),
      ];
    }
    case 'adopt':
      return [`  = adopt ${change.topic.name}, which is on the cluster already`];
    case 'add-partitions':
      return [
        `  ~ ${change.name}: partitions ${change.from} -> ${change.to}`,
        '      (from then on a key may go to another partition than before)',
      ];
    case 'set-configs':
      return [
        `  ~ ${change.name}`,
        ...Object.entries(change.changes).map(
          ([key, { from, to }]) => `      ${key}: ${readable(key, from)} -> ${readable(key, to)}`,
        ),
      ];
  }
}

/** A plan for a terminal. */
export function planText(plan: TopicPlan, cluster: string): string {
  const lines = [`Topics on ${cluster}:`, ...plan.changes.flatMap(changeLines)];
  for (const { name, what, fix, code } of plan.refused)
    lines.push(withCode(`  ! ${name}: ${what}. ${fix}`, code));
  for (const note of plan.notes) lines.push(`  . ${note}`);
  if (plan.unchanged.length > 0) lines.push(`  . as they should be: ${plan.unchanged.join(', ')}`);
  if (plan.changes.length === 0 && plan.refused.length === 0) lines.push('Nothing to do.');
  return lines.join('\n');
}
