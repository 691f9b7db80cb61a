import type { Clock } from '../../functions/clock.ts';
import { AwsError } from '../error-kinds.ts';
import { waitFor } from '../wait.ts';
import { absent, calling } from './aws-failure.ts';
import type { AwsClients } from './clients.ts';

/** How long Lambda may take to switch a trigger on or off. */
const settle = { timeoutMs: 300_000, everyMs: 3_000 };

/** The trigger that reads the alerts topic for the alert consumer. */
export class AlertsTrigger {
  readonly #clients: Pick<AwsClients, 'lambda'>;
  readonly #clock: Clock;
  readonly uuid: string;

  constructor(clients: Pick<AwsClients, 'lambda'>, uuid: string, clock: Clock) {
    this.#clients = clients;
    this.#clock = clock;
    this.uuid = uuid;
  }

  /** `Enabled`, `Disabled`, on its way, or `Gone`; and what the last look at the topic came to. */
  async state(): Promise<{ readonly state: string; readonly lastResult: string | null }> {
    const lambda = await this.#clients.lambda();
    const { GetEventSourceMappingCommand } = await import('@aws-sdk/client-lambda');
    const answer = await calling(
      { action: 'lambda:GetEventSourceMapping', resource: `trigger ${this.uuid}` },
      () =>
        lambda
          .send(new GetEventSourceMappingCommand({ UUID: this.uuid }))
          .catch(absent('ResourceNotFoundException')),
    );
    if (answer === undefined) return { state: 'Gone', lastResult: null };
    return { state: answer.State ?? 'Unknown', lastResult: answer.LastProcessingResult ?? null };
  }

  /** Whether alerts are read: not where somebody, or a deploy that stopped half-way, has left it off. */
  async isOn(): Promise<boolean> {
    return !['Disabled', 'Disabling', 'Gone'].includes((await this.state()).state);
  }

  /** Switches it on or off and waits until it is. Returns whether there was anything to do. */
  async enable(enabled: boolean): Promise<boolean> {
    const wanted = enabled ? 'Enabled' : 'Disabled';
    const { state: before } = await this.state();
    // A removal that got stuck half-way has taken it away already.
    if (before === wanted || (before === 'Gone' && !enabled)) return false;
    if (before === 'Gone')
      throw new AwsError('ECOM_TRIGGER_GONE', {
        what: "The alert consumer's trigger is gone",
        where: `trigger ${this.uuid}`,
        fix: 'It was deleted outside of CloudFormation. Remove the stage and deploy it again; topics stay on an existing cluster.',
      });
    await this.#settled((state) => state === 'Enabled' || state === 'Disabled');
    const lambda = await this.#clients.lambda();
    const { UpdateEventSourceMappingCommand } = await import('@aws-sdk/client-lambda');
    await calling({ action: 'lambda:UpdateEventSourceMapping', resource: `trigger ${this.uuid}` }, () =>
      lambda.send(new UpdateEventSourceMappingCommand({ UUID: this.uuid, Enabled: enabled })),
    );
    await this.#settled((state) => state === wanted);
    return true;
  }

  async #settled(is: (state: string) => boolean): Promise<void> {
    await waitFor(
      { ...settle, clock: this.#clock },
      async () => (is((await this.state()).state) ? true : undefined),
      () =>
        new AwsError('ECOM_TRIGGER_SLOW', {
          what: `The alert consumer's trigger has not changed after ${settle.timeoutMs / 60_000} minutes`,
          where: `trigger ${this.uuid}`,
          fix: 'Look at it in the Lambda console: its last result says what it lacks. Then run this again.',
        }),
    );
  }
}
