// A process that takes events and never ends their handling: it says what it has, one line each, until it is killed. On
// SIGTERM it leaves.
import { systemClock } from '@catga/core/engine';
import { redis } from '@catga/redis';

const [url, subscription] = process.argv.slice(2);
const client = { namespace: 'catga', nodeId: 'held', clock: systemClock, heartbeatTimeoutMs: 1000 };
const connection = await redis(url).connect(client);
await connection.log.subscribe(JSON.parse(subscription), ({ message, attempt }) =>
  process.stdout.write(`${message.messageId} ${attempt}\n`),
);
process.stdout.write('listening\n');
process.once('SIGTERM', () => void connection.close());
