import { EcomError, type ErrorCode } from '../../core/error.ts';
import { AwsError } from '../error-kinds.ts';

/** A call as a user would write it in a policy: `kafka:DescribeTopic`, and on what. */
export interface AwsCall {
  readonly action: string;
  readonly resource: string;
  /** What the caller's policy must allow, where it is not the action itself. */
  readonly needs?: readonly string[];
}

interface SdkFailure {
  readonly name: string;
  readonly message: string;
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

function asSdkFailure(error: unknown): SdkFailure {
  if (error instanceof Error) return error;
  return { name: 'Unknown', message: String(error) };
}

const matches = (names: readonly string[]) => (failure: SdkFailure) =>
  names.some((name) => failure.name.startsWith(name)) || names.includes(String(failure.code));

interface Kind {
  readonly code: ErrorCode;
  readonly is: (failure: SdkFailure) => boolean;
  readonly what: string;
  readonly fix: (call: AwsCall) => string;
}

/** What an SDK error means for the one who runs the command; the first that fits. */
const kinds: readonly Kind[] = [
  {
    code: 'ECOM_AWS_EXPIRED',
    is: matches(['ExpiredToken', 'TokenRefreshRequired', 'RequestExpired']),
    what: 'The AWS session has expired',
    fix: () => 'Log in again (`aws sso login`, or new temporary credentials), then run this again.',
  },
  {
    code: 'ECOM_AWS_CREDENTIALS',
    is: matches([
      'CredentialsProviderError',
      'TokenProviderError',
      'InvalidClientTokenId',
      'UnrecognizedClient',
      'InvalidSignature',
      'SignatureDoesNotMatch',
      'MissingAuthenticationToken',
      'AuthFailure',
      'InvalidAccessKeyId',
      'InvalidToken',
      // osls's own words for the same.
      'AWS_CREDENTIALS_NOT_FOUND',
      'UNRECOGNIZED_AWS_PROFILE',
    ]),
    what: 'The AWS credentials are missing or not valid',
    fix: () =>
      'Set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; `aws sts get-caller-identity` shows which ones are used.',
  },
  {
    code: 'ECOM_AWS_DENIED',
    is: (failure) =>
      matches(['AccessDenied', 'Forbidden', 'Unauthorized', 'NotAuthorized', 'AuthorizationError'])(
        failure,
      ) || failure.$metadata?.httpStatusCode === 403,
    what: 'AWS denied the call',
    fix: ({ action, resource, needs }) =>
      `Allow ${(needs ?? [action]).join(', ')} on ${resource} for the user or role that runs this (\`sls ecom doctor\` tries the others in turn).`,
  },
  {
    code: 'ECOM_AWS_THROTTLED',
    is: matches(['Throttling', 'ThrottledException', 'TooManyRequests', 'RequestLimitExceeded', 'SlowDown']),
    what: 'AWS keeps throttling the call',
    fix: () => 'Run this again in a minute; it resumes where it stopped.',
  },
  {
    code: 'ECOM_AWS_REGION',
    is: (failure) => /region is missing/i.test(failure.message),
    what: 'No AWS region is set',
    fix: () => 'Set `provider.region` in serverless.yml, or pass --region.',
  },
  {
    code: 'ECOM_AWS_UNREACHABLE',
    is: matches([
      'TimeoutError',
      'NetworkingError',
      'ENOTFOUND',
      'ECONNREFUSED',
      'ECONNRESET',
      'EAI_AGAIN',
      'ETIMEDOUT',
      'EHOSTUNREACH',
      'ENETUNREACH',
    ]),
    what: 'AWS cannot be reached',
    fix: () =>
      'Check the network, the proxy and the region (a region that does not exist cannot be reached either).',
  },
  {
    code: 'ECOM_AWS_UNAVAILABLE',
    is: (failure) => (failure.$metadata?.httpStatusCode ?? 0) >= 500,
    what: 'AWS failed to answer the call',
    fix: () => 'Run this again; it resumes where it stopped.',
  },
];

/** An SDK error as an error that a user can act on. Errors of ours pass as they are. */
export function awsFailure(error: unknown, call: AwsCall): EcomError {
  if (error instanceof EcomError) return error;
  const failure = asSdkFailure(error);
  const kind = kinds.find(({ is }) => is(failure));
  const said = failure.message.replace(/\.+$/, '');
  return new AwsError(
    kind?.code ?? 'ECOM_AWS_CALL',
    {
      what: kind ? `${kind.what}: ${said}` : `AWS refused the call: ${failure.name}: ${said}`,
      where: `${call.action} on ${call.resource}`,
      fix: kind?.fix(call) ?? 'The reason is AWS’s own; `--debug` shows the whole answer.',
    },
    { cause: error },
  );
}

/** Runs a call; what AWS says against it becomes an {@link AwsError}. */
export async function calling<T>(call: AwsCall, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw awsFailure(error, call);
  }
}

/** For a call's `catch`: undefined where AWS says one of these names, which means that there is none. */
export function absent(...names: readonly string[]): (error: unknown) => undefined {
  return (error) => {
    if (!isNamed(error, ...names)) throw error;
  };
}

/** Whether an SDK error has one of these names. */
export function isNamed(error: unknown, ...names: readonly string[]): boolean {
  return error instanceof Error && names.includes(error.name);
}
