import { describe, expect, it } from '@jest/globals';
import type { MessageContract } from '@catga/core/admin';
import { compareContracts } from './compare-contracts.js';
import { ContractDocument } from './contract-document.js';
import { documentOf, documentWith, EMPTY } from './contract-documents.fixture.js';

/** `code path`, in capitals for what breaks. */
function changes(before: string, after: string): readonly string[] {
  const [old, now] = [before, after].map((text) => ContractDocument.parse(text, 'file'));
  return compareContracts(old!, now!).map(({ code, isBreaking, text }) => {
    const [, path = ''] = / ?^(?!It |The |A key |A schema |Nobody|Callers|QoS)(\S+) /.exec(text) ?? [];
    return `${isBreaking ? code.toUpperCase() : code} ${path}`.trim();
  });
}

const event = (handlers: MessageContract['handlers'], changed: Partial<MessageContract> = {}): string =>
  documentOf({ kind: 'event', errors: [], ...changed, handlers });
const durable = (id: string) =>
  ({ name: 'Mail', scope: 'service', subscription: { id, concurrency: 1, maxAttempts: 1 } }) as const;
const text = { type: 'string' };
const number = { type: 'number' };

describe('contracts', () => {
  it.each<[string, string, string, readonly string[]]>([
    ['the same', documentOf(), documentOf(), []],
    ['a message that is gone', documentOf(), EMPTY, ['MESSAGE-REMOVED']],
    ['a new message', EMPTY, documentOf(), ['message-added']],
    ['another kind', documentOf(), documentOf({ kind: 'query', qos: 0 }), ['KIND-CHANGED']],
    ['a lower QoS', documentOf(), documentOf({ qos: 0 }), ['QOS-LOWERED']],
    ['a higher QoS', documentOf(), documentOf({ qos: 2 }), ['qos-raised']],
    ['no key', documentOf(), documentOf({ isKeyed: false }), ['KEY-REMOVED']],
    ['a key', documentOf({ isKeyed: false }), documentOf(), ['key-added']],
    ['an error less', documentOf(), documentOf({ errors: [] }), ['ERROR-REMOVED']],
    ['no queue', documentOf(), documentOf({ handlers: [{ name: 'P' }] }), ['QUEUE-REMOVED']],
    [
      'a renamed subscription',
      event([durable('shop.Mail')]),
      event([durable('shop.Letters')]),
      ['SUBSCRIPTION-REMOVED', 'subscription-added'],
    ],
    [
      'a handler on every node',
      event([{ name: 'A', scope: 'service' }], { qos: 0 }),
      event([{ name: 'A', scope: 'node' }], { qos: 0 }),
      ['node-handler-added A'],
    ],
  ])('%s', (_what, before, after, expected) => {
    expect(changes(before, after)).toEqual(expected);
  });
});

describe('a serializer', () => {
  const withSerializer = (name?: string): string =>
    JSON.stringify({ ...(JSON.parse(documentOf()) as object), 'x-catga-serializer': name });

  it('that is another one breaks what is sent and stored', () => {
    expect(changes(withSerializer('json'), withSerializer('msgpack'))).toEqual(['SERIALIZER-CHANGED']);
    expect(changes(withSerializer('json'), documentOf())).toEqual([]);
    expect(changes(withSerializer(), withSerializer('msgpack'))).toEqual([]);
  });
});

describe('schemas', () => {
  const within = (schema: object) => documentWith({ a: schema });
  it.each<[string, string, string, readonly string[]]>([
    ['the same', documentWith({ a: text }, ['a']), documentWith({ a: text }, ['a']), []],
    ['a first schema', documentOf(), documentWith({ a: text }), ['schema-added']],
    ['no schema', documentWith({ a: text }), documentOf(), ['schema-removed']],
    ['a new optional field', documentWith({}), documentWith({ a: text }), []],
    ['a new required field', documentWith({}), documentWith({ a: text }, ['a']), ['REQUIRED-FIELD-ADDED a']],
    ['an optional field, now required', within(text), documentWith({ a: text }, ['a']), ['FIELD-REQUIRED a']],
    ['a field that is ignored now', within(text), documentWith({}), []],
    [
      'a field that is forbidden now',
      within(text),
      documentWith({}, [], { additionalProperties: false }),
      ['FIELD-FORBIDDEN a', 'FIELD-FORBIDDEN *'],
    ],
    ['another type', within(text), within(number), ['TYPE-CHANGED a']],
    ['a wider type', within({ type: 'integer' }), within(number), []],
    ['a narrower type', within(number), within({ type: 'integer' }), ['TYPE-CHANGED a']],
    ['a type after anything', within({}), within(text), ['TYPE-CHANGED a']],
    ['null, too', within(text), within({ anyOf: [text, { type: 'null' }] }), []],
    ['null no more', within({ anyOf: [text, { type: 'null' }] }), within(text), ['ALTERNATIVE-REMOVED a']],
    ['a value more', within({ enum: ['x'] }), within({ enum: ['x', 'y'] }), []],
    ['a value less', within({ enum: ['x', 'y'] }), within({ const: 'x' }), ['VALUE-REMOVED a']],
    ['values of any text', within(text), within({ ...text, enum: ['x'] }), ['VALUES-LIMITED a']],
    [
      'a tighter limit',
      within({ ...text, maxLength: 9 }),
      within({ ...text, maxLength: 5 }),
      ['LIMIT-TIGHTENED a'],
    ],
    ['a looser limit', within({ ...number, minimum: 9 }), within({ ...number, minimum: 5 }), []],
    ['a first limit', within(number), within({ ...number, minimum: 0 }), ['LIMIT-TIGHTENED a']],
    ['a pattern', within(text), within({ ...text, pattern: '^x' }), ['CONSTRAINT-CHANGED a']],
    ['another description', within(text), within({ ...text, description: 'x' }), []],
    [
      'items of a list',
      within({ type: 'array', items: { type: 'object', properties: { b: text } } }),
      within({ type: 'array', items: { type: 'object', properties: { b: number } } }),
      ['TYPE-CHANGED a[].b'],
    ],
    [
      'a limit of one of several parts',
      within({ allOf: [{ ...number, minimum: 1 }, { minimum: 0 }] }),
      within({ allOf: [{ ...number, minimum: 5 }, { minimum: 0 }] }),
      ['LIMIT-TIGHTENED a'],
    ],
    [
      'a field of one of several parts',
      within({ allOf: [{ properties: { b: text } }, { properties: { b: { maxLength: 9 } } }] }),
      within({
        allOf: [{ properties: { b: { ...text, minLength: 1 } } }, { properties: { b: { maxLength: 9 } } }],
      }),
      ['LIMIT-TIGHTENED a.b'],
    ],
    [
      'a schema within itself',
      documentWith({ self: { $ref: '#' }, a: text }),
      documentWith({ self: { allOf: [{ $ref: '#' }] }, a: number }),
      ['TYPE-CHANGED a', 'TYPE-CHANGED self.a'],
    ],
  ])('%s', (_what, before, after, expected) => {
    expect([...changes(before, after)].sort()).toEqual([...expected].sort());
  });
});
