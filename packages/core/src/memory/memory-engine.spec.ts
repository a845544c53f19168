import { describe, expect, it } from '@jest/globals';
import { TestClock } from '../time/test-clock.js';
import {
  MemoryHarness,
  Received,
  queueOf,
  storedCommand,
  storedMessage,
  subscription,
} from './memory.fixture.js';

const outcome = { ok: true, body: new Uint8Array() };

describe('the memory engine', () => {
  it('offers every quality of service', () => {
    const { engine } = new MemoryHarness();
    expect(engine.name).toBe('memory');
    expect(engine.capabilities).toEqual({
      requests: [0, 1, 2],
      events: [0, 1, 2],
      queues: true,
      streams: true,
    });
  });

  it('says of a queue what is due, delayed, and handled', async () => {
    const harness = new MemoryHarness();
    const { log, subscriptions } = await harness.connect();
    const received = new Received();
    await log.subscribe(queueOf({ concurrency: 1 }), received.take);
    for (const id of ['fails', 'held', 'due']) await log.append(storedCommand(id));
    await log.append(storedCommand('later'), { delayMs: 60_000 });
    await harness.settle();
    await received.last.nak(60_000);
    await harness.settle();
    expect(received.ids).toEqual(['fails', 'held']);
    const lag = { due: 1, delayed: 2, handling: 1, oldestDueMs: undefined };
    await expect(subscriptions?.list()).resolves.toMatchObject([{ id: 'queue.order.ship', waiting: 4, lag }]);
  });

  it('has everything again for a node that restarts', async () => {
    const harness = new MemoryHarness();
    const before = await harness.connect();
    await before.log.subscribe(subscription({ concurrency: 1 }), () => {});
    await before.log.append(storedMessage('taken'));
    await harness.settle();
    await before.log.append(storedMessage('not taken'));
    await before.inbox.add('shop.mail', { name: 'placed', messageId: 'm0' }, 60_000);
    const claim = await before.idempotency.claim('id', 'print', 1000);
    if (claim.state === 'claimed') await before.idempotency.complete('id', claim.token, outcome, 60_000);
    const letter = {
      id: 'letter',
      subscription: 'shop.mail',
      stored: storedMessage('m0'),
      failure: { error: { name: 'Error', message: 'no' }, attempts: 1, nodeId: 'n', failedAt: new Date(0) },
    };
    await before.deadLetters.put(letter, 60_000);
    await before.close();

    const after = await harness.connect();
    const received = new Received();
    expect(await after.log.append(storedMessage('taken'))).toEqual({ duplicate: true });
    await after.log.append(storedMessage('appended after the restart'));
    await after.log.subscribe(subscription(), received.take);
    await harness.settle();
    expect(received.ids.toSorted()).toEqual(['appended after the restart', 'not taken', 'taken']);
    expect(await after.inbox.has('shop.mail', { name: 'placed', messageId: 'm0' })).toBe(true);
    expect(await after.idempotency.claim('id', 'print', 1000)).toEqual({ state: 'finished', outcome });
    expect(await after.deadLetters.get('letter')).toEqual(letter);
  });

  it('keeps namespaces apart, and engines', async () => {
    const harness = new MemoryHarness();
    const here = await harness.connect({ namespace: 'here' });
    const elsewhere = [
      await harness.connect({ namespace: 'there' }),
      await new MemoryHarness().connect({ namespace: 'here' }),
    ];
    await here.inbox.add('shop.mail', { name: 'placed', messageId: 'm1' }, 60_000);
    await here.idempotency.claim('id', 'print', 60_000);
    await here.log.append(storedMessage('m1'));
    for (const { inbox, idempotency, log } of elsewhere) {
      expect(await inbox.has('shop.mail', { name: 'placed', messageId: 'm1' })).toBe(false);
      expect(await idempotency.claim('id', 'other print', 60_000)).toMatchObject({ state: 'claimed' });
      expect(await log.append(storedMessage('m1'))).toEqual({ duplicate: false });
    }
  });

  it('takes its time from its first client for all of its life', async () => {
    const harness = new MemoryHarness();
    const first = await harness.connect();
    await first.close();
    const otherClock = new TestClock();
    const { idempotency } = await harness.connect({ clock: otherClock });
    await idempotency.claim('id', 'print', 1000);
    await otherClock.advance(5000);
    expect(await idempotency.claim('id', 'print', 1000)).toEqual({ state: 'running' });
    await harness.clock.advance(1000);
    expect(await idempotency.claim('id', 'print', 1000)).toMatchObject({ state: 'claimed' });
    expect(otherClock.armedTimers).toBe(0);
  });

  it('arms no timer for records that merely expire', async () => {
    const harness = new MemoryHarness();
    const { log, inbox, idempotency } = await harness.connect();
    await log.append(storedMessage('m1'));
    await inbox.add('shop.mail', { name: 'placed', messageId: 'm1' }, 1000);
    await idempotency.claim('id', 'print', 1000);
    expect(harness.clock.armedTimers).toBe(0);
  });

  it('leaves no timer armed when the last connection closes, and goes on with what waited when one opens', async () => {
    const harness = new MemoryHarness();
    const one = await harness.connect();
    const two = await harness.connect({ nodeId: 'node2' });
    const received = new Received();
    await one.log.subscribe(subscription(), received.take);
    await one.log.subscribe(queueOf(), received.take);
    await one.log.append(storedMessage('m1'));
    await harness.settle();
    await received.last.nak(1000);
    await one.log.append(storedCommand('m2'), { delayMs: 5000 });
    await one.close();
    expect(harness.clock.armedTimers).toBe(1);
    await two.close();
    expect(harness.clock.armedTimers).toBe(0);
    await harness.clock.advance(2000);

    const after = new Received();
    const { log } = await harness.connect();
    await log.subscribe(subscription(), after.take);
    await log.subscribe(queueOf(), after.take);
    await harness.clock.advance(1000);
    expect([after.ids, after.attempts]).toEqual([['m1'], [2]]);
    await harness.clock.advance(1999);
    expect(after.ids).toEqual(['m1']);
    await harness.clock.advance(1);
    expect(after.ids).toEqual(['m1', 'm2']);
  });

  it('may close a connection twice, and counts it once', async () => {
    const harness = new MemoryHarness();
    const one = await harness.connect();
    const two = await harness.connect({ nodeId: 'node2' });
    const received = new Received();
    await two.log.subscribe(subscription(), received.take);
    await two.log.append(storedMessage('m1'), { delayMs: 10 });
    await one.close();
    await one.close();
    await harness.clock.advance(10);
    expect(received.ids).toEqual(['m1']);
  });

  it('refuses everything on a closed connection', async () => {
    const harness = new MemoryHarness();
    const connection = await harness.connect();
    await connection.close();
    const refusal = { code: 'CATGA_ENGINE_UNAVAILABLE' };
    const { log, inbox, idempotency, deadLetters, directory } = connection;
    await expect(log.append(storedMessage('m1'))).rejects.toMatchObject(refusal);
    await expect(log.subscribe(subscription(), () => {})).rejects.toMatchObject(refusal);
    await expect(inbox.has('s', { name: 'placed', messageId: 'm' })).rejects.toMatchObject(refusal);
    await expect(inbox.add('s', { name: 'placed', messageId: 'm' }, 1)).rejects.toMatchObject(refusal);
    await expect(idempotency.claim('id', 'print', 1)).rejects.toMatchObject(refusal);
    await expect(idempotency.complete('id', 1, outcome, 1)).rejects.toMatchObject(refusal);
    await expect(idempotency.renew('id', 1, 1)).rejects.toMatchObject(refusal);
    await expect(idempotency.release('id', 1)).rejects.toMatchObject(refusal);
    await expect(deadLetters.get('id')).rejects.toMatchObject(refusal);
    await expect(deadLetters.list({}, { limit: 1 })).rejects.toMatchObject(refusal);
    await expect(deadLetters.remove('id')).rejects.toMatchObject(refusal);
    await expect(directory.withdraw({ nodeId: 'id', incarnation: 1 })).rejects.toMatchObject(refusal);
    await expect(directory.watch({ present: () => {}, left: () => {} })).rejects.toMatchObject(refusal);
  });
});
