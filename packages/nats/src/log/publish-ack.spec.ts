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
    '{"stream":"catga_events", "seq":17}',
    '{"stream":"catga_events","domain":"hub","seq":9007199254740993}',
  ])('says without being parsed that a message is stored: %s', (text) => {
    expect(read(text)).toEqual({ ack: {}, isParsed: false });
  });

  it.each([
    ['{"stream":"catga_events", "seq":17,"duplicate": true}', { duplicate: true }],
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
