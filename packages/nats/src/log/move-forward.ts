import type { StreamStore } from '../jetstream/stream-store.js';
import { remakeConsumer } from './consumer-config.js';
import type { ConsumerInfo, WantedConsumer } from './consumer-config.js';
import type { Place } from './settled-floor.js';

/** What is behind by less is caught up with by acknowledging one message after the other. */
const WORTH_MOVING = 1000;

/**
 * Makes a consumer anew that fell far behind what is known to be settled, to begin after that: its server has forgotten how
 * far it was, and would deliver all that the stream has. What is known to be settled is a message that is still there, so
 * that it is this stream of which it is known. What was on its way at that moment comes again.
 */
export async function moveForward(
  store: StreamStore,
  wanted: WantedConsumer,
  state: Pick<ConsumerInfo, 'ack_floor'> | undefined,
  { sequence, storedAtMs }: Place,
  serverVersion: readonly [number, number],
): Promise<void> {
  if (state === undefined || sequence - state.ack_floor.stream_seq < WORTH_MOVING) return;
  const known = await store.at(sequence);
  if (known === undefined || known.storedAtMs > storedAtMs) return;
  await remakeConsumer(store.api, { ...wanted, start: sequence + 1 }, serverVersion);
}
