import pipeline from '../../pipeline/definition.ts';
import { systemClock } from '../../plugins/ecom-analytics/functions/clock.ts';
import { silentLog } from '../../plugins/ecom-analytics/functions/log.ts';
import { KafkaSink } from '../../plugins/ecom-analytics/functions/producer/kafka-sink.ts';
import { defaultPace } from '../../plugins/ecom-analytics/functions/producer/pace.ts';
import { sendOrders } from '../../plugins/ecom-analytics/functions/producer/send-orders.ts';
import { ordersDueNow, warmUpOrders } from './orders-due.ts';

/** The producer as it is: generates, serialises, finds the alerts and sends, idempotent and with `acks=all`. */
export async function main([brokers = '', count]: readonly string[]): Promise<number> {
  const settings = { brokers: [brokers], auth: 'none', region: null } as const;
  const sink = new KafkaSink(settings, pipeline.topics, systemClock, silentLog);
  await sink.open(Number.POSITIVE_INFINITY);
  const parts = {
    sink,
    clock: systemClock,
    log: silentLog,
    definition: pipeline,
    pace: { ...defaultPace, untilMs: Number.POSITIVE_INFINITY },
  };
  await sendOrders(ordersDueNow(warmUpOrders), parts);
  const started = performance.now();
  const { sent } = await sendOrders(ordersDueNow(Number(count)), parts);
  const elapsed = performance.now() - started;
  await sink.close();
  if (sent !== Number(count)) throw new Error(`${sent} of ${count} orders were acknowledged`);
  process.stdout.write(String(elapsed));
  return 0;
}
