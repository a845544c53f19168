import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { asyncApiOf } from '../admin/async-api.js';
import { Message, ReliableEvent } from '../contracts/message.js';
import { Command, Query } from '../contracts/request.js';
import { MemoryNetwork } from '../memory/network/memory-network.js';
import { CatgaNode } from './catga-node.js';

const category = z.object({
  name: z.string(),
  get within() {
    return category.optional();
  },
});

class OutOfStock extends Error {
  static readonly wireName = 'shop.out-of-stock';
}

@Message({ name: 'shop.place/v1', schema: category, errors: [OutOfStock], timeoutMs: 500 })
class Place extends Command<void> {}

@Message({ name: 'shop.place_v1', schema: z.object({ at: z.date(), total: z.number().min(1) }) })
class Count extends Query<number> {}

@ReliableEvent()
@Message({ name: 'shop.placed', key: 'orderId' })
class Placed {}

class Viewed {}

const node = (): CatgaNode =>
  new CatgaNode({ service: 'shop', engine: new MemoryNetwork(), request: { timeoutMs: 100 } })
    .handleRequest(Place, () => {}, { concurrency: 3, maxAttempts: 2 })
    .handleRequest(Count, () => 1)
    .handleEvent([Placed, Viewed], () => {}, { name: 'Mail' })
    .handleEvent(Viewed, () => {}, { name: 'Views', scope: 'node' });

describe('contracts of a node', () => {
  it('say what it handles, and what is promised, without an engine that is there', () => {
    const { messages, ...service } = node().contracts();
    expect(service).toEqual({ service: 'shop', engine: 'memory-network', serializer: 'json' });
    expect(messages.map(({ schema: _schema, ...message }) => message)).toEqual([
      {
        name: 'Viewed',
        kind: 'event',
        qos: 0,
        isKeyed: false,
        errors: [],
        handlers: [
          { name: 'Mail', scope: 'service' },
          { name: 'Views', scope: 'node' },
        ],
      },
      {
        name: 'shop.place/v1',
        kind: 'command',
        qos: 1,
        isKeyed: false,
        timeoutMs: 500,
        errors: ['shop.out-of-stock'],
        handlers: [
          {
            name: 'PlaceHandler',
            subscription: { id: 'queue.shop.place/v1', concurrency: 3, maxAttempts: 2 },
          },
        ],
      },
      {
        name: 'shop.place_v1',
        kind: 'query',
        qos: 0,
        isKeyed: false,
        timeoutMs: 100,
        errors: [],
        handlers: [{ name: 'CountHandler' }],
      },
      {
        name: 'shop.placed',
        kind: 'event',
        qos: 1,
        isKeyed: true,
        errors: [],
        handlers: [
          {
            name: 'Mail',
            scope: 'service',
            subscription: { id: 'shop.Mail', concurrency: 16, maxAttempts: 5 },
          },
        ],
      },
    ]);
  });

  it('are refused with everything that is wrong, as the start is', () => {
    const twice = node().handleRequest(Count, () => 2);
    expect(() => twice.contracts(['It is too late.'])).toThrow(
      /It is too late\.\n- shop\.place_v1 has two handlers/,
    );
  });
});

describe('a document of AsyncAPI', () => {
  const document = asyncApiOf(node().contracts(), { version: '1.2.3' });

  it('has a channel for each message, and an operation for each handler', () => {
    expect(document).toMatchObject({
      asyncapi: '3.1.0',
      info: { title: 'shop', version: '1.2.3' },
      defaultContentType: 'application/json',
    });
    expect(Object.entries(document.channels).map(([key, { address }]) => [key, address])).toEqual([
      ['Viewed', 'Viewed'],
      ['shop.place_v1', 'shop.place/v1'],
      ['shop.place_v1_2', 'shop.place_v1'],
      ['shop.placed', 'shop.placed'],
    ]);
    expect(document.operations['Mail.shop.placed']).toEqual({
      action: 'receive',
      channel: { $ref: '#/channels/shop.placed' },
      messages: [{ $ref: '#/channels/shop.placed/messages/shop.placed' }],
      'x-catga-handler': 'Mail',
      'x-catga-scope': 'service',
      'x-catga-subscription': { id: 'shop.Mail', concurrency: 16, maxAttempts: 5 },
    });
    expect(Object.keys(document.operations)).toHaveLength(5);
    expect(document.operations['PlaceHandler.shop.place_v1']).toHaveProperty('reply');
  });

  it('has the schemas, whose references stay within them', () => {
    const { messages, schemas } = document.components;
    expect(messages['shop.place_v1']).toMatchObject({
      payload: { $ref: '#/components/schemas/shop.place_v1' },
      'x-catga-qos': 1,
      'x-catga-errors': ['shop.out-of-stock'],
    });
    const references = JSON.stringify(schemas['shop.place_v1']).match(/"\$ref":"[^"]+"/g);
    expect(references).toEqual(['"$ref":"#/components/schemas/shop.place_v1"']);
    // JSON has no dates: such a field may be anything.
    expect(schemas['shop.place_v1_2']).toMatchObject({
      properties: { at: {}, total: { type: 'number', minimum: 1 } },
      required: ['at', 'total'],
    });
    expect(messages['shop.placed']).not.toHaveProperty('payload');
  });
});
