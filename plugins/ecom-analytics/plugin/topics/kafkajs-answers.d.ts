declare module 'kafkajs/src/protocol/requests/*/response.js' {
  interface Refused {
    readonly errorMessage: string | null;
  }
  /** A broker's answer to a change of topics or configs, as far as `broker-words.ts` reads it. */
  interface Answer {
    readonly topicErrors?: readonly Refused[];
    readonly resources?: readonly Refused[];
  }
  const response: { parse(answer: Answer): Promise<unknown> };
  export default response;
}
