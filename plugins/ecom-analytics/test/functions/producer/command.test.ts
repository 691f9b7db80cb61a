import { expect, test } from 'vitest';
import pipeline from '../../../../../pipeline/definition.ts';
import { main } from '../../../functions/producer/command.ts';

test.each([
  [[], 'Give either --brokers or --cluster-arn', 'ECOM_USAGE'],
  [['--brokers', 'a:1', '--cluster-arn', 'b'], 'Give either --brokers or --cluster-arn', 'ECOM_USAGE'],
  [['--brokers', 'a:1', '--durtion', '5'], 'Did you mean --duration? Run', 'ECOM_OPTION_UNKNOWN'],
  [['--brokers', 'a:1', '--nope'], "Unknown option '--nope'", 'ECOM_OPTION_UNKNOWN'],
  [['--brokers', 'a:1', 'extra'], 'Unexpected argument "extra"', 'ECOM_OPTION_UNKNOWN'],
  [['--brokers', 'a:1', '--rate', '0'], '--rate must be a number from 1 to 1000000', 'ECOM_USAGE'],
  [['--brokers', 'a:1', '--rate', 'fast'], '--rate must be a number', 'ECOM_USAGE'],
  [['--brokers', 'a:1', '--rate='], '--rate must be a number', 'ECOM_USAGE'],
  [['--brokers', 'a:1', '--duration', '90000'], '--duration must be a number of seconds', 'ECOM_USAGE'],
  [['--brokers', 'a:1', '--seed', '1.5'], '--seed must be a whole number', 'ECOM_USAGE'],
  [['--brokers', 'a:1', '--fraud-rate', '2'], '--fraud-rate must be a number from 0 to 1', 'ECOM_USAGE'],
  [['--brokers', 'a'], '"a" is not a broker address (--brokers)', 'ECOM_BROKERS_INVALID'],
  [
    ['--brokers', 'a:1', '--auth', 'plain'],
    '"plain" is not a way to authenticate',
    'ECOM_KAFKA_AUTH_INVALID',
  ],
  [['--cluster-arn', 'arn:aws:s3:::x'], 'is not the ARN of an MSK cluster', 'ECOM_CLUSTER_ARN_INVALID'],
])('the command `producer` refuses %j', async (args, message, code) => {
  await expect(main(args, pipeline)).rejects.toMatchObject({
    name: 'UsageError',
    exitCode: 2,
    code,
    message: expect.stringContaining(message),
  });
});
