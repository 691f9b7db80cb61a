import { EcomError } from '../core/error.ts';
import { lostByChangeSet } from './aws/change-set.ts';
import { type StackChange, stackChanges, withLost } from './resources/changes.ts';
import { folders } from './resources/stage-input.ts';
import { findDeployed, type Session } from './session.ts';

/**
 * What a deploy would do to a stage's stack: by the two templates, and, where CloudFormation can be asked, by a change set,
 * for which the template is put into the artifacts bucket. The local cloud says nothing of replacements.
 */
export async function planStack(session: Session, template: unknown): Promise<StackChange[]> {
  const changes = stackChanges(await session.stack.template(), template);
  const stage = session.isLocal ? undefined : await findDeployed(session);
  if (stage === undefined || changes.length === 0) return changes;
  const { artifacts, clients, clock, region, stack, progress } = stage;
  const key = `${folders.plans}template.json`;
  const suffix = region.startsWith('cn-') ? '.cn' : '';
  progress('Asking CloudFormation what it would replace');
  try {
    await artifacts.put(key, JSON.stringify(template));
    const url = `https://${artifacts.name}.s3.${region}.amazonaws.com${suffix}/${key}`;
    return withLost(changes, await lostByChangeSet(clients, clock, stack.name, url));
  } catch (error) {
    // A user who may not make change sets, or a stack that takes none as it stands, is left with the templates.
    if (error instanceof EcomError) return changes;
    throw error;
  }
}
