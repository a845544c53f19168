import { describe, expect, it } from '@jest/globals';
import type { FrameEvent } from './frame-event.js';
import type { LinkFaults } from './link-faults.js';
import { MemoryNetwork } from './memory-network.js';
import { NetworkHarness, texts } from './memory-network.fixture.js';
import type { Peer } from './memory-network.fixture.js';

async function pair(faults?: LinkFaults, seed = 1): Promise<{ harness: NetworkHarness; a: Peer; b: Peer }> {
  const harness = new NetworkHarness({ seed, ...(faults && { faults }) });
  return { harness, a: await harness.join('a'), b: await harness.join('b') };
}

/** Sends 1000 frames and returns those that arrive, in order. */
async function arrivals(faults: LinkFaults, seed?: number): Promise<readonly string[]> {
  const { harness, a, b } = await pair(faults, seed);
  a.send(b, ...texts(1000));
  await harness.clock.advance(1000);
  return b.frames;
}

describe('the faults of a memory network', () => {
  it('cut a link one way, without telling anybody', async () => {
    const { harness, a, b } = await pair();
    harness.network.cut('a', 'b');
    a.send(b, 'lost');
    b.send(a, 'back');
    await harness.settle();
    expect([a.frames, b.frames, a.lost]).toEqual([['back'], [], []]);
    harness.network.heal('a', 'b');
    a.send(b, 'again');
    await harness.settle();
    expect(b.frames).toEqual(['again']);
  });

  it('cut a link both ways, and heal one of them', async () => {
    const { harness, a, b } = await pair();
    harness.network.cut('a', 'b', { bothWays: true });
    harness.network.heal('b', 'a');
    a.send(b, 'lost');
    b.send(a, 'back');
    await harness.settle();
    expect([a.frames, b.frames]).toEqual([['back'], []]);
    harness.network.cut('a', 'b', { bothWays: true });
    harness.network.heal('a', 'b', { bothWays: true });
    a.send(b, 'there');
    b.send(a, 'and back');
    await harness.settle();
    expect([a.frames, b.frames]).toEqual([['back', 'and back'], ['there']]);
  });

  it('lose with a cut what is under way', async () => {
    const { harness, a, b } = await pair({ delayMs: [10, 10] });
    a.send(b, 'x');
    await harness.clock.advance(5);
    harness.network.cut('a', 'b');
    await harness.clock.advance(5);
    harness.network.heal('a', 'b');
    await harness.clock.advance(100);
    expect(b.frames).toEqual([]);
    expect(harness.network.frames).toMatchObject({ sent: 1, dropped: 1, delivered: 0 });
  });

  it('isolate a node from those present and those that come later, but not from what the engine stores', async () => {
    const { harness, a, b } = await pair();
    harness.network.isolate('a');
    const c = await harness.join('c');
    a.send(b, 'x');
    b.send(a, 'x');
    c.send(a, 'x');
    c.send(b, 'c to b');
    await a.connection.inbox.add('s', { name: 'placed', messageId: 'm' }, 1000);
    await harness.settle();
    expect([a.frames, b.frames]).toEqual([[], ['c to b']]);
    expect(await b.connection.inbox.has('s', { name: 'placed', messageId: 'm' })).toBe(true);
    harness.network.heal('b', 'a');
    harness.network.cut('c', 'a');
    b.send(a, 'still isolated');
    harness.network.heal('a');
    c.send(a, 'healed');
    await harness.settle();
    expect(a.frames).toEqual(['healed']);
  });

  it('heal everything at once', async () => {
    const { harness, a, b } = await pair();
    harness.network.isolate('a');
    harness.network.cut('a', 'b', { bothWays: true });
    harness.network.heal();
    a.send(b, 'x');
    await harness.settle();
    expect(b.frames).toEqual(['x']);
  });

  it('lose, double and reorder about as many frames as they are told', async () => {
    const { harness, a, b } = await pair({ dropRate: 0.2, duplicateRate: 0.1, reorderRate: 0.05 });
    a.send(b, ...texts(10_000));
    await harness.clock.advance(1000);
    const { frames } = harness.network;
    expect(Math.abs(frames.dropped - 2000)).toBeLessThan(200);
    expect(Math.abs(frames.duplicated - 800)).toBeLessThan(120);
    expect(Math.abs(frames.reordered - 440)).toBeLessThan(100);
    expect(frames.sent).toBe(10_000);
    expect(frames.delivered).toBe(frames.sent - frames.dropped + frames.duplicated);
    expect(b.frames).toHaveLength(frames.delivered);
  });

  it('keep the order of a link unless they reorder it, whatever the delays', async () => {
    const inOrder = await arrivals({ delayMs: [0, 50], duplicateRate: 0.5, dropRate: 0.5 });
    const numbers = inOrder.map((text) => Number(text.slice(1)));
    expect(numbers).toEqual([...numbers].sort((one, other) => one - other));
    const mixed = await arrivals({ reorderRate: 0.1 });
    expect(mixed).not.toEqual(texts(1000));
    expect([...mixed].sort()).toEqual([...texts(1000)].sort());
  });

  it('delay each frame by a time within the range', async () => {
    const { harness, a, b } = await pair({ delayMs: [10, 20] });
    a.send(b, ...texts(100));
    await harness.clock.advance(9);
    expect(b.frames).toEqual([]);
    await harness.clock.advance(11);
    expect(b.frames).toEqual(texts(100));
  });

  it('do not let a frame without delay pass a delayed one', async () => {
    const { harness, a, b } = await pair({ delayMs: [10, 10] });
    a.send(b, 'slow');
    harness.network.setFaults({});
    a.send(b, 'quick');
    await harness.settle();
    expect(b.frames).toEqual([]);
    await harness.clock.advance(10);
    expect(b.frames).toEqual(['slow', 'quick']);
  });

  it('are the same for the same seed, and others for another one', async () => {
    const faults: LinkFaults = { dropRate: 0.3, duplicateRate: 0.3, reorderRate: 0.3, delayMs: [0, 30] };
    const first = await arrivals(faults, 99);
    expect(await arrivals(faults, 99)).toEqual(first);
    expect(await arrivals(faults, 100)).not.toEqual(first);
    expect(new MemoryNetwork({ seed: 99 }).seed).toBe(99);
  });

  it('may be those of one link, one way', async () => {
    const { harness, a, b } = await pair({ delayMs: [5, 5] });
    harness.network.setLinkFaults('a', 'b', { dropRate: 1 });
    a.send(b, 'lost');
    b.send(a, 'late');
    await harness.clock.advance(5);
    expect([a.frames, b.frames]).toEqual([['late'], []]);
    harness.network.setLinkFaults('a', 'b', undefined);
    a.send(b, 'as everywhere');
    await harness.clock.advance(5);
    expect(b.frames).toEqual(['as everywhere']);
  });

  it('end, all of them, when the network is restored', async () => {
    const { harness, a, b } = await pair({ dropRate: 1 });
    harness.network.setLinkFaults('a', 'b', { dropRate: 1 });
    harness.network.isolate('b');
    harness.network.cut('a', 'b');
    harness.network.pause('a');
    harness.network.restore();
    a.send(b, 'x');
    await harness.settle();
    expect(b.frames).toEqual(['x']);
  });

  it('are counted, and told to whoever listens', async () => {
    const events: FrameEvent[] = [];
    const harness = new NetworkHarness({ onFrame: (event) => events.push(event) });
    const [a, b] = [await harness.join('a'), await harness.join('b')];
    expect(harness.network.frames).toEqual({
      sent: 0,
      delivered: 0,
      dropped: 0,
      duplicated: 0,
      reordered: 0,
      unreachable: 0,
    });
    await harness.clock.advance(7);
    a.send(b, 'x');
    await harness.settle();
    await b.connection.close();
    a.send(b, 'y');
    await harness.settle();
    expect(events.map(({ fate }) => fate)).toEqual(['sent', 'delivered', 'sent', 'unreachable']);
    expect(events[0]).toMatchObject({ from: a.address, to: b.address, atMs: 7 });
    expect(Buffer.from(events[0]?.frame ?? []).toString()).toBe('x');
    expect(harness.network.frames).toMatchObject({ sent: 2, delivered: 1, unreachable: 1 });
  });

  it('are refused, all problems at once, if they make no sense', () => {
    const make = (): MemoryNetwork =>
      new MemoryNetwork({ faults: { dropRate: 2, delayMs: [5, 1] }, maxFrameBytes: 0 });
    expect(make).toThrow(
      expect.objectContaining({
        code: 'CATGA_CONFIGURATION',
        message: expect.stringMatching(/faults\.dropRate.*faults\.delayMs.*least.*maxFrameBytes/),
      }),
    );
    expect(() => new MemoryNetwork().setFaults({ reorderRate: -1 })).toThrow(/reorderRate/);
  });
});
