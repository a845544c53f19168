import { describe, expect, it } from '@jest/globals';
import { headers } from '@nats-io/transport-node';
import { HeaderBlock } from './header-block.js';

describe('a header block', () => {
  it('is byte for byte what the client makes of the same headers', () => {
    const theirs = headers();
    theirs.set('Nats-Msg-Id', 'orders.placed m1');
    theirs.set('Catga-Delay', '250');
    const ours = new HeaderBlock().set('Nats-Msg-Id', 'orders.placed m1').set('Catga-Delay', '250');
    const { encode } = theirs as unknown as { encode(): Uint8Array };
    expect(Buffer.from(ours.encode())).toEqual(Buffer.from(encode.call(theirs)));
  });
});
