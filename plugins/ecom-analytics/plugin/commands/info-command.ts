import { EcomError } from '../../core/error.ts';
import { findDeployed, type Session } from '../session.ts';
import { streamText } from '../streaming/stream-report.ts';
import { withTopics } from '../topics/stage-topics.ts';
import { consoleLinks, reportStream } from './stream-command.ts';

/** What is wrong with the topics is said in their place: the rest is worth seeing then most of all. */
function problem(error: unknown): string[] {
  if (error instanceof EcomError) return [`topics: ${error.message}`];
  throw error;
}

/** What `sls info` adds: topics, brokers, stream, links. */
export async function infoSection(session: Session): Promise<string[]> {
  const stage = await findDeployed(session);
  if (stage === undefined) return ['not deployed'];
  const topics = await withTopics(stage, false, async ({ plan, cluster }) => {
    const open = plan.changes.length + plan.refused.length;
    return [
      `cluster: ${cluster.name}, Kafka ${cluster.kafkaVersion ?? 'Serverless'}, ${cluster.state}`,
      open === 0
        ? `topics: ${plan.unchanged.join(', ')}`
        : `topics: ${open} ${open === 1 ? 'difference' : 'differences'}, see sls ecom topics plan`,
    ];
  }).catch(problem);
  const stream = streamText(await reportStream(stage), consoleLinks(stage)).split('\n');
  return [...topics, `brokers: ${stage.bootstrapServers}`, ...stream];
}
