import type { ResourceChange } from '@aws-sdk/client-cloudformation';
import type { Clock } from '../../functions/clock.ts';
import { AwsError } from '../error-kinds.ts';
import { waitFor } from '../wait.ts';
import { calling } from './aws-failure.ts';
import type { AwsClients } from './clients.ts';

/** A resource that CloudFormation says it would replace for certain, or delete. */
export interface Lost {
  readonly kind: 'replace' | 'remove';
  readonly id: string;
  readonly type: string;
  /** The properties that make it replace one. */
  readonly properties: readonly string[];
}

/** CloudFormation takes seconds over a template of this size. */
const settle = { timeoutMs: 300_000, everyMs: 2_000 };

/** Undefined: it keeps the resource, or leaves it (`PolicyAction`) where it lets go of it. */
function lost(change: ResourceChange): Lost | undefined {
  const { Action, LogicalResourceId, PolicyAction, Replacement, ResourceType, Details = [] } = change;
  const about = { id: LogicalResourceId ?? '', type: ResourceType ?? '' };
  if (Action === 'Remove')
    return PolicyAction === 'Retain' || PolicyAction === 'Snapshot'
      ? undefined
      : { kind: 'remove', ...about, properties: [] };
  if (Replacement !== 'True') return undefined;
  const causes = Details.flatMap(({ Target }) =>
    Target?.RequiresRecreation === 'Never' || Target?.Name === undefined ? [] : [Target.Name],
  );
  return { kind: 'replace', ...about, properties: [...new Set(causes)].sort() };
}

/**
 * What CloudFormation itself says that a template would replace or delete. It resolves references and conditions, which a comparison
 * of templates does not. The change set is deleted again, and nothing is executed.
 *
 * @param templateUrl of the template in S3
 * @throws AwsError where no change set can be had
 */
export async function lostByChangeSet(
  clients: Pick<AwsClients, 'cloudFormation'>,
  clock: Clock,
  StackName: string,
  templateUrl: string,
): Promise<Lost[]> {
  const cloudFormation = await clients.cloudFormation();
  const { CreateChangeSetCommand, DeleteChangeSetCommand, DescribeChangeSetCommand } = await import(
    '@aws-sdk/client-cloudformation'
  );
  const ChangeSetName = `ecom-plan-${clock.now()}`;
  const names = { StackName, ChangeSetName };
  const resource = `stack ${StackName}`;
  await calling({ action: 'cloudformation:CreateChangeSet', resource }, () =>
    cloudFormation.send(
      new CreateChangeSetCommand({
        ...names,
        TemplateURL: templateUrl,
        Capabilities: ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND'],
      }),
    ),
  );
  try {
    return await calling({ action: 'cloudformation:DescribeChangeSet', resource }, async () => {
      const describe = (NextToken?: string) =>
        cloudFormation.send(new DescribeChangeSetCommand({ ...names, NextToken }));
      let page = await waitFor(
        { ...settle, clock },
        async () => {
          const seen = await describe();
          return /_(PENDING|IN_PROGRESS)$/.test(seen.Status ?? '') ? undefined : seen;
        },
        () =>
          new AwsError('ECOM_STACK_SLOW', {
            what: `CloudFormation has not compared the templates after ${settle.timeoutMs / 60_000} minutes`,
            where: resource,
            fix: 'Look at the stack in the CloudFormation console, then run this again.',
          }),
      );
      const found: Lost[] = [];
      for (;;) {
        for (const { ResourceChange: change } of page.Changes ?? []) {
          const one = change && lost(change);
          if (one) found.push(one);
        }
        if (page.NextToken === undefined) return found;
        page = await describe(page.NextToken);
      }
    });
  } finally {
    await calling({ action: 'cloudformation:DeleteChangeSet', resource }, () =>
      cloudFormation.send(new DeleteChangeSetCommand(names)),
    );
  }
}
