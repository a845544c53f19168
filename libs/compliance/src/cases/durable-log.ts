import type { DurableLog, EngineConnection, LogDelivery } from '@catga/core/engine';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Lab } from '../lab.js';
import { storedMessage } from '../stored-message.js';

const A = { id: 'shop.A', kind: 'event', names: ['orders.placed.v1'], concurrency: 4 } as const;

/** Durable log port, for reliable events and queued commands. */
export function durableLog(lab: Lab): void {
  describe('the durable log', () => {
    let connection: EngineConnection;
    let log: DurableLog;
    let deliveries: LogDelivery[];
    const take = (delivery: LogDelivery): void => void deliveries.push(delivery);
    const delivered = (count: number): Promise<void> => lab.until(() => deliveries.length >= count);
    const seen = (): string[] => deliveries.map(({ message, attempt }) => `${message.messageId} ${attempt}`);

    beforeEach(async () => {
      connection = await lab.connect();
      ({ log } = connection);
      deliveries = [];
    });

    it('delivers a message as it was appended', async () => {
      await log.subscribe(A, take);
      const message = storedMessage({
        messageId: 'm1',
        body: new Uint8Array([0, 1, 254, 255]),
        headers: { a: 'ü', ' b ': '' },
        key: 'k',
        correlationId: 'c',
        causationId: 'd',
        sentAtMs: 1_735_689_600_000,
        history: [
          {
            error: { name: 'E', message: 'm', code: 'C' },
            attempts: 2,
            nodeId: 'n',
            failedAt: new Date(5000),
          },
        ],
      });
      await expect(log.append(message)).resolves.toEqual({ duplicate: false });
      await delivered(1);
      const { body, ...rest } = deliveries[0]!.message;
      const { body: appendedBody, ...appended } = message;
      expect(rest).toEqual(appended);
      expect(Buffer.from(body as Uint8Array)).toEqual(Buffer.from(appendedBody));
      expect(deliveries[0]!.attempt).toBe(1);
    });

    it('does not deliver again what was acknowledged', async () => {
      await log.subscribe(A, take);
      await log.append(storedMessage({ messageId: 'm1' }));
      await delivered(1);
      await deliveries[0]!.ack();
      await connection.close();
      const again = await lab.connect();
      await again.log.subscribe(A, take);
      await again.log.append(storedMessage({ messageId: 'm2' }));
      await delivered(2);
      await lab.pass(4);
      expect(seen()).toEqual(['m1 1', 'm2 1']);
    });

    it('delivers again, as the next attempt and no sooner than asked, what was given back after a failure', async () => {
      await log.subscribe(A, take);
      await log.append(storedMessage({ messageId: 'm1' }));
      await delivered(1);
      const givenBackAtMs = lab.clock.monotonicMs();
      await deliveries[0]!.nak(3 * lab.unitMs);
      await delivered(2);
      expect(lab.clock.monotonicMs() - givenBackAtMs).toBeGreaterThanOrEqual(3 * lab.unitMs - 1);
      expect(seen()).toEqual(['m1 1', 'm1 2']);
    });

    it('delivers again, as the same attempt, what was released', async () => {
      await log.subscribe(A, take);
      await log.append(storedMessage({ messageId: 'm1' }));
      await delivered(1);
      await deliveries[0]!.nak(0);
      await delivered(2);
      await deliveries[1]!.release();
      await delivered(3);
      expect(seen()).toEqual(['m1 1', 'm1 2', 'm1 2']);
    });

    it('settles a delivery once', async () => {
      await log.subscribe(A, take);
      await log.append(storedMessage({ messageId: 'm1' }));
      await delivered(1);
      await deliveries[0]!.ack();
      await deliveries[0]!.nak(0);
      await deliveries[0]!.release();
      await lab.pass(4);
      expect(seen()).toEqual(['m1 1']);
    });

    it('hands a consumer no more than it takes at a time', async () => {
      await log.subscribe({ ...A, concurrency: 2 }, take);
      for (const messageId of ['m1', 'm2', 'm3']) await log.append(storedMessage({ messageId }));
      await delivered(2);
      await lab.pass(2);
      expect(deliveries).toHaveLength(2);
      await deliveries[0]!.ack();
      await delivered(3);
    });

    it('keeps for a subscription what was appended since it was made, and nothing before', async () => {
      await log.append(storedMessage({ messageId: 'before' }));
      const consumer = await log.subscribe(A, () => {});
      await consumer.stop();
      await log.append(storedMessage({ messageId: 'since' }));
      await log.subscribe(A, take);
      await delivered(1);
      await lab.pass(2);
      expect(seen()).toEqual(['since 1']);
    });

    it('gives each subscription its own copy', async () => {
      const others: LogDelivery[] = [];
      await log.subscribe(A, take);
      await log.subscribe({ ...A, id: 'shop.B' }, (delivery) => void others.push(delivery));
      await log.append(storedMessage({ messageId: 'm1' }));
      await lab.until(() => deliveries.length === 1 && others.length === 1);
      await deliveries[0]!.ack();
      await others[0]!.nak(0);
      await lab.until(() => others.length === 2);
      expect(seen()).toEqual(['m1 1']);
    });

    it('gives a subscription the messages of its names alone', async () => {
      await log.subscribe({ ...A, names: ['one', 'two'] }, take);
      for (const name of ['one', 'three', 'two']) await log.append(storedMessage({ messageId: name, name }));
      await delivered(2);
      await lab.pass(2);
      expect(seen()).toEqual(['one 1', 'two 1']);
    });

    it('appends a message for one subscription without deduplication', async () => {
      const others: LogDelivery[] = [];
      await log.subscribe(A, take);
      await log.subscribe({ ...A, id: 'shop.B' }, (delivery) => void others.push(delivery));
      await log.append(storedMessage({ messageId: 'm1' }));
      await lab.until(() => deliveries.length === 1 && others.length === 1);
      await deliveries[0]!.ack();
      await log.append(storedMessage({ messageId: 'm1' }), { subscription: 'shop.A' });
      await delivered(2);
      await lab.pass(2);
      expect(others).toHaveLength(1);
    });

    it('delivers nothing new after a consumer was stopped, and lets it settle what it has', async () => {
      const consumer = await log.subscribe(A, take);
      await log.append(storedMessage({ messageId: 'm1' }));
      await delivered(1);
      await consumer.stop();
      await log.append(storedMessage({ messageId: 'm2' }));
      await lab.pass(2);
      await deliveries[0]!.ack();
      const others: LogDelivery[] = [];
      await log.subscribe(A, (delivery) => void others.push(delivery));
      await lab.until(() => others.length > 0);
      await lab.pass(2);
      expect(seen()).toEqual(['m1 1']);
      expect(others.map(({ message }) => message.messageId)).toEqual(['m2']);
    });

    it('redelivers to others the unsettled messages of a closed connection, which may be closed twice', async () => {
      await log.subscribe(A, take);
      await log.append(storedMessage({ messageId: 'm1' }));
      await delivered(1);
      const [taken] = deliveries;
      await connection.close();
      await connection.close();
      const other = await lab.connect({ nodeId: 'other' });
      await other.log.subscribe(A, take);
      await delivered(2);
      expect(seen()).toEqual(['m1 1', 'm1 1']);
      await taken!.ack()?.catch(() => {}); // the old holder is too late
      await deliveries[1]!.nak(0);
      await delivered(3);
    });

    it('keeps commands for a subscription that is not there yet', async () => {
      const queue = { id: 'queue.Pay', kind: 'command', names: ['Pay'], concurrency: 1 } as const;
      await log.append(storedMessage({ messageId: 'm1', name: 'Pay', kind: 'command' }));
      await log.subscribe(queue, take);
      await delivered(1);
      expect(seen()).toEqual(['m1 1']);
    });
  });
}
