import { findDeployed, type Session } from '../session.ts';
import { streamText } from '../streaming/report.ts';
import { withTopics } from '../topics/stage-topics.ts';
import { reportStream } from './stream.ts';

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
        : `topics: ${open} differences, see sls ecom topics plan`,
    ];
  });
  const links = { dashboard: stage.outputs.EcomDashboardUrl, cluster: stage.outputs.EcomEmrConsole };
  const stream = streamText(await reportStream(stage), links).split('\n');
  return [...topics, `brokers: ${stage.bootstrapServers}`, ...stream];
}
