import type { Mechanism, SaslAuthenticationRequest, SaslAuthenticationResponse } from 'kafkajs';

/** SASL messages go with their length in front, as KafkaJS's own mechanisms write them. */
function message(text: string): SaslAuthenticationRequest {
  const bytes = Buffer.from(text);
  const size = Buffer.alloc(4);
  size.writeInt32BE(bytes.length);
  return { encode: () => Buffer.concat([size, bytes]) };
}

/** What the broker says to a token: nothing when it takes it, else why not, as JSON. */
const answer: SaslAuthenticationResponse<string> = {
  decode: (sized) => sized,
  parse: (sized) => sized.subarray(4).toString(),
};

/**
 * SASL/OAUTHBEARER (RFC 7628). KafkaJS has it built in, but does not read the broker's answer: to KafkaJS 2.2.4 a token
 * that was refused is a connection that closes a little later, for no reason.
 *
 * @param provideToken called for each connection, and again when the broker says that its session is about to end
 */
export function oauthBearer(provideToken: () => Promise<string>): Mechanism {
  return {
    mechanism: 'oauthbearer',
    authenticationProvider: ({ saslAuthenticate }) => ({
      authenticate: async () => {
        const request = message(`n,,\u0001auth=Bearer ${await provideToken()}\u0001\u0001`);
        const refusal = await saslAuthenticate({ request, response: answer });
        // The client has to acknowledge it; then the broker fails the exchange, and KafkaJS throws what it says.
        if (refusal) await saslAuthenticate({ request: message('\u0001'), response: answer });
      },
    }),
  };
}
