import { EcomError } from 'ecom-analytics';
import { expect, test } from 'vitest';

test.each(['producer', 'test-consumer'])('%s refuses an event that is not one of its own', async (name) => {
  const { handler } = await import(`../functions/${name}.ts`);
  await expect(handler({ nonsense: true }, context)).rejects.toThrow(EcomError);
});

test('alert-consumer refuses an event that no Kafka trigger sent', async () => {
  Object.assign(process.env, {
    ECOM_ALERTS_TABLE: 'alerts',
    ECOM_ALERTS_SNS_TOPIC: 'arn:aws:sns:us-east-1:000000000000:alerts',
    ECOM_BUCKET: 'bucket',
    AWS_REGION: 'us-east-1',
  });
  const { handler } = await import('../functions/alert-consumer.ts');
  await expect(handler({} as never, context as never)).rejects.toThrow(EcomError);
});

const context = { getRemainingTimeInMillis: () => 60_000 };
