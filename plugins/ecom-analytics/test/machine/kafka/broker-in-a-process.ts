// Starts a broker, says where it is, and waits: for the test that kills the process a broker was started by.
import { startBroker } from '../../../machine/kafka/broker.ts';

const { pid, dir } = await startBroker();
process.stdout.write(`${JSON.stringify({ pid, dir })}\n`);
setInterval(() => undefined, 60_000);
