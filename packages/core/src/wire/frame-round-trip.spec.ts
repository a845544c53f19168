import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { headerOf, recordsOf, writeFrame } from './frame.fixture.js';
import { anyRecord } from './frame-arbitraries.fixture.js';

const sender = { nodeId: 'gateway-1', incarnation: 1_700_000_000_000 };
const receiver = { nodeId: 'orders-1', incarnation: 1_700_000_000_001 };

describe('a frame', () => {
  it('reads back as the records that were written, in their order', () => {
    fc.assert(
      fc.property(fc.array(anyRecord, { maxLength: 8 }), (records) => {
        expect(recordsOf(writeFrame(records, { sender, receiver }))).toEqual(records);
      }),
      { numRuns: 200 },
    );
  });

  it('reads back its header', () => {
    const u32 = fc.nat({ max: 0xffff_ffff });
    const incarnation = fc.maxSafeNat();
    const nodeId = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(
        fc.record({ nodeId, incarnation }),
        incarnation,
        u32,
        u32,
        u32,
        (sender, receiverIncarnation, sequence, acknowledged, acknowledgedCount) => {
          const receiver = { nodeId: 'orders-1', incarnation: receiverIncarnation };
          const frame = writeFrame([], { sender, receiver, sequence, acknowledged, acknowledgedCount });
          expect(headerOf(frame)).toEqual({
            serializer: 'json',
            sender,
            receiverIncarnation,
            sequence,
            acknowledged,
            acknowledgedCount,
            recordCount: 0,
            recordsOffset: frame.byteLength,
          });
        },
      ),
    );
  });
});
