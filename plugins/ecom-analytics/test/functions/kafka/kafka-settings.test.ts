import { describe, expect, test } from 'vitest';
import { kafkaSettings } from '../../../functions/kafka/kafka-settings.ts';

const ECOM_BOOTSTRAP_BROKERS = 'b-1.shop.kafka.eu-west-1.amazonaws.com:9098, b-2.shop:9098';

describe('the settings of Kafka', () => {
  test('sign in with IAM by default, in the region of the function', () => {
    expect(kafkaSettings({ ECOM_BOOTSTRAP_BROKERS, AWS_REGION: 'eu-west-1' })).toEqual({
      brokers: ['b-1.shop.kafka.eu-west-1.amazonaws.com:9098', 'b-2.shop:9098'],
      auth: 'iam',
      region: 'eu-west-1',
    });
  });

  test('need no region for a plain local broker', () => {
    expect(kafkaSettings({ ECOM_BOOTSTRAP_BROKERS: '[::1]:9092', ECOM_KAFKA_AUTH: 'none' })).toEqual({
      brokers: ['[::1]:9092'],
      auth: 'none',
      region: null,
    });
  });

  test('take every port there is, a name in capitals, and the region of a terminal', () => {
    const environment = {
      ECOM_BOOTSTRAP_BROKERS: 'B-1.Shop:1,,b-2.shop:65535',
      AWS_DEFAULT_REGION: 'eu-west-1',
    };
    expect(kafkaSettings(environment)).toEqual({
      brokers: ['B-1.Shop:1', 'b-2.shop:65535'],
      auth: 'iam',
      region: 'eu-west-1',
    });
    expect(kafkaSettings({ ...environment, AWS_REGION: 'eu-central-1' }).region).toBe('eu-central-1');
  });

  test.each([
    [{}, 'ECOM_BROKERS_MISSING', 'ECOM_BOOTSTRAP_BROKERS'],
    [{ ECOM_BOOTSTRAP_BROKERS: '' }, 'ECOM_BROKERS_MISSING', 'ECOM_BOOTSTRAP_BROKERS'],
    [{ ECOM_BOOTSTRAP_BROKERS: ' , ' }, 'ECOM_BROKERS_INVALID', 'No broker is named'],
    [{ ECOM_BOOTSTRAP_BROKERS: 'localhost' }, 'ECOM_BROKERS_INVALID', '"localhost" is not a broker address'],
    [{ ECOM_BOOTSTRAP_BROKERS: 'localhost:0' }, 'ECOM_BROKERS_INVALID', '"localhost:0"'],
    [{ ECOM_BOOTSTRAP_BROKERS: 'a:9092,b:70000' }, 'ECOM_BROKERS_INVALID', '"b:70000"'],
    [{ ECOM_BOOTSTRAP_BROKERS: 'a:65536' }, 'ECOM_BROKERS_INVALID', '"a:65536"'],
    [{ ECOM_BOOTSTRAP_BROKERS: 'a:009092' }, 'ECOM_BROKERS_INVALID', '"a:009092"'],
    [{ ECOM_BOOTSTRAP_BROKERS: ':9092' }, 'ECOM_BROKERS_INVALID', '":9092"'],
    [{ ECOM_BOOTSTRAP_BROKERS: 'a:9092/orders' }, 'ECOM_BROKERS_INVALID', '"a:9092/orders"'],
    [{ ECOM_BOOTSTRAP_BROKERS: 'http://a:9092' }, 'ECOM_BROKERS_INVALID', '"http://a:9092"'],
    [{ ECOM_BOOTSTRAP_BROKERS: 'a:1', ECOM_KAFKA_AUTH: 'plain' }, 'ECOM_KAFKA_AUTH_INVALID', '"plain"'],
    [{ ECOM_BOOTSTRAP_BROKERS: 'a:1' }, 'ECOM_REGION_MISSING', 'AWS_REGION'],
  ])('refuse %j', (environment, code, text) => {
    expect(() => kafkaSettings(environment)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(text) }),
    );
  });
});
