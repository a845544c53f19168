import { describe, expect, it } from '@jest/globals';
import { QueueHarness, Received, appendAll, storedCommand, queueOf } from './memory.fixture.js';

async function setUp(): Promise<{
  harness: QueueHarness;
  connection: ReturnType<QueueHarness['connect']>;
  received: Received;
}> {
  const harness = new QueueHarness();
  return { harness, connection: harness.connect(), received: new Received() };
}

const messages = (...ids: string[]) => ids.map((id) => storedCommand(id));

describe('a subscription of the memory queue', () => {
  it('gives a consumer no more than its concurrency at a time', async () => {
    const { harness, connection, received } = await setUp();
    await connection.log.subscribe(queueOf({ concurrency: 2 }), received.take);
    await appendAll(connection.log, messages('m1', 'm2', 'm3', 'm4'));
    await harness.settle();
    expect(received.ids).toEqual(['m1', 'm2']);
    await received.deliveries[0]?.ack();
    await harness.settle();
    expect(received.ids).toEqual(['m1', 'm2', 'm3']);
  });

  it('delivers again what was given back, after the delay and as the next attempt, while others overtake', async () => {
    const { harness, connection, received } = await setUp();
    await connection.log.subscribe(queueOf({ concurrency: 1 }), received.take);
    await appendAll(connection.log, messages('m1', 'm2'));
    await harness.settle();
    await received.last.nak(1000);
    await harness.clock.advance(999);
    expect(received.ids).toEqual(['m1', 'm2']);
    await received.last.ack();
    await harness.clock.advance(1);
    expect(received.ids).toEqual(['m1', 'm2', 'm1']);
    expect(received.attempts).toEqual([1, 1, 2]);
  });

  it('delivers what was released at once, as the same attempt, before younger messages', async () => {
    const { harness, connection, received } = await setUp();
    await connection.log.subscribe(queueOf({ concurrency: 1 }), received.take);
    await appendAll(connection.log, messages('m1', 'm2'));
    await harness.settle();
    await received.last.nak(0);
    await harness.settle();
    await received.last.release();
    await harness.settle();
    expect(received.ids).toEqual(['m1', 'm1', 'm1']);
    expect(received.attempts).toEqual([1, 2, 2]);
  });

  it('settles a delivery once', async () => {
    const { harness, connection, received } = await setUp();
    await connection.log.subscribe(queueOf(), received.take);
    await connection.log.append(storedCommand('m1'));
    await harness.settle();
    await received.last.nak(10);
    await received.last.ack();
    await received.last.nak(10);
    await received.last.release();
    await harness.clock.advance(10);
    expect(received.attempts).toEqual([1, 2]);
    await received.last.ack();
    await received.last.nak(0);
    await harness.clock.advance(10_000);
    expect(received.attempts).toEqual([1, 2]);
  });

  it('delivers no message while an earlier one of its key is unsettled, in backoff included', async () => {
    const { harness, connection, received } = await setUp();
    await connection.log.subscribe(queueOf(), received.take);
    await appendAll(connection.log, [
      storedCommand('a1', { key: 'a' }),
      storedCommand('a2', { key: 'a' }),
      storedCommand('a3', { key: 'a' }),
      storedCommand('b1', { key: 'b' }),
      storedCommand('free'),
    ]);
    await harness.settle();
    expect(received.ids).toEqual(['a1', 'b1', 'free']);
    await received.deliveries[0]?.nak(1000);
    await harness.clock.advance(999);
    expect(received.ids).toEqual(['a1', 'b1', 'free']);
    await harness.clock.advance(1);
    expect(received.ids).toEqual(['a1', 'b1', 'free', 'a1']);
    await received.last.release();
    await harness.settle();
    expect(received.ids.slice(4)).toEqual(['a1']);
    await received.last.ack();
    await harness.settle();
    await received.last.ack();
    await harness.settle();
    expect(received.ids.slice(4)).toEqual(['a1', 'a2', 'a3']);
  });

  it('orders the messages of a key for each subscription by itself', async () => {
    const { harness, connection, received } = await setUp();
    const other = new Received();
    await connection.log.subscribe(queueOf({ id: 'slow' }), received.take);
    await connection.log.subscribe(queueOf({ id: 'quick' }), other.takeAndAck);
    await appendAll(connection.log, [storedCommand('a1', { key: 'a' }), storedCommand('a2', { key: 'a' })]);
    await harness.settle();
    expect([received.ids, other.ids]).toEqual([['a1'], ['a1', 'a2']]);
  });

  it('lets consumers compete, in turn', async () => {
    const { harness, connection } = await setUp();
    const second = harness.connect();
    const one = new Received();
    const two = new Received();
    await connection.log.subscribe(queueOf(), one.takeAndAck);
    await second.log.subscribe(queueOf(), two.takeAndAck);
    await appendAll(connection.log, messages('m1', 'm2', 'm3', 'm4', 'm5', 'm6'));
    await harness.settle();
    expect([one.ids, two.ids]).toEqual([
      ['m1', 'm3', 'm5'],
      ['m2', 'm4', 'm6'],
    ]);
  });

  it('passes over a consumer that has no room', async () => {
    const { harness, connection } = await setUp();
    const stuck = new Received();
    const free = new Received();
    await connection.log.subscribe(queueOf({ concurrency: 1 }), stuck.take);
    await connection.log.subscribe(queueOf(), free.takeAndAck);
    await appendAll(connection.log, messages('m1', 'm2', 'm3', 'm4'));
    await harness.settle();
    expect([stuck.ids, free.ids]).toEqual([['m1'], ['m2', 'm3', 'm4']]);
  });

  it('gives a stopped consumer nothing new, and lets it settle what it has', async () => {
    const { harness, connection, received } = await setUp();
    const consumer = await connection.log.subscribe(queueOf(), received.take);
    await connection.log.append(storedCommand('m1'));
    await harness.settle();
    await consumer.stop();
    await connection.log.append(storedCommand('m2'));
    await harness.settle();
    expect(received.ids).toEqual(['m1']);
    await received.last.ack();
    const next = new Received();
    await connection.log.subscribe(queueOf(), next.take);
    await harness.settle();
    expect(next.ids).toEqual(['m2']);
  });

  it('gives what a gone node took to another, as the same attempt, and fences the gone one off', async () => {
    const { harness, connection, received } = await setUp();
    const second = harness.connect();
    const survivor = new Received();
    await connection.log.subscribe(queueOf(), received.take);
    await connection.log.append(storedCommand('m1'));
    await harness.settle();
    await received.last.nak(0);
    await harness.settle();
    await second.log.subscribe(queueOf(), survivor.take);
    connection.close();
    await harness.settle();
    expect([survivor.ids, survivor.attempts]).toEqual([['m1'], [2]]);
    await received.last.ack();
    await received.last.nak(0);
    await received.last.release();
    await harness.settle();
    expect(survivor.attempts).toEqual([2]);
    await survivor.last.nak(0);
    await harness.settle();
    expect(survivor.attempts).toEqual([2, 3]);
  });

  it('lets no late settling of a gone node reach the message that another one holds', async () => {
    for (const settleLate of ['ack', 'nak', 'release'] as const) {
      const { harness, connection, received } = await setUp();
      await connection.log.subscribe(queueOf(), received.take);
      await appendAll(connection.log, [storedCommand('a1', { key: 'a' }), storedCommand('a2', { key: 'a' })]);
      await harness.settle();
      connection.close();
      const survivor = new Received();
      await harness.connect().log.subscribe(queueOf(), survivor.take);
      await harness.settle();
      await (settleLate === 'ack' ? received.last.ack() : received.last[settleLate](0));
      await harness.clock.advance(60_000);
      expect(survivor.ids).toEqual(['a1']);
      await survivor.last.ack();
      await harness.settle();
      expect(survivor.ids).toEqual(['a1', 'a2']);
    }
  });

  it('gives back what a stopped consumer still held when its connection closes', async () => {
    const { harness, connection, received } = await setUp();
    const consumer = await connection.log.subscribe(queueOf(), received.take);
    await connection.log.append(storedCommand('m1', { key: 'a' }));
    await connection.log.append(storedCommand('m2', { key: 'a' }));
    await harness.settle();
    await consumer.stop();
    connection.close();
    const next = new Received();
    await harness.connect().log.subscribe(queueOf(), next.takeAndAck);
    await harness.settle();
    expect([next.ids, next.attempts]).toEqual([
      ['m1', 'm2'],
      [1, 1],
    ]);
  });

  it('survives a callback that throws, and delivers the message again a second later', async () => {
    const { harness, connection, received } = await setUp();
    await connection.log.subscribe(queueOf(), (delivery) => {
      received.take(delivery);
      if (delivery.attempt === 1 && delivery.message.messageId === 'bad') throw new Error('broken consumer');
      void delivery.ack();
    });
    await appendAll(connection.log, messages('bad', 'good'));
    await harness.clock.advance(999);
    expect(received.ids).toEqual(['bad', 'good']);
    await harness.clock.advance(1);
    expect(received.ids).toEqual(['bad', 'good', 'bad']);
  });

  it('lets the event loop go on while it hands out a long backlog', async () => {
    const { connection, received } = await setUp();
    const consumer = await connection.log.subscribe(queueOf({ concurrency: 4 }), received.takeAndAck);
    await consumer.stop();
    for (let i = 0; i < 10_000; i++) void connection.log.append(storedCommand(`m${i}`));
    await connection.log.subscribe(queueOf({ concurrency: 4 }), received.takeAndAck);
    await new Promise((resolve) => setImmediate(resolve));
    expect(received.ids.length).toBeGreaterThan(0);
    expect(received.ids.length).toBeLessThan(10_000);
  });
});
