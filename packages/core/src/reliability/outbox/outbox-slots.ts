import type { OutboxMessage } from '../../ports/outbox-store.js';
import { finalMix, murmurHash } from '../../routing/murmur-hash.js';

/** Number of slots of an outbox: a power of two. */
export const OUTBOX_SLOTS = 64;

/** Slot of a message: that of its key, or else of its id, so that one node sends all messages of a key. Stable. */
export function slotOf({ message: { key, messageId } }: OutboxMessage): number {
  return murmurHash(key ?? messageId) & (OUTBOX_SLOTS - 1);
}

/** All slots. */
export const ALL_SLOTS: readonly number[] = Object.freeze(
  Array.from({ length: OUTBOX_SLOTS }, (_, slot) => slot),
);

/**
 * Slots that a node sends for, by rendezvous hashing: every node computes the same shares, and a node that leaves or joins
 * moves only its own. While nodes see each other differently, a slot has two nodes or none for a moment.
 * @param nodeIds the present nodes that share the outbox; the node itself counts even if it is missing
 */
export function slotsOfNode(nodeId: string, nodeIds: Iterable<string>): readonly number[] {
  const others = new Set(nodeIds);
  others.delete(nodeId);
  const rivals = [...others].map((other) => ({ other, hash: murmurHash(other) }));
  const own = murmurHash(nodeId);
  return ALL_SLOTS.filter((slot) => {
    const mine = weight(own, slot);
    return rivals.every(({ other, hash }) => {
      const theirs = weight(hash, slot);
      return mine > theirs || (mine === theirs && nodeId < other);
    });
  });
}

function weight(node: number, slot: number): number {
  return finalMix(node ^ Math.imul(slot + 1, 0x9e3779b1));
}
