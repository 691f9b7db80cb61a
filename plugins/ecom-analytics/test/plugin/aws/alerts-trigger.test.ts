import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AlertsTrigger } from '../../../plugin/aws/alerts-trigger.ts';
import { AwsClients } from '../../../plugin/aws/clients.ts';
import { AccountEndpoint } from './account-endpoint.ts';

let account: AccountEndpoint;
let trigger: AlertsTrigger;
/** What happens while the trigger is waited for. */
let meanwhile: () => void;
beforeEach(async () => {
  account = new AccountEndpoint();
  await account.start();
  const clients = new AwsClients(async () => ({
    region: 'eu-west-1',
    endpoint: account.url,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
  }));
  let now = 0;
  meanwhile = () => undefined;
  const clock = {
    now: () => now,
    elapsed: () => now,
    sleep: async (ms: number) => {
      now += ms;
      meanwhile();
    },
  };
  trigger = new AlertsTrigger(clients, 'trigger', clock);
});
afterEach(() => account.stop());

describe('the trigger of the alert consumer', () => {
  test('is left alone where it is as wanted', async () => {
    account.onSwitch = () => 'Broken';
    expect(await trigger.enable(true)).toBe(false);
    expect(await trigger.state()).toEqual({ state: 'Enabled', lastResult: 'OK' });
  });

  test.each([
    ['Enabled', true],
    ['Updating', true],
    ['Disabled', false],
    ['Disabling', false],
  ])('that is %s counts as on: %s', async (State, on) => {
    account.trigger = { State };
    expect(await trigger.isOn()).toBe(on);
  });

  test('that somebody has deleted is off', async () => {
    account.trigger = undefined;
    expect(await trigger.isOn()).toBe(false);
  });

  test('is switched, and seen to have changed', async () => {
    account.onSwitch = (enabled) => (enabled ? 'Enabled' : 'Disabled');
    expect(await trigger.enable(false)).toBe(true);
    expect((await trigger.state()).state).toBe('Disabled');
    expect(await trigger.enable(true)).toBe(true);
    expect((await trigger.state()).state).toBe('Enabled');
  });

  test.each(['Creating', 'Enabling', 'Updating'])(
    'that is %s is switched once that is over',
    async (State) => {
      account.trigger = { State };
      // Lambda refuses a change during another.
      account.onSwitch = () => (account.trigger?.State === 'Enabled' ? 'Disabled' : 'Refused');
      meanwhile = () => {
        if (account.trigger?.State === State) account.trigger = { State: 'Enabled' };
      };
      expect(await trigger.enable(false)).toBe(true);
      expect((await trigger.state()).state).toBe('Disabled');
    },
  );

  test('that does not change is given up on, by its code', async () => {
    account.onSwitch = () => 'Disabling';
    await expect(trigger.enable(false)).rejects.toMatchObject({
      code: 'ECOM_TRIGGER_SLOW',
      message: expect.stringContaining('after 5 minutes'),
    });
  });

  test('that is gone cannot be switched on, and need not be switched off', async () => {
    account.trigger = undefined;
    expect(await trigger.state()).toEqual({ state: 'Gone', lastResult: null });
    expect(await trigger.enable(false)).toBe(false);
    await expect(trigger.enable(true)).rejects.toMatchObject({ code: 'ECOM_TRIGGER_GONE' });
  });
});
