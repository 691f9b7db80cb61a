import { UsageError } from '../../core/error.ts';
import { deployed } from '../session.ts';
import { applyPlan } from '../topics/apply.ts';
import { removeTopics, withTopics } from '../topics/stage-topics.ts';
import { planExitCode, type TopicPlan } from '../topics/topic-plan.ts';
import { planText } from '../topics/topic-plan-text.ts';
import type { Command } from './declarations.ts';

const shown = (plan: TopicPlan, cluster: string, json: boolean): string =>
  json ? JSON.stringify({ cluster, ...plan }) : planText(plan, cluster);

/** `sls ecom topics plan`: shows what would change and changes nothing. */
export const planCommand: Command = async (session, options, print) => {
  const stage = await deployed(session);
  return withTopics(stage, false, async ({ plan, cluster }) => {
    print(shown(plan, cluster.name, options.json === true));
    if (options['detailed-exitcode'] === true) return planExitCode(plan);
    return plan.refused.length > 0 ? 1 : 0;
  });
};

/** `sls ecom topics apply`: shows the plan and does it. */
export const applyCommand: Command = async (session, options, print) => {
  const stage = await deployed(session);
  return withTopics(stage, true, async ({ plan, cluster, ledger, context }) => {
    print(shown(plan, cluster.name, options.json === true));
    await applyPlan(plan, ledger, context);
    return 0;
  });
};

function namesOf(given: string | boolean | readonly string[] | undefined): readonly string[] | undefined {
  if (typeof given === 'string') return [given];
  return typeof given === 'object' ? given : undefined;
}

/** `sls ecom topics delete`: deletes this stage's own topics, after a yes. */
export const deleteCommand: Command = async (session, options, print) => {
  const keep = options.keep === true;
  if (!keep && options.yes !== true)
    throw new UsageError('ECOM_TOPIC_DELETE_YES', {
      what: 'Deleting a topic deletes every record in it',
      where: 'sls ecom topics delete',
      fix: 'Add --yes to confirm it, or --keep to leave the topic on the cluster and only stop managing it.',
    });
  const stage = await deployed(session);
  const { deleted, kept } = await removeTopics(stage, {
    names: namesOf(options.topic),
    adopted: options.adopted === true,
    keep,
  });
  if (options.json === true) print(JSON.stringify({ deleted, kept }));
  else {
    if (deleted.length > 0) print(`Deleted: ${deleted.join(', ')}`);
    if (kept.length > 0)
      print(`Left on the cluster: ${kept.join(', ')}${keep ? '' : ' (there before this stage; --adopted)'}`);
  }
  return 0;
};
