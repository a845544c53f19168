import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CatgaError } from '../errors/catga-error.js';
import { anyRecord } from './frame-arbitraries.fixture.js';
import { requireSerializer } from './frame-errors.js';
import { HEADER_OFFSET, ReplyStatus } from './frame-layout.js';
import { FrameReader, bytesBody, textBody } from './frame-reader.js';
import type { FrameVisitors } from './frame-records.js';
import { RecordCollector, aRequest, headerOf, recordsOf, writeFrame } from './frame.fixture.js';

const anyFrame = fc.array(anyRecord, { maxLength: 5 }).map((records) => writeFrame(records));
const refusal = expect.objectContaining({ code: 'CATGA_SERIALIZATION' });

/** Reads a frame; the only errors it accepts are those of a refused frame. */
function readOrRefuse(bytes: Uint8Array): void {
  for (const reader of [new FrameReader<string | Uint8Array>(bytesBody), new FrameReader(textBody)]) {
    try {
      reader.records(bytes, reader.header(bytes), ignoring);
    } catch (thrown) {
      if (!(thrown instanceof CatgaError)) throw thrown;
      expect(['CATGA_SERIALIZATION', 'CATGA_UNSUPPORTED']).toContain(thrown.code);
    }
  }
}

const ignoring: FrameVisitors<string | Uint8Array> = {
  requests: { request: () => {}, cancel: () => {} },
  replies: { reply: () => {} },
  events: { event: () => {} },
};

