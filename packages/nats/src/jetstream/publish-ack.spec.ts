import { describe, expect, it } from '@jest/globals';
import type { ClientMessage } from '../connection/client-connection.js';
import { readPublishAck } from './publish-ack.js';

function read(text: string): { readonly ack: unknown; readonly isParsed: boolean } {
  let isParsed = false;
  const message: ClientMessage = {
    subject: '_INBOX.a.1',
    data: new TextEncoder().encode(text),
    json: <T>(): T => {
      isParsed = true;
      return JSON.parse(text) as T;
    },
  };
  return { ack: readPublishAck(message), isParsed };
}

describe('an acknowledgement of JetStream', () => {
  it.each([
    ['{"stream":"catga_events", "seq":17}', 17],
    ['{"stream":"catga_events","domain":"hub","seq":9007199254740991}', 9_007_199_254_740_991],
    ['{"stream":"catga_lane_0", "seq":0}', 0],
  ])('says without being parsed where a message is stored: %s', (text, seq) => {
    expect(read(text)).toEqual({ ack: { seq }, isParsed: false });
  });

  it.each([
    ['{"stream":"catga_events", "seq":17,"duplicate": true}', { seq: 17, duplicate: true }],
    [
      '{"error":{"code":400,"err_code":10077},"stream":"catga_events","seq":0}',
      { error: { err_code: 10_077 } },
    ],
    ['{"type":"io.nats","error":{"err_code":10077,"code":0}}', { error: { err_code: 10_077 } }],
  ])('is parsed where it says more: %s', (text, expected) => {
    const { ack, isParsed } = read(text);
    expect(ack).toMatchObject(expected);
    expect(isParsed).toBe(true);
  });

  it.each(['', '}', '7}', '{"stream":"catga_events", "seq":17'])(
    'is no acknowledgement if it is no JSON: %s',
    (text) => {
      expect(() => read(text)).toThrow(SyntaxError);
    },
  );
});
