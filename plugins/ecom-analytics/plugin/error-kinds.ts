import { EcomError, type ErrorCode, type ErrorParts } from '../core/error.ts';

/** What is written in serverless.yml is wrong. */
export class ConfigError extends EcomError {
  override readonly name = 'ConfigError';
  constructor(code: ErrorCode, parts: ErrorParts) {
    super(code, parts);
  }
}

/** The cluster's topics are not, or cannot be made, what the definition asks for. */
export class TopicError extends EcomError {
  override readonly name = 'TopicError';
}

/** AWS refused, or could not be asked. */
export class AwsError extends EcomError {
  override readonly name = 'AwsError';
}

/** The streaming step is not, or cannot be made, what the stage asks for. */
export class StreamError extends EcomError {
  override readonly name = 'StreamError';
}
