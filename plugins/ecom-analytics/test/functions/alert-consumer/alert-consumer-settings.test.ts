import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { defaultTopics } from '../../../core/topic.ts';
import {
  alertConsumerSettings,
  readNotifyFrom,
} from '../../../functions/alert-consumer/alert-consumer-settings.ts';

const environment = {
  ECOM_ALERTS_TABLE: 'alerts',
  ECOM_ALERTS_SNS_TOPIC: 'arn:aws:sns:us-east-1:123456789012:alerts',
  ECOM_BUCKET: 'bucket',
};

describe('the settings of the alert consumer', () => {
  test('are read from the environment', () => {
    expect(alertConsumerSettings(environment, defaultTopics)).toEqual({
      table: 'alerts',
      snsTopic: 'arn:aws:sns:us-east-1:123456789012:alerts',
      bucket: 'bucket',
      notifyFrom: 'high',
      chat: false,
      rememberedForSeconds: 10 * 86_400,
    });
    expect(alertConsumerSettings({ ...environment, ECOM_NOTIFY_FROM: 'low' }, defaultTopics).notifyFrom).toBe(
      'low',
    );
    const chatOf = (given: string): boolean =>
      alertConsumerSettings({ ...environment, ECOM_ALERTS_CHAT: given }, defaultTopics).chat;
    expect(['true', 'false', ''].map(chatOf)).toEqual([true, false, false]);
  });

  test.each(Object.keys(environment))('name %s when it is missing', (name) => {
    expect(() => alertConsumerSettings({ ...environment, [name]: '' }, defaultTopics)).toThrow(
      expect.objectContaining({ code: 'ECOM_SETTING_MISSING', message: expect.stringContaining(name) }),
    );
  });

  test('remember an alert for as long as the stage says', () => {
    const of = (given: string) =>
      alertConsumerSettings({ ...environment, ECOM_ALERTS_REMEMBERED_SECONDS: given }, defaultTopics)
        .rememberedForSeconds;
    expect(['5', '60', '864000'].map(of)).toEqual([5, 60, 864_000]);
    expect(of('')).toBe(10 * 86_400);
    for (const wrong of ['a while', '0', '060', '1.5', '60 s', ' 60', '-1'])
      expect(() => of(wrong)).toThrow(
        expect.objectContaining({
          code: 'ECOM_SETTING_INVALID',
          message: expect.stringContaining(`"${wrong}" is not a number of seconds`),
        }),
      );
  });

  test('notify from the severity that a stage notifies from where nothing else is said', () => {
    const service = readFileSync(new URL('../../../../../serverless.yml', import.meta.url), 'utf8');
    expect(service).toContain(`ECOM_NOTIFY_FROM: \${param:notifyFrom, "${readNotifyFrom({})}"}`);
  });

  test('know four severities', () => {
    expect(() =>
      alertConsumerSettings({ ...environment, ECOM_NOTIFY_FROM: 'urgent' }, defaultTopics),
    ).toThrow(
      '"urgent" is not a valid severity (environment variable ECOM_NOTIFY_FROM). Use one of low, medium, high, critical.',
    );
  });
});
