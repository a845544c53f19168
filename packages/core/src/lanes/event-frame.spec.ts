import { describe, expect, it } from '@jest/globals';
import { storedMessage } from '../memory/memory.fixture.js';
import { EventFrame, contentOf, mostBytesOf, readContent } from './event-frame.js';

const event = (id: string, target?: string) => ({
  message: storedMessage(id, { key: `k-${id}`, headers: { a: 'ü' }, body: new Uint8Array([1, 2, 3]) }),
  target,
});

describe('a frame of events', () => {
  it.each([true, false])('is read as it was written (fresh: %s)', (isFresh) => {
    const content = [event('m1'), event('m2', 'shop.mail'), event('mü')];
    const read = contentOf(new EventFrame('f', content, isFresh).bytes);
    expect(read.isFresh).toBe(isFresh);
    const plain = ({ message, target }: (typeof content)[number]) => ({
      ...message,
      body: [...message.body],
      target,
    });
    expect(read.content.map((one) => plain(one as (typeof content)[number]))).toEqual(content.map(plain));
  });

  it('is handed over as it is within the process', () => {
    const frame = new EventFrame('f', [event('m1')], true);
    expect(contentOf(frame)).toBe(frame);
  });

  it('never takes more bytes than were reckoned', () => {
    const content = [event('m1'), event('m2', 'shop.mailü')];
    const reckoned = content.reduce((sum, one) => sum + mostBytesOf(one), 8);
    expect(new EventFrame('f', content, true).bytes.byteLength).toBeLessThanOrEqual(reckoned);
  });

  it.each([
    ['something else', new Uint8Array([1, 2, 3, 4, 5, 6]), 'CATGA_SERIALIZATION'],
    ['nothing', new Uint8Array(), 'CATGA_SERIALIZATION'],
    ['a newer version', new Uint8Array([0x43, 0x4c, 2, 0, 0]), 'CATGA_UNSUPPORTED'],
    ['too many events', new Uint8Array([0x43, 0x4c, 1, 0, 65]), 'CATGA_SERIALIZATION'],
    ['an event that is cut off', new Uint8Array([0x43, 0x4c, 1, 0, 1, 0, 0, 0, 1, 0]), 'CATGA_SERIALIZATION'],
  ])('refuses %s, which is read as one event with a problem', (_, bytes, code) => {
    expect(() => contentOf(bytes)).toThrow(expect.objectContaining({ code }));
    const { content } = readContent(bytes, 4);
    expect(content).toMatchObject([
      { problem: { code }, target: undefined, message: { name: '', body: bytes.subarray(0, 4) } },
    ]);
    expect(readContent(bytes.slice(), 4).content[0]?.message.messageId).toBe(content[0]?.message.messageId);
  });

  it('hands over the events beside one that cannot be decoded', () => {
    const bytes = new EventFrame('f', [event('m1'), event('m2', 'shop.mail'), event('m3')], true).bytes;
    const broken = Buffer.from(bytes);
    broken[broken.indexOf('CM', broken.indexOf('m1'))] = 0;
    const { content } = readContent(broken, Infinity);
    expect(content.map(({ message, target, problem }) => [message.messageId, target, problem])).toEqual([
      ['m1', undefined, undefined],
      [
        expect.stringMatching(/^frame-/),
        'shop.mail',
        expect.objectContaining({ code: 'CATGA_SERIALIZATION' }),
      ],
      ['m3', undefined, undefined],
    ]);
  });
});
