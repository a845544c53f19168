import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CatgaError } from '../errors/catga-error.js';
import { LinkTable } from '../links/link-table.js';
import { TestClock } from '../time/test-clock.js';
import { Timetable } from '../time/timetable.js';
import { FrameWriter } from '../wire/frame-writer.js';
import { Codec } from '../wire/codec.js';
import { aRequest } from '../wire/frame.fixture.js';
import { json } from '../wire/json-serializer.js';
import { FrameReceiver } from './frame-receiver.js';

const SELF = { nodeId: 'self', incarnation: 7 };
const PEER = { nodeId: 'peer', incarnation: 3 };

function setUp(order: string[] = []) {
  const transport = { maxFrameBytes: 1_000_000, send: () => {}, flush: () => Promise.resolve() };
  const links = new LinkTable(SELF, 'json', transport, new Timetable(new TestClock()), () => {});
  const cancelled: number[] = [];
  const refused: CatgaError[] = [];
  const requested: number[] = [];
  const acknowledged: [number, number][] = [];
  const codec = new Codec(json(), { maxPayloadBytes: 1000, maxHeaderBytes: 1000 });
  const receiver = new FrameReceiver(
    SELF,
    codec,
    links,
    { reply() {} },
    { event() {} },
    {
      from: () => ({
        request: ({ correlation }) => {
          order.push('request');
          requested.push(correlation);
        },
        cancel: (correlation) => void cancelled.push(correlation),
        acknowledged: (...range) => {
          order.push('acknowledged');
          acknowledged.push(range);
        },
        close() {},
      }),
      refused: (error) => void refused.push(error),
    },
  );
  return { receiver, cancelled, refused, requested, acknowledged };
}

function requestFrame(correlation: number, sequence: number, isRetransmission: boolean): Uint8Array {
  const writer = new FrameWriter('json', PEER, SELF);
  writer.request({ ...aRequest, correlation, isRetransmission });
  return writer.finish(sequence, 5, 3);
}

function frame(correlation: number, sequence: number, { serializer = 'json', to = SELF } = {}): Uint8Array {
  const writer = new FrameWriter(serializer, PEER, to);
  writer.cancel(correlation);
  return writer.finish(sequence, 0);
}

describe('frames that come for a node', () => {
  it('have their effect once, however often they come', () => {
    const { receiver, cancelled } = setUp();
    for (const sequence of [1, 2, 1, 2]) receiver.received(frame(sequence, sequence));
    expect(cancelled).toEqual([1, 2]);
  });

  it('that are meant for the node before its restart are left alone', () => {
    const { receiver, cancelled, refused } = setUp();
    receiver.received(frame(1, 1, { to: { nodeId: 'self', incarnation: 6 } }));
    expect([cancelled, refused]).toEqual([[], []]);
  });

  it('of another serializer are refused with a clear error', () => {
    const { receiver, refused } = setUp();
    receiver.received(frame(1, 1, { serializer: 'msgpack' }));
    expect(refused).toMatchObject([
      { code: 'CATGA_SERIALIZATION', details: { theirs: 'msgpack', ours: 'json' } },
    ]);
  });

  it('say which frames arrived there for certain', () => {
    const { receiver, acknowledged } = setUp();
    receiver.received(requestFrame(1, 1, false));
    expect(acknowledged).toEqual([[5, 3]]);
  });

  it('ask before they acknowledge: the answer to what they ask for again is still there', () => {
    const order: string[] = [];
    const { receiver } = setUp(order);
    receiver.received(requestFrame(1, 1, true));
    expect(order).toEqual(['request', 'acknowledged']);
  });

  it('that were overtaken ask for nothing that is sent again: it may have run, and its answer been forgotten', () => {
    const { receiver, requested } = setUp();
    receiver.received(frame(1, 4));
    receiver.received(requestFrame(2, 2, true));
    receiver.received(requestFrame(3, 3, false));
    receiver.received(requestFrame(4, 5, true));
    expect(requested).toEqual([4]);
  });

  it('that are any bytes at all are refused, and hurt nothing', () => {
    const { receiver, cancelled } = setUp();
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => receiver.received(bytes)));
    receiver.received(frame(9, 9));
    expect(cancelled).toEqual([9]);
  });
});
