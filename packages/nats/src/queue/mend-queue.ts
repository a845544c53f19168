import type { StreamStore } from '../jetstream/stream-store.js';
import { remakeConsumer } from './consumer-config.js';
import type { ConsumerInfo, WantedConsumer } from './consumer-config.js';

/** How many are removed at most each time that a lane is made sure of. */
const MOST = 1000;

/**
 * Brings a work queue and its consumer together again, of which a server that broke down wrote one and not the other.
 *
 * - It knows of acknowledgements and not of the removals: such messages stay for ever, and would be run again by a
 *   consumer that is made anew. It never delivers what is at or below the floor, so nobody waits for what is removed.
 * - It knows of deliveries and has lost the messages: it gives their numbers to new ones, and does not deliver those
 *   (nats-server up to 2.10). A consumer that is made anew delivers all that the queue has.
 */
export async function mendQueue(
  store: StreamStore,
  wanted: WantedConsumer,
  state: Pick<ConsumerInfo, 'ack_floor' | 'delivered'> | undefined,
): Promise<void> {
  if (state === undefined || state.delivered.stream_seq === 0) return;
  // Asked after the consumer was, so that it has all that was delivered. Of replicated streams another may tell less.
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
