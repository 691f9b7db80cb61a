// Sends a record every half second for a while through the functions' own Kafka client, signed in as on MSK, then says
// how many were acknowledged and how many connections it took: `<bootstrap servers> <topic> <seconds>`.
// A program of its own, because Node reads which certificates to trust as it starts.
import tls from 'node:tls';
import { systemClock } from '../../../../functions/clock.ts';
import { createKafkaClient } from '../../../../functions/kafka/client.ts';
import { kafkaFailure } from '../../../../functions/kafka/kafka-failure.ts';
import { kafkaSettings } from '../../../../functions/kafka/kafka-settings.ts';
import { silentLog } from '../../../../functions/log.ts';

const [brokers = '', topic = '', seconds = ''] = process.argv.slice(2);

let connections = 0;
const connect = tls.connect;
tls.connect = new Proxy(connect, {
  apply: (target, self, args) => {
    connections++;
    return Reflect.apply(target, self, args);
  },
});

const settings = kafkaSettings({ ...process.env, ECOM_BOOTSTRAP_BROKERS: brokers });
const client = createKafkaClient(settings, 'token-client', silentLog);
const producer = client.kafka.producer({ idempotent: true });
try {
  await producer.connect();
  let sent = 0;
  for (const untilMs = Date.now() + Number(seconds) * 1000; Date.now() < untilMs; sent++) {
    await producer.send({ topic, acks: -1, messages: [{ key: 'CUST_1', value: `record ${sent}` }] });
    await systemClock.sleep(500);
  }
  await producer.disconnect();
  process.stdout.write(JSON.stringify({ sent, connections }));
} catch (error) {
  process.stdout.write(JSON.stringify({ code: kafkaFailure(error, settings, topic).code }));
} finally {
  client.abort();
}
