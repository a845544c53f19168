import { json } from '@catga/core';
import type { EngineConnection, StoredMessage } from '@catga/core/engine';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Lab } from '../lab.js';
import { OrderPlaced } from '../messages.js';
import { storedMessage } from '../stored-message.js';

/** Poison messages: set aside as dead letters, while the subscription goes on. */
export function poisonMessages(lab: Lab): void {
  describe('a poison message', () => {
    const text = (content: string): Uint8Array => new TextEncoder().encode(content);
    let node: ReturnType<Lab['node']>;
    let seen: OrderPlaced[];
    let raw: EngineConnection;

    beforeEach(async () => {
      seen = [];
      node = await lab.run(
        lab
          .node({ service: 'shop' })
          .handleEvent(OrderPlaced, (event) => void seen.push(event as OrderPlaced), { name: 'Listener' }),
      );
      raw = await lab.connect();
    });

    /** Appends a message, and expects it to become a dead letter at once while the next event is handled. */
    async function expectDeadLetter(
      message: StoredMessage,
      code: string,
      subscription?: string,
    ): Promise<void> {
      await raw.log.append(message, { subscription });
      await node.mediator.publish(new OrderPlaced('next'));
      await lab.until(async () => (await node.deadLetters.list()).items.length > 0 && seen.length > 0);
      expect(seen.map(({ orderId }) => orderId)).toEqual(['next']);
      const { items } = await node.deadLetters.list();
      expect(items).toMatchObject([{ attempts: 1, error: { code }, subscription: 'shop.Listener' }]);
      expect([...items[0]!.body]).toEqual([...message.body]);
    }

    it.each([
      ['is not encoded text', new Uint8Array([0xff, 0xfe, 0x00])],
      ['is cut off', text('{"orderId":"o1"')],
      ['is empty', new Uint8Array()],
      ['is a list', text('[1]')],
      ['is a number', text('1')],
      ['is nothing', text('null')],
    ])('that %s becomes a dead letter at once', async (_, body) => {
      await expectDeadLetter(storedMessage({ body }), 'CATGA_SERIALIZATION');
    });

    it('of another serializer becomes a dead letter instead of being misread', async () => {
      await expectDeadLetter(storedMessage({ serializer: 'msgpack' }), 'CATGA_SERIALIZATION');
    });

    it('that its handler never asked for becomes a dead letter', async () => {
      await expectDeadLetter(storedMessage({ name: 'unasked' }), 'CATGA_NO_HANDLER', 'shop.Listener');
    });

    it('cannot reach the prototype of an object', async () => {
      const body = text(
        '{"orderId":"evil","__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}},' +
          '"\\u005f\\u005fproto\\u005f\\u005f":{"isAdmin":true},"lines":{"__proto__":{"isAdmin":true}}}',
      );
      await raw.log.append(storedMessage({ body }));
      await lab.until(() => seen.length > 0);
      const [event] = seen as (OrderPlaced & { isAdmin?: boolean; lines?: { isAdmin?: boolean } })[];
      expect(event).toBeInstanceOf(OrderPlaced);
      expect(Object.getPrototypeOf(event)).toBe(OrderPlaced.prototype);
      expect(event!.constructor).toBe(OrderPlaced);
      expect(event!.isAdmin).toBeUndefined();
      expect(event!.lines!.isAdmin).toBeUndefined();
      expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
    });

    it('can be looked at: its bytes are there even if they cannot be decoded', async () => {
      await raw.log.append(storedMessage({ messageId: 'm1', body: text('{') }));
      await lab.until(async () => (await node.deadLetters.list()).items.length > 0);
      const [letter] = (await node.deadLetters.list({ messageId: 'm1' })).items;
      expect(letter!.message).toBeUndefined();
      expect(() => json().decode(letter!.body)).toThrow();
    });
  });
}
