import { describe, expect, test } from 'vitest';
import { chatMessage, notificationOf } from '../../../functions/alert-consumer/notification.ts';
import { alertOf } from './alert-events.ts';

describe('a notification', () => {
  test('says what a person wants to know', () => {
    const { subject, message, attributes } = notificationOf(alertOf('order-1'), 'USD');
    expect(subject).toBe('Alert: high-value (high)');
    expect(message).toBe(
      [
        'The order total of 1299.95 USD is over 1000.00 USD',
        '',
        'Rule      high-value (high)',
        'Customer  CUST_1234',
        'Order     order-1',
        'Amount    $1,299.95',
        'Region    US-East',
        'Ordered   2026-11-23T22:42:37.000Z',
        'Detected  2026-11-23T22:42:37.100Z by the stream',
        'Alert     high-value:order-1',
      ].join('\n'),
    );
    expect(attributes).toEqual({ rule_id: 'high-value', severity: 'high' });
  });

  test('names no order where the alert is about a customer', () => {
    const alert = alertOf('x', 'medium', { order_id: null, rule_id: 'order-burst' });
    expect(notificationOf(alert, 'USD').message.split('\n').slice(1, 6)).toEqual([
      '',
      'Rule      order-burst (medium)',
      'Customer  CUST_1234',
      'Amount    $1,299.95',
      'Region    US-East',
    ]);
  });

  test('is one that SNS takes, whatever the alert holds', () => {
    const hostile = 'x\r\nSubject: y\u0000\ud800\u009f\ufffe'.repeat(100_000);
    const alert = alertOf(hostile, 'critical', {
      alert_id: hostile,
      rule_id: hostile,
      customer_id: hostile,
      reason: hostile,
      region: hostile,
    });
    const { subject, message, attributes } = notificationOf(alert, 'USD');
    expect(subject).toMatch(/^[ -~]{1,99}$/);
    for (const text of [message, attributes.rule_id]) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must be gone
      expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\ufffe\uffff]|\p{Surrogate}/u);
    }
    expect(Buffer.byteLength(message)).toBeLessThan(16_000);
  });

  test('has a form for a chat channel, which makes no mention and no link of it, and the text for everyone else', () => {
    const text = 'Pay <!channel> or <https://evil.example|here>\n```';
    const { MessageStructure, Message } = chatMessage('Alert: high-value (high)', text);
    expect(MessageStructure).toBe('json');
    const { default: plain, https } = JSON.parse(Message);
    expect(plain).toBe(text);
    const chat = JSON.parse(https);
    expect(chat).toMatchObject({
      version: '1.0',
      source: 'custom',
      content: { textType: 'client-markdown', title: 'Alert: high-value (high)' },
    });
    expect(chat.content.description).toMatch(/^```\n[^<>`]*\n```$/);
  });

  test('cuts a text that nobody would read to its end, and shows that it did', () => {
    const reasonOf = (length: number) =>
      notificationOf(alertOf('o', 'high', { reason: 'x'.repeat(length) }), 'USD').message.split('\n')[0];
    expect(reasonOf(500)).toBe('x'.repeat(500));
    expect(reasonOf(501)).toBe(`${'x'.repeat(500)}…`);
  });

  test('has a subject of 99 characters at most, what is not ASCII replaced', () => {
    const subjectOf = (rule_id: string) => notificationOf(alertOf('o', 'high', { rule_id }), 'USD').subject;
    expect(subjectOf('Käufe 🦄🦄 im Ausland')).toBe('Alert: K?ufe ? im Ausland (high)');
    expect(subjectOf('x'.repeat(85))).toBe(`Alert: ${'x'.repeat(85)} (high)`);
    expect(subjectOf('x'.repeat(86))).toHaveLength(99);
  });

  test('shows a replacement for each character that turns a text around or breaks its line', () => {
    const customer_id = 'a\u202eb\u2028c\u200bd\u200ce\u200df\r\ng';
    const { message } = notificationOf(alertOf('o', 'high', { customer_id }), 'USD');
    expect(message).toContain('Customer  a\ufffdb\ufffdc\ufffdd\u200ce\u200df\ufffd\ufffdg\n');
  });

  test('keeps emoji and other scripts', () => {
    const { message } = notificationOf(alertOf('o', 'high', { customer_id: 'Zoë 🦄 山田' }), 'USD');
    expect(message).toContain('Customer  Zoë 🦄 山田');
  });
});
