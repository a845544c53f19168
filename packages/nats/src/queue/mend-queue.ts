import type { StreamStore } from '../jetstream/stream-store.js';
import { remakeConsumer } from './consumer-config.js';
import type { ConsumerInfo, WantedConsumer } from './consumer-config.js';

/** Maximum number of messages removed each time a lane is ensured. */
const MOST = 1000;

/**
 * Repairs a work queue and its consumer after a server crash that persisted only one of them.
 *
 * - Acknowledgements without the removals: such messages stay forever, and a recreated consumer would run them again. They are removed; the
 * consumer never delivers messages at or below its ack floor.
 * - Deliveries without the messages: new messages get their numbers and are not delivered (nats-server up to 2.10). A recreated consumer
 * delivers all messages of the queue.
 */
export async function mendQueue(
  store: StreamStore,
  wanted: WantedConsumer,
  state: Pick<ConsumerInfo, 'ack_floor' | 'delivered'> | undefined,
): Promise<void> {
  if (state === undefined || state.delivered.stream_seq === 0) return;
  // Read after the consumer, so that it includes all delivered messages. A replica may report less.
  const last = await store.lastSequence();
  if (last === undefined) return;
  if (last >= state.delivered.stream_seq) {
    await removeSettled(store, wanted.filter, state.ack_floor.stream_seq);
  } else if (store.shape.replicas === 1) {
    await remakeConsumer(store.api, wanted);
  }
}

/** @param floor the sequence number up to which all messages on the subject are acknowledged */
async function removeSettled(store: StreamStore, subject: string, floor: number): Promise<void> {
  for (let from = 1, removed = 0; from <= floor && removed < MOST; removed++) {
    const found = await store.next(subject, from);
    if (found === undefined || found.sequence > floor) return;
    await store.remove(found.sequence);
    from = found.sequence + 1;
  }
}
