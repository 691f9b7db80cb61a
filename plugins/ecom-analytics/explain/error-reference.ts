import { errorTopics } from '../core/errors/error-topics.ts';
import { type Explanation, explanations } from './explain.ts';

function section({ code, means, causes, fix, see }: Explanation): string {
  return [
    `### ${code}`,
    means,
    ...(causes.length === 0 ? [] : [`Usual causes:\n\n${causes.map((cause) => `- ${cause}`).join('\n')}`]),
    `**What to do.** ${fix}${see === undefined ? '' : ` More: [${see.replace('.md', '').replace('#', ': ').replaceAll('-', ' ')}](${see}).`}`,
  ].join('\n\n');
}

/** Every code as Markdown, a heading each, so that a link can lead to it. */
export function errorReference(): string {
  const topics = Object.keys(errorTopics);
  const anchor = (topic: string): string => topic.toLowerCase().replaceAll(' ', '-');
  return `${[
    '# Errors',
    'Every error message ends with a code, such as `(ECOM_PORT_TAKEN)`. Scripts may match on the code, which is stable; the message may change. ' +
      'To read about a code in the terminal, give the code, or the whole message in quotes:',
    '```sh\nnpm run explain -- ECOM_PORT_TAKEN\n```',
    '`npx sls ecom explain CODE` does the same, and needs neither credentials nor a deployed stage. Generated from `core/errors/` of `ecom-analytics`.',
    topics.map((topic) => `- [${topic}](#${anchor(topic)})`).join('\n'),
    ...topics.flatMap((topic) => [
      `## ${topic}`,
      ...explanations.filter((one) => one.topic === topic).map(section),
    ]),
  ].join('\n\n')}\n`;
}
