import type { StageConfig } from '../config/schema.ts';
import type { Statement } from './fragment.ts';
import { kafkaArns } from './stage-input.ts';

/** What somebody does with a cluster. */
export interface KafkaUse {
  /** Topics that are read. */
  readonly read?: readonly string[];
  /** Topics that are written, idempotently. */
  readonly write?: readonly string[];
  /** Topics that are only looked at. */
  readonly describe?: readonly string[];
  /** Consumer groups, by name or pattern. */
  readonly groups?: readonly string[];
  /** Groups of one's own that are deleted afterwards. */
  readonly deletesGroups?: boolean;
}

/**
 * The `kafka-cluster` actions of a use, on exactly its topics and groups.
 * Source: MSK guide, "Semantics of IAM authorization policy actions and resources".
 */
export function kafkaStatements(config: StageConfig, use: KafkaUse): Statement[] {
  const arns = kafkaArns(config);
  const { read = [], write = [], describe = [], groups = [], deletesGroups = false } = use;
  const seen = [...new Set([...read, ...write, ...describe])];
  const connect =
    write.length > 0
      ? ['kafka-cluster:Connect', 'kafka-cluster:WriteDataIdempotently']
      : ['kafka-cluster:Connect'];
  const statements: Statement[] = [
    { Sid: 'KafkaConnect', Action: connect, Resource: [arns.cluster] },
    { Sid: 'KafkaTopics', Action: ['kafka-cluster:DescribeTopic'], Resource: seen.map(arns.topic) },
  ];
  if (read.length > 0)
    statements.push({ Sid: 'KafkaRead', Action: ['kafka-cluster:ReadData'], Resource: read.map(arns.topic) });
  if (write.length > 0)
    statements.push({
      Sid: 'KafkaWrite',
      Action: ['kafka-cluster:WriteData'],
      Resource: write.map(arns.topic),
    });
  if (groups.length > 0)
    statements.push({
      Sid: 'KafkaGroups',
      Action: [
        'kafka-cluster:AlterGroup',
        'kafka-cluster:DescribeGroup',
        ...(deletesGroups ? ['kafka-cluster:DeleteGroup'] : []),
      ],
      Resource: groups.map(arns.group),
    });
  return statements;
}
