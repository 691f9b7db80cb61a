import type { Alert } from '../../core/alert.ts';
import { excerpt } from '../../core/excerpt.ts';
import { formatMoney } from '../../core/money.ts';

/** What SNS publishes: a subject and a text for a person, and attributes that subscriptions can filter by. */
export interface Notification {
  readonly subject: string;
  readonly message: string;
  readonly attributes: { readonly rule_id: string; readonly severity: string };
}

/** SNS takes a subject of fewer than 100 characters of ASCII. Source: SNS API reference, Publish, Subject. */
const longestSubject = 99;
/** SNS takes 256 KB; a person reads less. */
const longestField = 500;

/**
 * What no text for a person holds, and SNS may refuse: control characters, noncharacters, unpaired surrogates; and what
 * turns a text around or breaks its line. The joiners that scripts and emoji are written with stay.
 */
const unprintable = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\ufffe\uffff]/gu;

/** Anyone who may write to the topic decides what is in an alert: made printable, and cut to what is read. */
function shown(text: string): string {
  const cut = text.length > longestField ? `${excerpt(text, longestField)}…` : text;
  return cut.replace(unprintable, '\ufffd');
}

/**
 * Tells of an alert. Whatever the alert holds, SNS accepts the result.
 *
 * @param currency of its amount, ISO 4217
 */
export function notificationOf(alert: Alert, currency: string): Notification {
  const subject = `Alert: ${alert.rule_id} (${alert.severity})`.replace(/[^ -~]+/g, '?');
  const lines = [
    shown(alert.reason),
    '',
    `Rule      ${shown(alert.rule_id)} (${alert.severity})`,
    `Customer  ${shown(alert.customer_id)}`,
    ...(alert.order_id === null ? [] : [`Order     ${shown(alert.order_id)}`]),
    `Amount    ${formatMoney(alert.total_amount, currency)}`,
    `Region    ${shown(alert.region)}`,
    `Ordered   ${alert.order_timestamp}`,
    `Detected  ${alert.detected_at} by the ${alert.source}`,
    `Alert     ${shown(alert.alert_id)}`,
  ];
  return {
    subject: subject.slice(0, longestSubject),
    message: lines.join('\n'),
    attributes: { rule_id: shown(alert.rule_id), severity: alert.severity },
  };
}

/**
 * The same for a topic that a chat channel listens to as well: Amazon Q Developer in chat applications passes over what is not in
 * its own form, and is subscribed as an https address. Everyone else gets the text.
 * https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
 */
export function chatMessage(
  subject: string,
  message: string,
): { readonly MessageStructure: 'json'; readonly Message: string } {
  // A channel would make links and mentions of what stands in angle brackets, and a backtick ends the block.
  const plain = message.replaceAll('<', '\u2039').replaceAll('>', '\u203a').replaceAll('`', "'");
  const chat = {
    version: '1.0',
    source: 'custom',
    content: { textType: 'client-markdown', title: subject, description: `\`\`\`\n${plain}\n\`\`\`` },
  };
  return {
    MessageStructure: 'json',
    Message: JSON.stringify({ default: message, https: JSON.stringify(chat) }),
  };
}
