/**
 * Stands in for `@aws-sdk/credential-providers` and `@aws-sdk/client-sts` in the bundles (`alias` in serverless.yml): in
 * Lambda credentials are in the environment, and the clients of every other place that they could come from, which the
 * signer of MSK tokens depends on, would be half of a bundle. Whatever else is imported from the two fails to bundle.
 */

/** Credentials from the environment. The signer says so itself when they are missing. */
export function fromNodeProviderChain() {
  return async () => {
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
    return {
      accessKeyId: AWS_ACCESS_KEY_ID ?? '',
      secretAccessKey: AWS_SECRET_ACCESS_KEY ?? '',
      ...(AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {}),
    };
  };
}

/** The signer asks who is calling only in debug mode, which nobody turns on. */
export class STSClient {
  constructor() {
    throw new Error(
      'The AWS client STS is left out of the bundles: see "alias" in serverless.yml to bring it back.',
    );
  }
}
