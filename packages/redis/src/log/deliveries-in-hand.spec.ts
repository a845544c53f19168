import { beforeEach, describe, expect, it } from '@jest/globals';
import { TestClock } from '@catga/core/engine';
import type { LogDelivery, StoredMessage } from '@catga/core/engine';
import { DeliveriesInHand } from './deliveries-in-hand.js';
import { RedisDelivery } from './log-delivery.js';
import type { Settlement } from './log-delivery.js';

const CONCURRENCY = 4;

describe('the deliveries in hand', () => {
  let clock: TestClock;
  let inHand: DeliveriesInHand;
  let delivered: string[];
  let settlements: Settlement[];
  let refuses: boolean;

  const delivery = (messageId: string): RedisDelivery =>
    new RedisDelivery(
      { messageId } as StoredMessage,
      undefined,
      { id: messageId, attempt: 1 },
      async (settlement) => void settlements.push(settlement),
    );
  const admit = (...ids: readonly string[]): void => {
    for (const id of ids) inHand.admit(delivery(id));
  };

  beforeEach(() => {
    clock = new TestClock();
    delivered = [];
    settlements = [];
    refuses = false;
    const deliver = ({ message }: LogDelivery): void => {
      if (refuses) throw new Error('not now');
      delivered.push(message.messageId);
    };
    inHand = new DeliveriesInHand(CONCURRENCY, deliver, clock);
  });

  it('gives the handler what it may work on, and the next one when one is settled, in order', () => {
    admit('a', 'b', 'c', 'd', 'e', 'f');
    expect(delivered).toEqual(['a', 'b', 'c', 'd']);
    inHand.settled();
    inHand.settled();
    expect(delivered).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });

  it('have room again as soon as the handler has less to do than it may', () => {
    admit('a', 'b', 'c', 'd');
    expect(inHand.room).toBe(0);
    inHand.settled();
    expect(inHand.room).toBe(1);
  });

  it('have no room for a few as long as there is enough to follow, and then for many', async () => {
    admit(...Array.from({ length: 100 }, (_, at) => `m${at}`));
    for (let settled = 0; settled < 60; settled++) inHand.settled();
    await clock.advance(10); // 60 in 10 ms: 120 in hand are what it needs.
    expect(inHand.room).toBe(80);
    admit(...Array.from({ length: 40 }, (_, at) => `n${at}`));
    expect(inHand.count).toBe(80);
    expect(inHand.room).toBe(0);
  });

  it('let go of what the handler has not begun with', () => {
    admit('a', 'b', 'c', 'd', 'e', 'f');
    expect(inHand.giveUpReady().map(({ entry }) => entry.id)).toEqual(['e', 'f']);
    inHand.settled();
    expect(delivered).toEqual(['a', 'b', 'c', 'd']);
  });

  it('give back what the handler would not take, as the next attempt', () => {
    refuses = true;
    admit('a');
    expect(settlements).toMatchObject([{ nextAttempt: 2, delayMs: 1000 }]);
  });
});
