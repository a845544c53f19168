import { describe, expect, it } from '@jest/globals';
import { NetworkHarness, texts } from './memory-network.fixture.js';

describe('the links of a memory network', () => {
  it('carry frames to the node they are for, in the order they were sent', async () => {
    const harness = new NetworkHarness();
    const [a, b, c] = [await harness.join('a'), await harness.join('b'), await harness.join('c')];
    a.send(b, ...texts(1000));
    a.send(c, 'for c');
    b.send(a, 'back');
    await harness.settle();
    expect([a.frames, b.frames, c.frames]).toEqual([['back'], texts(1000), ['for c']]);
  });

  it('let a node send to itself', async () => {
    const harness = new NetworkHarness();
    const a = await harness.join('a');
    harness.network.isolate('a');
    a.send(a, 'note to self');
    await harness.settle();
    expect(a.frames).toEqual(['note to self']);
  });

  it('never deliver within the call that sends, nor within another delivery', async () => {
    const harness = new NetworkHarness();
    let depth = 0;
    let deepest = 0;
    const b = await harness.join('b');
    const a = await harness.join('a', {
      onFrame: (text) => {
        deepest = Math.max(deepest, ++depth);
        if (text !== 'f9') a.send(a, `f${a.frames.length}`);
        depth--;
      },
    });
    b.send(a, 'f0');
    expect(a.frames).toEqual([]);
    await harness.settle();
    expect([a.frames, deepest]).toEqual([texts(10), 1]);
  });

  it('let the event loop go on while nodes answer each other without end', async () => {
    const harness = new NetworkHarness();
    const b = await harness.join('b', { onFrame: () => b.send(a, 'pong') });
    const a = await harness.join('a', { onFrame: () => a.send(b, 'ping') });
    a.send(b, 'ping');
    await new Promise((resolve) => setImmediate(resolve));
    harness.network.cut('a', 'b');
    expect(b.frames.length).toBeGreaterThan(0);
  });

  it('copy a frame, so that its sender may use the buffer again', async () => {
    const harness = new NetworkHarness({ faults: { duplicateRate: 1 } });
    const [a, b] = [await harness.join('a'), await harness.join('b')];
    const buffer = Buffer.from('first');
    a.links?.send(b.address, buffer);
    buffer.write('other');
    await harness.settle();
    expect(b.frames).toEqual(['first', 'first']);
  });

  it('give each listener bytes of its own, also of a frame that arrives twice', async () => {
    const harness = new NetworkHarness({ faults: { duplicateRate: 1 } });
    const a = await harness.join('a');
    const kept: Uint8Array[] = [];
    await a.connection.openLinks?.(
      { nodeId: 'a', incarnation: 2 },
      { received: (frame) => kept.push(frame), unreachable: () => {} },
    );
    a.links?.send({ nodeId: 'a', incarnation: 2 }, Buffer.from('x'));
    await harness.settle();
    kept[0]?.fill(0);
    expect(kept.map((frame) => frame[0])).toEqual([0, 'x'.charCodeAt(0)]);
  });

  it('tell the sender, afterwards, that nobody is at an address', async () => {
    const harness = new NetworkHarness();
    const a = await harness.join('a');
    const nobody = { nodeId: 'nobody', incarnation: 1 };
    a.links?.send(nobody, Buffer.from('x'));
    expect(a.lost).toEqual([]);
    await harness.settle();
    expect(a.lost).toEqual([nobody]);
  });

  it('do not take a restarted node for the one before', async () => {
    const harness = new NetworkHarness();
    const a = await harness.join('a');
    const before = await harness.join('b');
    await before.connection.close();
    const after = await harness.join('b', { incarnation: 2 });
    a.send(before, 'old');
    a.send(after, 'new');
    await harness.settle();
    expect([before.frames, after.frames, a.lost]).toEqual([[], ['new'], [before.address]]);
  });

  it('refuse a second node at one address', async () => {
    const harness = new NetworkHarness();
    await harness.join('a');
    await expect(harness.join('a')).rejects.toMatchObject({ code: 'CATGA_CONFIGURATION' });
  });

  it('keep namespaces apart', async () => {
    const harness = new NetworkHarness();
    const a = await harness.join('a');
    const stranger = await harness.join('b', { namespace: 'other' });
    a.send(stranger, 'x');
    await harness.settle();
    expect([stranger.frames, a.lost]).toEqual([[], [stranger.address]]);
  });

  it('take no frame that is too large, and one that is as large as allowed', async () => {
    const harness = new NetworkHarness({ maxFrameBytes: 10 });
    const [a, b] = [await harness.join('a'), await harness.join('b')];
    expect(a.links?.maxFrameBytes).toBe(10);
    a.send(b, 'x'.repeat(10));
    expect(() => a.send(b, 'x'.repeat(11))).toThrow(
      expect.objectContaining({
        code: 'CATGA_PAYLOAD_TOO_LARGE',
        details: { bytes: 11, maxFrameBytes: 10 },
      }),
    );
    await harness.settle();
    expect(b.frames).toEqual(['x'.repeat(10)]);
    expect((await new NetworkHarness().join('c')).links?.maxFrameBytes).toBeGreaterThan(1024 * 1024);
  });

  it('end with the connection: frames to the node are unreachable, and it sends none', async () => {
    const harness = new NetworkHarness();
    const [a, b] = [await harness.join('a'), await harness.join('b')];
    b.send(a, 'last words');
    await b.connection.close();
    a.send(b, 'too late');
    expect(() => b.send(a, 'x')).toThrow(expect.objectContaining({ code: 'CATGA_ENGINE_UNAVAILABLE' }));
    await expect(b.connection.openLinks?.(b.address, b)).rejects.toMatchObject({
      code: 'CATGA_ENGINE_UNAVAILABLE',
    });
    await harness.settle();
    expect([a.frames, a.lost, b.frames]).toEqual([['last words'], [b.address], []]);
    expect(harness.network.connectedNodes).toEqual(['a']);
  });

  it('report frames that were under way when the node closed', async () => {
    const harness = new NetworkHarness({ faults: { delayMs: [5, 5] } });
    const [a, b] = [await harness.join('a'), await harness.join('b')];
    a.send(b, 'x');
    await b.connection.close();
    await harness.clock.advance(5);
    expect(a.lost).toEqual([b.address]);
  });

  it('flush at once', async () => {
    const harness = new NetworkHarness();
    const a = await harness.join('a');
    await expect(a.links?.flush()).resolves.toBeUndefined();
  });
});
