import { describe, expect, it } from '@jest/globals';
import { Received, storedMessage, subscription } from '../memory.fixture.js';
import { node } from '../../discovery/discovery.fixture.js';
import { NetworkHarness, texts } from './memory-network.fixture.js';
import type { Peer } from './memory-network.fixture.js';

const unavailable = { code: 'CATGA_ENGINE_UNAVAILABLE' };
const outcome = { ok: true, body: new Uint8Array() };

async function pair(): Promise<{ harness: NetworkHarness; a: Peer; b: Peer }> {
  const harness = new NetworkHarness();
  return { harness, a: await harness.join('a'), b: await harness.join('b') };
}

describe('the nodes of a memory network', () => {
  it('share what the engine stores', async () => {
    const { harness, a, b } = await pair();
    expect(harness.network.name).toBe('memory-network');
    expect(harness.network.capabilities).toEqual({
      requests: [0, 1, 2],
      events: [0, 1, 2],
      queues: true,
      streams: true,
    });
    await a.connection.idempotency.claim('id', 'print', 1000);
    expect(await b.connection.idempotency.claim('id', 'print', 1000)).toEqual({ state: 'running' });
    expect(harness.network.connectedNodes).toEqual(['a', 'b']);
  });
});

describe('a paused node of a memory network', () => {
  it('gets its frames, in their order, when it is resumed', async () => {
    const { harness, a, b } = await pair();
    harness.network.pause('b');
    a.send(b, ...texts(3));
    await harness.clock.advance(60_000);
    expect([b.frames, a.lost]).toEqual([[], []]);
    harness.network.resume('b');
    expect(b.frames).toEqual([]);
    a.send(b, 'f3');
    await harness.settle();
    expect(b.frames).toEqual(texts(4));
  });

  it('sends nothing until it is resumed, then what it meant to send', async () => {
    const { harness, a, b } = await pair();
    harness.network.pause('b');
    b.send(a, ...texts(3));
    let isFlushed = false;
    void b.links?.flush().then(() => (isFlushed = true));
    await harness.settle();
    expect([a.frames, isFlushed]).toEqual([[], false]);
    harness.network.resume('b');
    await harness.settle();
    expect([a.frames, isFlushed]).toEqual([texts(3), true]);
  });

  it('hears of nobody and is presumed gone, and is back with its next heartbeat', async () => {
    const { harness, a, b } = await pair();
    await a.connection.directory.watch(a);
    await b.connection.directory.watch(b);
    await b.connection.directory.announce(node('b'));
    await harness.settle();
    harness.network.pause('b');
    void b.connection.directory.refresh(node('b'));
    await a.connection.directory.announce(node('a'));
    await harness.clock.advance(14_000);
    await a.connection.directory.refresh(node('a'));
    await harness.clock.advance(1000);
    expect(a.seen).toEqual(['+b', '+a', '+a', '-b']);
    expect(b.seen).toEqual(['+b']);
    harness.network.resume('b');
    await harness.settle();
    expect(a.seen.at(-1)).toBe('+b');
    expect(b.seen).toEqual(['+b', '+a', '+a', '-b', '+b']);
  });

  it('finds its lease lost when it wakes', async () => {
    const { harness, a, b } = await pair();
    const claim = await b.connection.idempotency.claim('id', 'print', 1000);
    if (claim.state !== 'claimed') throw new Error('It was not claimed.');
    harness.network.pause('b');
    const completed = b.connection.idempotency.complete('id', claim.token, outcome, 60_000);
    await harness.clock.advance(1000);
    expect(await a.connection.idempotency.claim('id', 'print', 1000)).toMatchObject({ state: 'claimed' });
    harness.network.resume('b');
    expect(await completed).toBe(false);
  });

  it('handles deliveries of the log, and settles them, when it is resumed', async () => {
    const { harness, a, b } = await pair();
    const received = new Received();
    await b.connection.log.subscribe(subscription(), received.take);
    await a.connection.log.append(storedMessage('m1'));
    await harness.settle();
    harness.network.pause('b');
    void received.last.ack();
    await a.connection.log.append(storedMessage('m2'));
    await harness.settle();
    expect(received.ids).toEqual(['m1']);
    harness.network.resume('b');
    await harness.settle();
    await received.last.ack();
    expect([received.ids, a.connection.dueMessages?.(), b.connection.dueMessages?.()]).toEqual([
      ['m1', 'm2'],
      0,
      0,
    ]);
  });

  it('has a delivery again whose callback threw after it woke', async () => {
    const { harness, b } = await pair();
    const attempts: number[] = [];
    await b.connection.log.subscribe(subscription(), ({ attempt }) => {
      attempts.push(attempt);
      if (attempt === 1) throw new Error('broken consumer');
    });
    harness.network.pause('b');
    const appended = b.connection.log.append(storedMessage('m1'));
    harness.network.resume('b');
    await appended;
    await harness.clock.advance(1000);
    expect(attempts).toEqual([1, 2]);
  });

  it('can be paused again while it wakes', async () => {
    const harness = new NetworkHarness();
    const a = await harness.join('a');
    const b = await harness.join('b', { onFrame: () => harness.network.pause('b') });
    harness.network.pause('b');
    a.send(b, ...texts(2));
    await harness.settle();
    harness.network.resume('b');
    await harness.settle();
    expect(b.frames).toEqual(['f0']);
    harness.network.resume('b');
    await harness.settle();
    expect(b.frames).toEqual(texts(2));
  });

  it('closes once it is resumed', async () => {
    const { harness, a, b } = await pair();
    harness.network.pause('b');
    const closed = b.connection.close();
    a.send(b, 'x');
    await harness.settle();
    expect(harness.network.connectedNodes).toEqual(['a', 'b']);
    harness.network.resume('b');
    await closed;
    expect(harness.network.connectedNodes).toEqual(['a']);
  });

  it('must be connected; resuming one that is not paused or not connected has no effect', async () => {
    const { harness, a, b } = await pair();
    expect(() => harness.network.pause('nobody')).toThrow(
      expect.objectContaining({ code: 'CATGA_NODE_NOT_FOUND' }),
    );
    harness.network.resume('nobody');
    harness.network.resume('b');
    a.send(b, 'x');
    await harness.settle();
    expect(b.frames).toEqual(['x']);
  });
});

