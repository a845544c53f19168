// The handling process: Catga handlers, and a responder that uses the client itself.
import { connect } from '@nats-io/transport-node';
import { Charge, Look, Place, RAW_SUBJECT, startNode } from './messages.js';
import type { Placed } from './messages.js';

const [address = ''] = process.argv.slice(2);
const answer = (message: object): Placed => {
  const { id, note } = message as Place;
  return { id, note };
};

await startNode('responder', address, (node) =>
  node.handleRequest(Place, answer).handleRequest(Look, answer).handleRequest(Charge, answer),
);
const raw = await connect({ servers: address, noAsyncTraces: true });
raw.subscribe(RAW_SUBJECT, {
  callback: (_error, message) => void message.respond(JSON.stringify(answer(message.json<Place>()))),
});
await raw.flush();

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuMicros: user + system });
});
process.send?.('ready');
