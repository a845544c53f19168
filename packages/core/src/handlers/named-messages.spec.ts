import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { Message } from '../contracts/message.js';
import { Command } from '../contracts/request.js';
import { MessageRegistry } from './message-registry.js';
import { NamedMessages } from './named-messages.js';

@Message({ name: 'pay.v1', schema: z.object({ amount: z.number().positive() }) })
class Pay extends Command {}

describe('messages by name', () => {
  it('are of the class that the node has, and refused by its schema', async () => {
    const registry = new MessageRegistry();
    registry.typeOf(Pay);
    const named = new NamedMessages(registry);
    const pay = { name: 'pay.v1', kind: 'command', qos: 1 } as const;
    const made = await named.make(pay, { amount: 3 });
    expect([made instanceof Pay, made]).toEqual([true, { amount: 3 }]);
    await expect(named.make(pay, { amount: 0 })).rejects.toMatchObject({
      code: 'CATGA_VALIDATION_FAILED',
      details: { issues: [{ path: 'amount' }] },
    });
    expect([named.schemaOf('pay.v1') === undefined, named.schemaOf('else')]).toEqual([false, undefined]);
  });

  it('are of one class made for the name, if the node has none', async () => {
    const registry = new MessageRegistry();
    const named = new NamedMessages(registry);
    const query = { name: 'count.v1', kind: 'query', qos: 0 } as const;
    const [one, other] = [await named.make(query, { of: 'a' }), await named.make(query, { of: 'b' })];
    expect(one.constructor).toBe(other.constructor);
    expect(registry.typeOfMessage(one)).toMatchObject({ name: 'count.v1', kind: 'query', qos: 0 });
    const event = await named.make({ name: 'paid.v1', kind: 'event', qos: 1 }, {});
    expect(registry.typeOfMessage(event)).toMatchObject({ kind: 'event', qos: 1 });
  });

  it('leave their name to a class of the application that comes later', async () => {
    const registry = new MessageRegistry();
    const named = new NamedMessages(registry);
    const shape = { name: 'pay.v1', kind: 'command', qos: 1 } as const;
    const before = await named.make(shape, { amount: 0 });
    expect(registry.typeOf(Pay)).toBe(registry.named('pay.v1'));
    const after = await named.make(shape, { amount: 3 });
    expect([before instanceof Pay, after instanceof Pay]).toEqual([false, true]);
    expect(registry.typeOfMessage(before)).toMatchObject({ name: 'pay.v1', kind: 'command' });
  });

  it('let the errors of a class keep it', () => {
    class SoldOut extends Error {}
    const registry = new MessageRegistry();
    const named = new NamedMessages(registry);
    named.keepErrors(SoldOut);
    named.keepErrors(SoldOut);
    const { errors } = registry;
    const data = errors.encode(new SoldOut('a'))?.data;
    const arrived = errors.decode({ type: 'declared', name: 'Error', message: 'a', data });
    expect(arrived).toBeInstanceOf(SoldOut);
  });
});
