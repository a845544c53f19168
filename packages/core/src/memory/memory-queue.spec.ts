import { describe, expect, it } from '@jest/globals';
import { QueueHarness, Received, appendAll, storedCommand, queueOf } from './memory.fixture.js';

const command = (id: string, name = 'ship.order', key?: string) =>
  storedCommand(id, { kind: 'command', name, key });

describe('what the memory queue keeps', () => {
  it('delivers to each subscription each message of its names', async () => {
    const harness = new QueueHarness();
    const { log } = harness.connect();
    const mail = new Received();
    const stock = new Received();
    await log.subscribe(queueOf({ id: 'queue.order.ship' }), mail.take);
    await log.subscribe(queueOf({ id: 'shop.stock', names: ['order.ship', 'order.paid'] }), stock.take);
    await log.append(storedCommand('m1'));
    await log.append(storedCommand('m2', { name: 'order.paid' }));
    await log.append(storedCommand('m3', { name: 'order.lost' }));
    await harness.settle();
    expect(mail.ids).toEqual(['m1']);
    expect(stock.ids).toEqual(['m1', 'm2']);
  });

  it('delivers to a subscription once however often it lists a name', async () => {
    const harness = new QueueHarness();
    const { log } = harness.connect();
    const received = new Received();
    await log.subscribe(queueOf({ names: ['order.ship', 'order.ship'] }), received.take);
    await log.append(storedCommand('m1'));
    await harness.settle();
    expect(received.ids).toEqual(['m1']);
  });

  it('never delivers within the append itself', async () => {
    const harness = new QueueHarness();
    const { log } = harness.connect();
    const received = new Received();
    await log.subscribe(queueOf(), received.take);
    void log.append(storedCommand('m1'));
    expect(received.ids).toEqual([]);
    await harness.settle();
    expect(received.ids).toEqual(['m1']);
  });

  it('takes a repeated id for a duplicate, within the default window of two minutes', async () => {
    const harness = new QueueHarness();
    const { log } = harness.connect();
    const received = new Received();
    await log.subscribe(queueOf(), received.takeAndAck);
    expect(await log.append(storedCommand('m1'))).toEqual({ duplicate: false });
    await harness.clock.advance(119_999);
    expect(await log.append(storedCommand('m1'))).toEqual({ duplicate: true });
    await harness.clock.advance(1);
    expect(await log.append(storedCommand('m1'))).toEqual({ duplicate: false });
    await harness.settle();
    expect(received.ids).toEqual(['m1', 'm1']);
  });

  it('deduplicates within deduplicationWindowMs', async () => {
    const harness = new QueueHarness({ deduplicationWindowMs: 50 });
    const { log } = harness.connect();
    await log.append(storedCommand('m1'));
    await harness.clock.advance(49);
    expect(await log.append(storedCommand('m1'))).toEqual({ duplicate: true });
    await harness.clock.advance(1);
    expect(await log.append(storedCommand('m1'))).toEqual({ duplicate: false });
  });

  it('refuses what exceeds maxStoredMessages, counted over all subscriptions, until something is settled', async () => {
    const harness = new QueueHarness({ maxStoredMessages: 3 });
    const { log } = harness.connect();
    const received = new Received();
    await log.subscribe(queueOf({ id: 'queue.order.ship' }), received.take);
    await log.subscribe(queueOf({ id: 'shop.stock' }), received.take);
    await log.append(storedCommand('m1'));
    await expect(log.append(storedCommand('m2'))).rejects.toMatchObject({
      code: 'CATGA_OVERLOADED',
      retryable: true,
      details: { maxStoredMessages: 3, unsettled: 2 },
    });
    await harness.settle();
    expect(received.ids).toEqual(['m1', 'm1']);
    await received.last.ack();
    expect(await log.append(storedCommand('m2'))).toEqual({ duplicate: false });
  });

  it('gains no room from a message that is acknowledged twice', async () => {
    const harness = new QueueHarness({ maxStoredMessages: 2 });
    const { log } = harness.connect();
    const received = new Received();
    await log.subscribe(queueOf(), received.take);
    await appendAll(log, [storedCommand('m1'), storedCommand('m2')]);
    await harness.settle();
    await received.last.ack();
    await received.last.ack();
    await log.append(storedCommand('m3'));
    await expect(log.append(storedCommand('m4'))).rejects.toMatchObject({ code: 'CATGA_OVERLOADED' });
  });

  it('holds 100,000 messages by default', async () => {
    const harness = new QueueHarness();
    const { log } = harness.connect();
    for (let i = 0; i < 100_000; i++) void log.append(command(`m${i}`));
    await expect(log.append(command('one too many'))).rejects.toMatchObject({ code: 'CATGA_OVERLOADED' });
  });

  it('lets commands wait for the first subscription of their name, in their order', async () => {
    const harness = new QueueHarness({ maxStoredMessages: 3 });
    const { log } = harness.connect();
    await appendAll(log, [command('c1'), command('c2', 'bill.order'), command('c3')]);
    await expect(log.append(command('c4'))).rejects.toMatchObject({ code: 'CATGA_OVERLOADED' });
    const first = new Received();
    const second = new Received();
    const wanted = { kind: 'command', names: ['ship.order', 'bill.order'] } as const;
    await log.subscribe(queueOf({ ...wanted, id: 'shop.first' }), first.take);
    await log.subscribe(queueOf({ ...wanted, id: 'shop.second' }), second.take);
    await harness.settle();
    expect(first.ids).toEqual(['c1', 'c2', 'c3']);
    expect(second.ids).toEqual([]);
  });

  it('keeps the delay of commands that waited, and the order of a key of the others', async () => {
    const harness = new QueueHarness();
    const { log } = harness.connect();
    await log.append(command('late', 'ship.order', 'k'), { delayMs: 1000 });
    await log.append(command('c1', 'ship.order', 'k'));
    await log.append(command('c2', 'bill.order', 'k'));
    const received = new Received();
    await log.subscribe(
      queueOf({ kind: 'command', names: ['bill.order', 'ship.order'] }),
      received.takeAndAck,
    );
    await harness.clock.advance(999);
    expect(received.ids).toEqual(['c1', 'c2']);
    await harness.clock.advance(1);
    expect(received.ids).toEqual(['c1', 'c2', 'late']);
  });

  it('delivers a delayed message not before its time', async () => {
    const harness = new QueueHarness();
    const { log } = harness.connect();
    const received = new Received();
    await log.subscribe(queueOf(), received.take);
    await log.append(storedCommand('later'), { delayMs: 500 });
    await log.append(storedCommand('now'));
    await harness.clock.advance(499);
    expect(received.ids).toEqual(['now']);
    await harness.clock.advance(1);
    expect(received.ids).toEqual(['now', 'later']);
    expect(received.attempts).toEqual([1, 1]);
  });

  it('gives a redriven message to its subscription only, though its id was seen', async () => {
    const harness = new QueueHarness();
    const { log } = harness.connect();
    const mail = new Received();
    const stock = new Received();
    await log.subscribe(queueOf({ id: 'queue.order.ship' }), mail.takeAndAck);
    await log.subscribe(queueOf({ id: 'shop.stock' }), stock.takeAndAck);
    await log.append(storedCommand('m1'));
    expect(await log.append(storedCommand('m1'), { subscription: 'shop.stock' })).toEqual({
      duplicate: false,
    });
    await harness.settle();
    expect([mail.ids, stock.ids]).toEqual([['m1'], ['m1', 'm1']]);
    expect(stock.attempts).toEqual([1, 1]);
  });

  it('keeps a redriven message for a subscription that is not there yet', async () => {
    const harness = new QueueHarness();
    const { log } = harness.connect();
    await log.append(storedCommand('m1'), { subscription: 'queue.order.ship' });
    const received = new Received();
    await log.subscribe(queueOf(), received.take);
    await harness.settle();
    expect(received.ids).toEqual(['m1']);
  });

  it('gives a subscription that is made again with other names those names', async () => {
    const harness = new QueueHarness();
    const { log } = harness.connect();
    const received = new Received();
    await log.subscribe(queueOf({ names: ['a', 'b'] }), received.take);
    await log.append(storedCommand('kept', { name: 'a' }));
    await log.subscribe(queueOf({ names: ['b', 'c'] }), received.take);
    await log.append(storedCommand('unwanted', { name: 'a' }));
    await log.append(storedCommand('still', { name: 'b' }));
    await log.append(storedCommand('newly', { name: 'c' }));
    await harness.settle();
    expect(received.ids).toEqual(['kept', 'still', 'newly']);
  });
});
