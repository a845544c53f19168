import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { JsMsg } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { isCounted, NOTE } from '../../processes/peers/peer.js';
import type { HandlingSide, Peer, PeerSettings, Placed, RequestingSide } from '../../processes/peers/peer.js';

const CONSUMER = 'handling';

/** The client's JetStream with JSON, one message each: `js.publish` with an id, `consume`, `ack`. */
export const jetStreamPeer: Peer = {
  async request(settings: PeerSettings): Promise<RequestingSide> {
    const { stream, connection } = await open(settings);
    const js = jetstream(connection);
    const send = async (id: number): Promise<Placed> => {
      const message = { id, note: NOTE };
      await js.publish(`${stream}.stored`, JSON.stringify(message), { msgID: `${stream} ${id}` });
      return message;
    };
    return { send, publish: send, close: () => connection.close() };
  },

  handle: (settings) => handleEach(settings, (message) => [message.json<Placed>()]),
};

/** Consumes and acknowledges, and counts the events of each message. */
export async function handleEach(
  settings: PeerSettings,
  eventsOf: (message: JsMsg) => readonly Placed[],
): Promise<HandlingSide> {
  const { stream, connection } = await open(settings);
  const side: HandlingSide = { close: () => connection.close() };
  const manager = await jetstreamManager(connection);
  await manager.consumers.add(stream, { durable_name: CONSUMER, ack_policy: 'explicit' });
  const consumer = await jetstream(connection).consumers.get(stream, CONSUMER);
  await consumer.consume({
    callback: (message) => {
      for (const event of eventsOf(message)) if (isCounted(event)) side.onEvent?.();
      message.ack();
    },
  });
  return side;
}

/** A stream of the contender's own. */
export async function open({ url, namespace, stores }: PeerSettings) {
  const connection = await connect({ servers: url });
  const stream = `${namespace}_raw`;
  await (
    await jetstreamManager(connection)
  ).streams.add({
    name: stream,
    subjects: [`${stream}.>`],
    retention: stores === 'commands' ? 'workqueue' : 'limits',
  });
  return { stream, connection };
}
