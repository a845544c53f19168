// Writes messages into an outbox until it is killed, and says of each that it is stored once it is.
import { fileOutbox } from '@catga/outbox-file';

const [path] = process.argv.slice(2);
const store = await fileOutbox({ path }).open({ namespace: 'catga', nodeId: 'writer' });

for (let round = 0; ; round++) {
  const messageIds = Array.from({ length: 8 }, (_, lane) => `${round}-${lane}`);
  await Promise.all(messageIds.map((messageId) => add(messageId)));
}

async function add(messageId) {
  const message = {
    messageId,
    name: 'orders.shipped.v1',
    kind: 'event',
    body: Buffer.alloc(500, messageId),
    serializer: 'json',
    headers: {},
    key: undefined,
    correlationId: messageId,
    causationId: undefined,
    originNodeId: 'writer',
    sentAtMs: Date.now(),
    history: [],
  };
  await store.add([{ message }]);
  process.stdout.write(`${messageId}\n`);
}