describe('FrameReader', () => {
  it('refuses random bytes and never fails otherwise', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 500 }), readOrRefuse), { numRuns: 300 });
  });

  it('reads or refuses random bytes in the place of records, and never fails otherwise', () => {
    const header = Buffer.from(writeFrame([]));
    const damaged = fc.tuple(fc.nat({ max: 4 }), fc.uint8Array({ maxLength: 300 })).map(([count, bytes]) => {
      header.writeUInt32BE(count, HEADER_OFFSET.recordCount);
      return Buffer.concat([header, Uint8Array.of(1 + (bytes[0] ?? 0) / 64, 0, 0, 0, bytes.length), bytes]);
    });
    fc.assert(fc.property(damaged, readOrRefuse), { numRuns: 1_000 });
  });

  it('refuses a frame that was cut off anywhere', () => {
    fc.assert(
      fc.property(anyFrame, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (frame, share) => {
        expect(() => recordsOf(frame.subarray(0, Math.floor(frame.length * share)))).toThrow(refusal);
      }),
      { numRuns: 300 },
    );
  });

  it('reads or refuses frames with flipped bits, and never fails otherwise', () => {
    const flips = fc.array(fc.nat(), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(anyFrame, flips, (frame, bits) => {
        const damaged = Uint8Array.from(frame);
        for (const bit of bits) {
          const index = (bit >>> 3) % damaged.length;
          damaged[index] = (damaged[index] ?? 0) ^ (1 << (bit & 7));
        }
        readOrRefuse(damaged);
      }),
      { numRuns: 500 },
    );
  });

  it('shows no record of a frame in which one lies beyond the end', () => {
    const frame = Buffer.from(
      writeFrame([
        { kind: 'cancel', correlation: 1 },
        { kind: 'cancel', correlation: 2 },
      ]),
    );
    frame.writeUInt32BE(0xffff_ffff, frame.length - 8);
    const reader = new FrameReader(bytesBody);
    const collector = new RecordCollector();
    expect(() => reader.records(frame, reader.header(frame), collector)).toThrow(refusal);
    expect(collector.records).toEqual([]);
  });

  it('refuses a newer version of the protocol and names both', () => {
    const frame = Buffer.from(writeFrame([]));
    frame[HEADER_OFFSET.version] = 2;
    expect(() => headerOf(frame)).toThrow(
      expect.objectContaining({ code: 'CATGA_UNSUPPORTED', details: { version: 2, supported: 1 } }),
    );
  });

  it('names the node whose serializer is another one', () => {
    const header = headerOf(writeFrame([], { serializer: 'msgpack' }));
    expect(() => requireSerializer(header, 'msgpack')).not.toThrow();
    expect(() => requireSerializer(header, 'json')).toThrow(
      expect.objectContaining({
        code: 'CATGA_SERIALIZATION',
        details: { nodeId: 'gateway-1', theirs: 'msgpack', ours: 'json' },
      }),
    );
  });

  it('hands over bodies as views of the frame, whose slice is a copy', () => {
    const frame = writeFrame([{ kind: 'request', ...aRequest }]);
    const reader = new FrameReader(bytesBody);
    let body: Uint8Array = new Uint8Array();
    reader.records(frame, reader.header(frame), {
      ...ignoring,
      requests: { request: (record) => (body = record.body), cancel: () => {} },
    });
    expect(body.buffer).toBe(frame.buffer);
    expect(body.slice().buffer).not.toBe(frame.buffer);
  });

  it('hands over bodies as text, and refuses those that are not UTF-8', () => {
    const reader = new FrameReader(textBody);
    const read = (body: Uint8Array) => {
      const frame = writeFrame([{ kind: 'reply', correlation: 1, status: ReplyStatus.Value, body }]);
      let text = '';
      reader.records(frame, reader.header(frame), {
        ...ignoring,
        replies: { reply: (_, __, body) => void (text = body) },
      });
      return text;
    };
    expect(read(Buffer.from('\ufeff"Łódź � 🚢"'))).toBe('\ufeff"Łódź � 🚢"');
    expect(() => read(Uint8Array.of(0x22, 0xc3, 0x22))).toThrow(refusal);
  });

  it('drops headers whose names lead to a prototype', () => {
    const headers = JSON.parse('{"__proto__":"a","constructor":"b","prototype":"c","trace":"d"}') as object;
    const frame = writeFrame([{ kind: 'request', ...aRequest, headers: { ...headers } }]);
    const [record] = recordsOf(frame);
    const read = record?.kind === 'request' ? (record.headers ?? {}) : {};
    expect(Object.entries(read)).toEqual([['trace', 'd']]);
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
  });

  it('tells texts apart that share a length and most of their bytes', () => {
    const names = Array.from(
      { length: 2_000 },
      (_, index) => `orders.${String(index).padStart(5, '0')}.create.v1`,
    );
    const records = names.map((name) => ({ kind: 'request' as const, ...aRequest, name }));
    const reader = new FrameReader(bytesBody);
    const read = () =>
      recordsOf(writeFrame(records), reader).map((record) => 'name' in record && record.name);
    expect(read()).toEqual(names);
    expect(read()).toEqual(names);
  });

  it('lets a visitor read another frame meanwhile', () => {
    const reader = new FrameReader(bytesBody);
    const inner = writeFrame([{ kind: 'cancel', correlation: 9 }]);
    const outer = writeFrame([
      { kind: 'cancel', correlation: 1 },
      { kind: 'request', ...aRequest, correlation: 2 },
    ]);
    const seen: number[] = [];
    reader.records(outer, reader.header(outer), {
      ...ignoring,
      requests: {
        cancel(correlation) {
          seen.push(correlation);
          expect(recordsOf(inner, reader)).toEqual([{ kind: 'cancel', correlation: 9 }]);
        },
        request: ({ correlation }) => void seen.push(correlation),
      },
    });
    expect(seen).toEqual([1, 2]);
  });

  it('reads a frame that lies within a larger array', () => {
    const frame = writeFrame([{ kind: 'cancel', correlation: 5 }]);
    const larger = new Uint8Array(frame.length + 20);
    larger.set(frame, 13);
    expect(recordsOf(larger.subarray(13, 13 + frame.length))).toEqual([{ kind: 'cancel', correlation: 5 }]);
  });
});
