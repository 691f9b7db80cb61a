import { TopicError } from '../error-kinds.ts';

/** What a broker refused, with the configs that it was asked for and the broker's own reason, which names the key. */
export function refusedConfigs(
  topic: string,
  where: string,
  configs: Readonly<Record<string, string>>,
  cause: Error,
): TopicError {
  const keys = Object.keys(configs);
  const named = keys.filter((key) => cause.message.includes(key));
  const asked = (named.length > 0 ? named : keys).map((key) => `${key} = ${configs[key]}`).join(', ');
  return new TopicError(
    'ECOM_TOPIC_CONFIG',
    {
      what: `The cluster refuses ${asked}: ${cause.message.replace(/\.+$/, '')}`,
      where: `topic ${topic}, ${where}`,
      fix: 'Change it in `topics.*.configs`: what a cluster takes depends on its Kafka version and on its own settings. The topic has kept what it had.',
    },
    { cause },
  );
}
