import type { AuthenticationProviderArgs, SaslAuthenticateArgs } from 'kafkajs';
import { expect, test } from 'vitest';
import { oauthBearer } from '../../../functions/kafka/oauth-bearer.ts';

/** A broker that answers a token so: what the client has said to it, message by message. */
async function signIn(answer: string, ...tokens: readonly string[]): Promise<string[]> {
  const said: string[] = [];
  const left = [...tokens];
  const saslAuthenticate = async <ParseResult>({ request, response }: SaslAuthenticateArgs<ParseResult>) => {
    const sized = await request.encode();
    expect(sized.readInt32BE(0)).toBe(sized.length - 4);
    said.push(sized.subarray(4).toString());
    if (response === undefined) throw new Error('The answer is not read');
    const text = Buffer.from(answer);
    const size = Buffer.alloc(4);
    size.writeInt32BE(text.length);
    return response.parse(await response.decode(Buffer.concat([size, text])));
  };
  const mechanism = oauthBearer(async () => left.shift() ?? 'no token');
  expect(mechanism.mechanism).toBe('oauthbearer');
  // Of KafkaJS's parts the mechanism uses the exchange alone.
  const provider = mechanism.authenticationProvider({ saslAuthenticate } as AuthenticationProviderArgs);
  for (const _ of tokens) await provider.authenticate();
  return said;
}

test('a token that is taken is all that is said, and each sign-in has its own', async () => {
  expect(await signIn('', 'first', 'second')).toEqual([
    'n,,\u0001auth=Bearer first\u0001\u0001',
    'n,,\u0001auth=Bearer second\u0001\u0001',
  ]);
});

test('a refusal is acknowledged, so that the broker fails the exchange with its reason', async () => {
  expect(await signIn('{"status":"invalid_token"}', 'first')).toEqual([
    'n,,\u0001auth=Bearer first\u0001\u0001',
    '\u0001',
  ]);
});
