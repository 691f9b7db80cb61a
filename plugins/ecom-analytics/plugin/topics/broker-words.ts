import alterConfigs from 'kafkajs/src/protocol/requests/alterConfigs/v0/response.js';
import alterConfigsV1 from 'kafkajs/src/protocol/requests/alterConfigs/v1/response.js';
import createTopicsV1 from 'kafkajs/src/protocol/requests/createTopics/v1/response.js';
import createTopicsV2 from 'kafkajs/src/protocol/requests/createTopics/v2/response.js';
import createTopicsV3 from 'kafkajs/src/protocol/requests/createTopics/v3/response.js';

/** What a broker says against each topic or config of a request. */
interface Refusals {
  readonly topicErrors?: readonly { readonly errorMessage: string | null }[];
  readonly resources?: readonly { readonly errorMessage: string | null }[];
}

/** The broker's words for an error of KafkaJS, whose retries and callers go by its type. */
function withWords(error: unknown, { topicErrors = [], resources = [] }: Refusals): unknown {
  const said = [...topicErrors, ...resources].flatMap(({ errorMessage }) => errorMessage ?? []);
  if (!(error instanceof Error) || said.length === 0) return error;
  error.message = said.join('; ');
  const inner = 'errors' in error && Array.isArray(error.errors) ? error.errors : [];
  for (const one of inner) if (one instanceof Error) one.message = error.message;
  return error;
}

/** Its responses are changed once in a process. */
let kept = false;

/**
 * KafkaJS 2.2.4 reads what a broker says against a change and drops it: "Configuration is invalid" is all that is left.
 * The broker's own words name key and reason.
 */
export function keepBrokerWords(): void {
  if (kept) return;
  kept = true;
  for (const response of [alterConfigs, alterConfigsV1, createTopicsV1, createTopicsV2, createTopicsV3]) {
    const { parse } = response;
    response.parse = async (answer) => {
      try {
        return await parse(answer);
      } catch (error) {
        throw withWords(error, answer);
      }
    };
  }
}
