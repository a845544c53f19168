import { describe, expect, it } from '@jest/globals';
import { NO_HEADERS } from '../contracts/headers.js';
import { RECORD_HEADER_BYTES, ReplyStatus } from './frame-layout.js';
import type { RequestRecord } from './frame-records.js';
import { FrameWriter } from './frame-writer.js';
import { A_RECEIVER, A_SENDER, aRequest, headerOf, recordsOf, writeFrame } from './frame.fixture.js';

const aWriter = (maxBytes?: number) => new FrameWriter('json', A_SENDER, A_RECEIVER, maxBytes);
const body = (bytes: number) => new Uint8Array(bytes).fill(7);
/** Size of a reply without its body, in bytes. */
const REPLY_BYTES = RECORD_HEADER_BYTES + 5;

function written(record: Partial<RequestRecord>): unknown {
  return recordsOf(writeFrame([{ kind: 'request', ...aRequest, ...record }]))[0];
}

describe('FrameWriter', () => {
  it('counts records and bytes, and is empty again once the frame is finished', () => {
    const writer = aWriter();
    const empty = writer.byteLength;
    writer.request(aRequest);
    writer.reply(1, ReplyStatus.Running);
    expect(writer.count).toBe(2);
    const bytes = writer.byteLength;
    expect(writer.finish(1, 0).byteLength).toBe(bytes);
    expect([writer.count, writer.byteLength]).toEqual([0, empty]);
  });

  it('makes frames whose bytes later records do not touch', () => {
    const writer = aWriter();
    writer.request(aRequest);
    const frame = writer.finish(1, 0);
    const before = Buffer.from(frame).toString('hex');
    for (let index = 0; index < 1_000; index++) writer.reply(index, ReplyStatus.Value, body(50));
    writer.finish(2, 0);
    expect(Buffer.from(frame).toString('hex')).toBe(before);
    expect(recordsOf(frame)).toHaveLength(1);
  });

  it('says that a record does not fit, and takes it into the next frame', () => {
    const empty = aWriter().byteLength;
    const writer = aWriter(empty + 2 * (REPLY_BYTES + 10));
    expect(writer.reply(1, ReplyStatus.Value, body(10))).toBe(true);
    expect(writer.reply(2, ReplyStatus.Value, body(11))).toBe(false);
    expect(writer.reply(3, ReplyStatus.Value, body(10))).toBe(true);
    expect(recordsOf(writer.finish(1, 0))).toMatchObject([{ correlation: 1 }, { correlation: 3 }]);
    expect(writer.reply(2, ReplyStatus.Value, body(11))).toBe(true);
    expect(recordsOf(writer.finish(2, 0))).toMatchObject([{ correlation: 2 }]);
  });

  it('refuses a record that no frame can hold, and goes on', () => {
    const writer = aWriter(1_000);
    expect(() => writer.reply(1, ReplyStatus.Value, body(1_000))).toThrow(
      expect.objectContaining({ code: 'CATGA_PAYLOAD_TOO_LARGE' }),
    );
    expect(writer.count).toBe(0);
    expect(writer.cancel(2)).toBe(true);
    expect(recordsOf(writer.finish(1, 0))).toEqual([{ kind: 'cancel', correlation: 2 }]);
  });

  it.each([
    ['half a surrogate pair', 'key\ud800'],
    ['half a surrogate pair in a longer text', `${'é'.repeat(50)}\udc00`],
    ['more than 65,535 bytes', 'é'.repeat(32_768)],
  ])('refuses a text of %s and leaves the frame as it was', (_, key) => {
    const writer = aWriter();
    writer.cancel(1);
    expect(() => writer.request({ ...aRequest, key })).toThrow(
      expect.objectContaining({ code: 'CATGA_SERIALIZATION' }),
    );
    writer.cancel(2);
    expect(recordsOf(writer.finish(1, 0))).toMatchObject([{ correlation: 1 }, { correlation: 2 }]);
  });

  it.each([
    ["a serializer's name", 'x'.repeat(256), 'gateway-1'],
    ['a node id', 'json', 'x'.repeat(65_536)],
  ])('refuses %s that the header has no room for', (_, serializer, nodeId) => {
    expect(() => writeFrame([], { serializer, sender: { nodeId, incarnation: 1 } })).toThrow(
      expect.objectContaining({ code: 'CATGA_SERIALIZATION' }),
    );
  });

  it('takes header values that are longer than other texts may be', () => {
    const headers = { trace: 'é'.repeat(100_000) };
    expect(written({ headers })).toMatchObject({ headers });
  });

  it('takes a text for a body and writes it as UTF-8', () => {
    const writer = aWriter();
    writer.reply(1, ReplyStatus.Value, '{"city":"Kraków"}');
    writer.reply(2, ReplyStatus.Value, 'é'.repeat(20_000));
    const [short, long] = recordsOf(writer.finish(1, 0));
    expect(short).toMatchObject({ body: Uint8Array.from(Buffer.from('{"city":"Kraków"}')) });
    expect(long).toMatchObject({ body: Uint8Array.from(Buffer.from('é'.repeat(20_000))) });
  });

  it('writes headers that are empty as none', () => {
    expect(written({ headers: NO_HEADERS })).toEqual(written({}));
  });

  it('writes an attempt beyond 255 as 255', () => {
    expect(written({ attempt: 256 })).toMatchObject({ attempt: 255 });
  });

  it.each([
    [0.2, 1],
    [-5, 0],
    [0, 0],
    [5e9, 0xffff_fffe],
    [Infinity, 0xffff_fffe],
  ])('writes %d remaining milliseconds as %d', (remainingMs, expected) => {
    expect(written({ remainingMs })).toMatchObject({ remainingMs: expected });
  });

  it('keeps sequence numbers up to 2^32 - 1', () => {
    const frame = aWriter().finish(0xffff_ffff, 0xffff_fffe);
    expect(headerOf(frame)).toMatchObject({ sequence: 0xffff_ffff, acknowledged: 0xffff_fffe });
  });
});
