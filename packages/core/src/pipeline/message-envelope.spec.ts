import { describe, expect, it } from '@jest/globals';
import { describeMessage } from '../contracts/message-type.js';
import { Message, ReliableEvent } from '../contracts/message.js';
import { MessageEnvelope, NO_ATTRIBUTES } from './message-envelope.js';
import type { MessageAttributes } from './message-envelope.js';

@ReliableEvent()
@Message({ name: 'moved.v1', key: 'id' })
class Moved {
  readonly id = 'k';
}

function envelope(attributes: MessageAttributes = NO_ATTRIBUTES): {
  envelope: MessageEnvelope;
  ids: string[];
} {
  const ids: string[] = [];
  const newId = (): string => {
    ids.push(`id-${ids.length}`);
    return ids.at(-1)!;
  };
  const type = describeMessage(Moved);
  return { envelope: new MessageEnvelope(new Moved(), type, 'Handler', attributes, newId), ids };
}

describe('an envelope', () => {
  it('assigns its id once, when it is first asked for: reading it again gives the same', () => {
    const { envelope: one, ids } = envelope();
    expect(ids).toEqual([]);
    expect([one.messageId, one.messageId, one.correlationId]).toEqual(['id-0', 'id-0', 'id-0']);
    expect(ids).toEqual(['id-0']);
  });

  it('keeps the id, headers, key and correlation of its sender', () => {
    const headers = { a: 'b' };
    const { envelope: one, ids } = envelope({ messageId: 'm', headers, key: 'own', correlationId: 'c' });
    expect(one).toMatchObject({ messageId: 'm', headers, key: 'own', correlationId: 'c' });
    expect(ids).toEqual([]);
  });

  it('says of its message what its type says', () => {
    expect(envelope().envelope).toMatchObject({
      name: 'moved.v1',
      kind: 'event',
      qos: 1,
      key: 'k',
      headers: {},
      handler: 'Handler',
    });
  });
});
