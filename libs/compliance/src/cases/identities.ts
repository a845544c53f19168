import { describe, expect, it } from '@jest/globals';
import type { LogDelivery } from '@catga/core/engine';
import type { Lab } from '../lab.js';
import { ChargeCard, PaymentReturned, PaymentTaken, ReserveStock } from '../messages.js';
import { storedMessage } from '../stored-message.js';

/** Names and ids that would collide if joined with a separator. */
const PAIRS: readonly (readonly [name: string, messageId: string])[] = [
  ['a', 'b'],
  ['a b', 'c'],
  ['a', 'b c'],
  ['a~b', 'c'],
  ['a', 'b~c'],
  ['a%7Eb', 'c'],
  ['a:b', 'c'],
  ['a', 'b:c'],
  ['1:a', 'b'],
  ['a.b', 'c'],
  ['a', 'b.c'],
  ['a*', '>'],
  ['a', '*'],
  ['A', 'b'],
  ['["a","b"]', 'c'],
  ['é', 'ß'],
  ['e\u0301', 'ß'],
  ['once', 'x'],
  ['sha256', 'y'],
  ['__proto__', 'constructor'],
];

/** Identity of stored messages: wire name and id, plus the subscription for a handler's result. */
export function identities(lab: Lab): void {
  describe('two messages of different names that share an id', () => {
    it('are both handled at QoS 2, by one handler', async () => {
      const seen: string[] = [];
      const node = await lab.run(
        lab.node({ service: 'books' }).handleEvent(
          [PaymentTaken, PaymentReturned],
          (event, { name }) => {
            seen.push(`${name} ${(event as PaymentTaken).paymentId}`);
          },
          { name: 'Bookkeeper' },
        ),
      );
      await node.mediator.publish(new PaymentTaken('p1'), { messageId: 'o1' });
      await lab.until(() => seen.length === 1);
      await node.mediator.publish(new PaymentReturned('p1'), { messageId: 'o1' });
      await lab.until(() => seen.length === 2);
      expect(seen).toEqual(['payments.taken.v1 p1', 'payments.returned.v1 p1']);
    });

    it('are two dead letters of one handler, each tried again by itself', async () => {
      const seen: string[] = [];
      let isBroken = true;
      const node = await lab.run(
        lab.node({ service: 'books' }).handleEvent(
          [PaymentTaken, PaymentReturned],
          (_event, { name }) => {
            if (isBroken) throw new Error('no ink');
            seen.push(name);
          },
          { name: 'Bookkeeper', maxAttempts: 1 },
        ),
      );
      await node.mediator.publish(new PaymentTaken('p1'), { messageId: 'o1' });
      await node.mediator.publish(new PaymentReturned('p1'), { messageId: 'o1' });
      await lab.until(async () => (await node.deadLetters.list()).items.length === 2);
      const { items } = await node.deadLetters.list({ messageId: 'o1' });
      expect(new Set(items.map(({ id }) => id)).size).toBe(2);
      isBroken = false;
      const returned = items.find(({ name }) => name === 'payments.returned.v1')!;
      await expect(node.deadLetters.redrive(returned.id)).resolves.toBeUndefined();
      await lab.until(() => seen.length === 1);
      expect(seen).toEqual(['payments.returned.v1']);
      const { items: left } = await node.deadLetters.list();
      expect(left).toMatchObject([{ name: 'payments.taken.v1', messageId: 'o1' }]);
    });

    it('are two queued commands with an outcome each', async () => {
      const node = await lab.run(
        lab
          .node()
          .handleRequest(ChargeCard, () => 'charged')
          .handleRequest(ReserveStock, () => 'reserved'),
      );
      const options = { messageId: 'o1', keepOutcome: true };
      const receipts = [
        await node.mediator.enqueue(new ChargeCard(1), options),
        await node.mediator.enqueue(new ReserveStock('tea'), options),
      ];
      expect(receipts.map(({ duplicate }) => duplicate)).toEqual([false, false]);
      const ends = Promise.all(receipts.map((receipt) => receipt.outcome()));
      await expect(lab.whileTimePasses(ends)).resolves.toEqual([
        { ok: true, value: 'charged' },
        { ok: true, value: 'reserved' },
      ]);
    });
  });

  describe('a name and an id, whatever they are made of,', () => {
    it('are no repetition of another name and id', async () => {
      const { log } = await lab.connect();
      for (const [name, messageId] of PAIRS) {
        const message = storedMessage({ name, messageId, kind: 'command' });
        await expect(log.append(message)).resolves.toEqual({ duplicate: false });
      }
      for (const [name, messageId] of PAIRS) {
        const message = storedMessage({ name, messageId, kind: 'command' });
        await expect(log.append(message)).resolves.toEqual({ duplicate: true });
      }
    });

    it('are no success of another name, id or subscription', async () => {
      const { inbox } = await lab.connect();
      const entries = PAIRS.flatMap(([name, messageId]) => [
        { subscription: 'shop.A', name, messageId },
        { subscription: `shop.A~${name}`, name: messageId, messageId: 'x' },
      ]);
      for (const { subscription, ...message } of entries) {
        await expect(inbox.has(subscription, message)).resolves.toBe(false);
        await inbox.add(subscription, message, 1000 * lab.unitMs);
        await expect(inbox.has(subscription, message)).resolves.toBe(true);
      }
    });

    it('are no letter of another one', async () => {
      const { deadLetters } = await lab.connect();
      const failure = {
        error: { name: 'Error', message: 'no' },
        attempts: 1,
        nodeId: 'raw',
        failedAt: new Date(lab.clock.now()),
      };
      for (const [name, messageId] of PAIRS) {
        const id = `${name}\n${messageId}`;
        const stored = storedMessage({ name, messageId });
        await deadLetters.put({ id, subscription: 'shop.A', stored, failure }, 1000 * lab.unitMs);
      }
      for (const [name, messageId] of PAIRS) {
        const letter = await deadLetters.get(`${name}\n${messageId}`);
        expect(letter?.stored).toMatchObject({ name, messageId });
      }
    });

    it('are redriven as the same messages', async () => {
      const seen: string[] = [];
      let isBroken = true;
      const node = await lab.run(
        lab.node({ service: 'books' }).handleEvent(
          PaymentTaken,
          (_event, { messageId }) => {
            if (isBroken) throw new Error('no ink');
            seen.push(messageId);
          },
          { name: 'Book~keeper: 1', maxAttempts: 1 },
        ),
      );
      const ids = [...new Set(PAIRS.flat())];
      for (const messageId of ids) await node.mediator.publish(new PaymentTaken('p1'), { messageId });
      await lab.until(async () => (await node.deadLetters.list()).items.length === ids.length);
      isBroken = false;
      const { items } = await node.deadLetters.list();
      for (const { id } of items) await expect(node.deadLetters.redrive(id)).resolves.toBeUndefined();
      await lab.until(() => seen.length === ids.length);
      expect(seen.toSorted()).toEqual(ids.toSorted());
      await lab.until(async () => (await node.deadLetters.list()).items.length === 0);
    });
  });

  describe('a subscription and a key, whatever they are made of,', () => {
    it('are ordered apart from another subscription and key', async () => {
      const { log } = await lab.connect();
      const taken = new Map<string, LogDelivery[]>();
      const rows = [
        { id: 'shop.A', name: 'one', key: 'b:k' },
        { id: 'shop.A:b', name: 'other', key: 'k' },
      ];
      for (const { id, name } of rows) {
        const deliveries: LogDelivery[] = [];
        taken.set(name, deliveries);
        await log.subscribe(
          { id, kind: 'event', names: [name], concurrency: 4 },
          (delivery) => void deliveries.push(delivery),
        );
      }
      for (const number of [1, 2]) {
        for (const { name, key } of rows)
          await log.append(storedMessage({ name, key, messageId: `${name}-${number}` }));
      }
      const [one, other] = [taken.get('one')!, taken.get('other')!];
      await lab.until(() => one.length === 1 && other.length === 1);
      await other[0]!.ack(true);
      await lab.until(() => other.length === 2);
      await one[0]!.ack(true);
      await lab.until(() => one.length === 2);
      expect([...one, ...other].map(({ message }) => message.messageId)).toEqual([
        'one-1',
        'one-2',
        'other-1',
        'other-2',
      ]);
    });
  });
}
