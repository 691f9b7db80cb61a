import { ids } from './resources/stage-input.ts';
import type { DeployedStage } from './session.ts';

/** A deploy that gives a stage another Kafka cluster. */
export interface KafkaMove {
  readonly from: string;
  /** Null: a cluster that the stage makes for itself, which is empty. */
  readonly to: string | null;
}

/** Which Kafka cluster a stage would get in place of the one it has; undefined where it keeps that one. */
export async function kafkaMove({ input, stack, msk }: DeployedStage): Promise<KafkaMove | undefined> {
  const to = input.config.msk.existing?.clusterArn ?? (await stack.resource(ids.msk)) ?? null;
  return to === msk.arn ? undefined : { from: msk.arn, to };
}

/** The cluster that a stage will have, as the checkpoint's facts name it. */
export const nextCluster = ({ to }: KafkaMove): string => to ?? 'one that this stage makes for itself';

/** What becomes of records and offsets, and what to do about it. */
export function kafkaMoveText(move: KafkaMove, stage: string): string {
  const deploy = `npx sls deploy --stage ${stage} --new-checkpoint`;
  const start =
    move.to === null
      ? `deploy with \`${deploy} earliest\`, which reads the new topics from their first record`
      : `deploy with \`${deploy} latest\`, which reads what comes from then on, or \`earliest\`, which reads all that the topics there hold`;
  return [
    `The stage gets another Kafka cluster: ${nextCluster(move)} in place of ${move.from}.`,
    move.to === null
      ? 'It is empty: records stay behind on the old cluster, and the stage no longer reads them.'
      : 'The stage then reads the topics on that one: records stay behind on the old cluster.',
    "The stream's checkpoint and the alert consumer's offsets mean nothing there: the stream needs a new checkpoint, and windows that are open then are not written.",
    `Let the stream read the old topics to their end first (\`npx sls ecom stream status --stage ${stage}\`: lag 0), then ${start}. Producers outside this stage need the new bootstrap brokers.`,
  ].join(' ');
}