describe('a crashed node of a memory network', () => {
  it('is unreachable for whoever sends to it, and hears nothing', async () => {
    const { harness, a, b } = await pair();
    a.send(b, 'under way');
    b.send(a, 'already sent');
    harness.network.crash('b');
    a.send(b, 'afterwards');
    await harness.settle();
    expect([b.frames, a.frames, a.lost]).toEqual([[], ['already sent'], [b.address, b.address]]);
  });

  it('stays in the directory until its record lapses', async () => {
    const { harness, a, b } = await pair();
    await a.connection.directory.watch(a);
    await b.connection.directory.announce(node('b'));
    harness.network.crash('b');
    await harness.clock.advance(14_999);
    expect(a.seen).toEqual(['+b']);
    await harness.clock.advance(1);
    expect(a.seen).toEqual(['+b', '-b']);
  });

  it('gives back what it took from the log and did not settle', async () => {
    const { harness, a, b } = await pair();
    const taken = new Received();
    const survivor = new Received();
    await b.connection.log.subscribe(subscription(), taken.take);
    await a.connection.log.append(storedMessage('m1'));
    await harness.settle();
    await a.connection.log.subscribe(subscription(), survivor.take);
    harness.network.crash('b');
    await harness.clock.advance(60_000);
    expect([taken.ids, survivor.ids, survivor.attempts]).toEqual([['m1'], ['m1'], [1]]);
    await taken.last.ack();
    await survivor.last.nak(0);
    await harness.settle();
    expect(survivor.ids).toEqual(['m1', 'm1']);
  });

  it('has no effect afterwards, and is told so', async () => {
    const { harness, a, b } = await pair();
    await b.connection.log.append(storedMessage('m1'), { delayMs: 60_000 });
    harness.network.crash('b');
    const { connection, links } = b;
    await expect(connection.log.append(storedMessage('m2'))).rejects.toMatchObject(unavailable);
    await expect(connection.log.subscribe(subscription(), () => {})).rejects.toMatchObject(unavailable);
    await expect(connection.inbox.add('s', { name: 'placed', messageId: 'm' }, 1)).rejects.toMatchObject(
      unavailable,
    );
    await expect(connection.idempotency.claim('i', 'p', 1)).rejects.toMatchObject(unavailable);
    await expect(connection.deadLetters.get('d')).rejects.toMatchObject(unavailable);
    await expect(connection.directory.refresh(node('b'))).rejects.toMatchObject(unavailable);
    await expect(connection.openLinks?.(b.address, b)).rejects.toMatchObject(unavailable);
    await expect(links?.flush()).rejects.toMatchObject(unavailable);
    expect(() => b.send(a, 'x')).toThrow(expect.objectContaining(unavailable));
    expect(connection.dueMessages?.()).toBe(0);
    await connection.close();
    expect(await a.connection.inbox.has('s', { name: 'placed', messageId: 'm' })).toBe(false);
  });

  it('loses what waited while it was paused', async () => {
    const { harness, a, b } = await pair();
    harness.network.pause('b');
    a.send(b, 'to it');
    b.send(a, 'from it');
    const asked = b.connection.inbox.add('s', { name: 'placed', messageId: 'm' }, 1000);
    harness.network.crash('b');
    harness.network.resume('b');
    await expect(asked).rejects.toMatchObject(unavailable);
    await harness.settle();
    expect([a.frames, b.frames]).toEqual([[], []]);
    expect(await a.connection.inbox.has('s', { name: 'placed', messageId: 'm' })).toBe(false);
  });

  it('can come back under its id, even at once', async () => {
    const { harness, a, b } = await pair();
    harness.network.crash('b');
    const again = await harness.join('b');
    a.send(again, 'x');
    await harness.settle();
    expect([b.frames, again.frames]).toEqual([[], ['x']]);
    expect(() => harness.network.crash('nobody')).toThrow(/'nobody'.*connected: a, b/);
  });

  it('leaves no timer behind when it was the last one', async () => {
    const harness = new NetworkHarness({ faults: { delayMs: [50, 50] } });
    const a = await harness.join('a');
    await a.connection.directory.announce(node('a'));
    a.send(a, 'x');
    expect(harness.clock.armedTimers).toBe(2);
    harness.network.crash('a');
    expect(harness.clock.armedTimers).toBe(0);
  });
});
