import { describe, expect, it } from '@jest/globals';
import type { OutboxMessage } from '../../ports/outbox-store.js';
import { ALL_SLOTS, slotOf, slotsOfNode } from './outbox-slots.js';

const nodes = Array.from({ length: 8 }, (_, n) => `node${n}`);

describe('the slots of an outbox', () => {
  it('are shared without gaps or overlaps, about evenly', () => {
    const shares = nodes.map((node) => slotsOfNode(node, nodes));
    expect(shares.flat().toSorted((a, b) => a - b)).toEqual(ALL_SLOTS);
    for (const share of shares) expect(share.length).toBeLessThanOrEqual(20);
  });

  it('of a node that leaves go to the others, and no others move', () => {
    const left = nodes.slice(1);
    for (const node of left) {
      const before = slotsOfNode(node, nodes);
      expect(slotsOfNode(node, left)).toEqual(expect.arrayContaining([...before]));
    }
    expect(left.flatMap((node) => slotsOfNode(node, left))).toHaveLength(64);
  });

  it('belong to a node that is alone, or not in the directory yet', () => {
    expect(slotsOfNode('a', [])).toEqual(ALL_SLOTS);
    expect(slotsOfNode('a', ['b']).length).toBeGreaterThan(0);
  });

  it('are the same for messages of one key, and for ever: other versions read the same table', () => {
    const slot = (messageId: string, key?: string): number =>
      slotOf({ message: { messageId, key } } as OutboxMessage);
    expect(slot('m1', 'order-1')).toBe(slot('m2', 'order-1'));
    expect([slot('m1'), slot('m1', 'order-1'), slot('m1', 'ä')]).toMatchInlineSnapshot(`
[
  40,
  33,
  20,
]
`);
  });
});
