import { InterruptedEngine } from '@catga/compliance/fixtures';
import { describe, expect, it } from '@jest/globals';
import { Message } from '../contracts/message.js';
import { Command } from '../contracts/request.js';
import { memory } from '../memory/memory-engine.js';
import { memoryOutbox } from '../memory/memory-outbox.js';
import type { MemoryOutbox } from '../memory/memory-outbox.js';
import { nextTurn } from '../time/next-turn.js';
import { Placed, startWithOutbox } from './outbox.fixture.js';
import type { NodeWithOutbox } from './outbox.fixture.js';
import { startNode } from './running-node.fixture.js';

const MINUTE = 60_000;

class Plain {}

class Ship extends Command {}

async function startTransactional(): Promise<NodeWithOutbox & { readonly outbox: MemoryOutbox }> {
  const outbox = memoryOutbox({ transactions: true });
  const started = await startWithOutbox({ outbox });
  await started.node.settled(); // has looked into the store
  return { ...started, outbox };
}

describe('a reliable message in a transaction of the outbox', () => {
  it('is sent once it commits, without waiting for a poll, and not before', async () => {
    const { outbox, publish, engine, node, handled } = await startTransactional();
    await outbox.run(async () => {
      await publish('a1', 'a2');
      for (let turn = 0; turn < 10; turn++) await nextTurn();
      expect(engine.attempts).toBe(0);
    });
    await node.settled();
    expect(handled).toEqual(['a1', 'a2']);
  });

  it('is dropped if it is rolled back', async () => {
    const { outbox, publish, engine, clock, node } = await startTransactional();
    const failing = outbox.run(async () => {
      await publish('a1');
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await clock.advance(MINUTE);
    expect(engine.attempts).toBe(0);
    await expect(node.outbox.counts()).resolves.toEqual({ waiting: 0, parked: 0 });
  });

  it('joins the transaction whose handle is given, outside of it too', async () => {
    const { outbox, node, handled } = await startTransactional();
    let publish = async (): Promise<void> => {};
    await outbox.run(async (transaction) => {
      publish = () => node.mediator.publish(new Placed('a', 1), { transaction });
      await publish();
      await node.mediator.publishBatch([new Placed('a', 2), new Placed('a', 3)], { transaction });
      await node.settled();
      expect(handled).toEqual([]);
    });
    await node.settled();
    expect(handled).toEqual(['a1', 'a2', 'a3']);
    await expect(publish()).rejects.toMatchObject({ code: 'CATGA_CONFIGURATION' }); // it has ended
  });

  it('is refused without an outbox that joins transactions, and so is one that is not stored', async () => {
    const { node } = await startWithOutbox();
    await expect(node.mediator.publish(new Placed('a', 1), { transaction: {} })).rejects.toMatchObject({
      code: 'CATGA_UNSUPPORTED',
      message: expect.stringContaining('Set the option outbox') as unknown,
    });
    const { node: other, outbox } = await startTransactional();
    await outbox.run(async (transaction) => {
      await expect(other.mediator.publish(new Plain(), { transaction })).rejects.toMatchObject({
        code: 'CATGA_UNSUPPORTED',
        message: expect.stringContaining('@ReliableEvent()') as unknown,
      });
      await expect(other.mediator.broadcast(new Placed('a', 1), { transaction })).rejects.toMatchObject({
        code: 'CATGA_UNSUPPORTED',
      });
    });
  });

  it('goes straight to the engine outside of transactions', async () => {
    const { publish, engine, node } = await startTransactional();
    await publish('a1');
    expect(engine.attempts).toBe(1);
    await expect(node.outbox.counts()).resolves.toEqual({ waiting: 0, parked: 0 });
  });

  it('that is published outside goes behind those of its key that are being sent', async () => {
    const { outbox, publish, engine, node, handled } = await startTransactional();
    await outbox.run(() => publish('a1', 'a2', 'a3'));
    await publish('a4', 'b1');
    await node.settled();
    expect(handled.filter((step) => step.startsWith('a'))).toEqual(['a1', 'a2', 'a3', 'a4']);
    expect(engine.appended).toHaveLength(5);
  });

  it('waits while the engine is away, and is sent in order when it is back, from one node or two', async () => {
    const engine = new InterruptedEngine(memory());
    const outbox = memoryOutbox({ transactions: true });
    const one = await startWithOutbox({ outbox, engine, nodeId: 'one' });
    const two = await startWithOutbox({ outbox, engine, nodeId: 'two' }, { clock: one.clock });
    engine.weather = 'away';
    for (let step = 0; step < 20; step += 2) {
      await outbox.run(() => one.publish(`a${step}`, `b${step}`));
      await two.publish(`a${step + 1}`);
    }
    await one.clock.advance(1_000);
    engine.weather = 'fine';
    for (let round = 0; round < 10; round++) await one.clock.advance(10_000);
    const sent = [...new Set(engine.appended.map(({ messageId }) => messageId))];
    expect(sent.filter((id) => id.startsWith('a'))).toEqual(
      Array.from({ length: 20 }, (_, step) => `a${step}`),
    );
    expect(sent).toHaveLength(30);
    await expect(one.node.outbox.counts()).resolves.toEqual({ waiting: 0, parked: 0 });
    // And the way is short again.
    const before = engine.attempts;
    await two.publish('c1');
    expect(engine.attempts).toBe(before + 1);
  });

  it('of a queued command keeps the time it was to run at', async () => {
    const outbox = memoryOutbox({ transactions: true });
    const times: number[] = [];
    const { node, clock } = await startNode(
      (it) => it.handleRequest(Ship, () => void times.push(clock.monotonicMs())),
      { outbox },
    );
    await outbox.run(() => node.mediator.enqueue(new Ship(), { delayMs: MINUTE }));
    await clock.advance(2 * MINUTE);
    expect(times).toEqual([MINUTE]);
  });

  it('that a dead node left is sent by another after a few seconds', async () => {
    const outbox = memoryOutbox({ transactions: true });
    const { clock, handled, node } = await startWithOutbox({ outbox });
    await node.settled();
    // Committed by a process that did not live to send it.
    const store = await outbox.open({
      namespace: 'catga',
      nodeId: 'dead',
      committed() {},
      known: () => [],
      resolve() {},
    });
    const body = Buffer.from('{"orderId":"x","step":1}');
    const message = { messageId: 'x1', name: 'shop.placed.v1', kind: 'event', body, key: 'x' } as const;
    const rest = {
      serializer: 'json',
      headers: {},
      correlationId: 'x1',
      causationId: undefined,
      history: [],
    };
    await store.add([{ message: { ...message, ...rest, originNodeId: 'dead', sentAtMs: 0 } }]);
    expect(handled).toEqual([]);
    await clock.advance(5_000);
    expect(handled).toEqual(['x1']);
  });

  @Message({ name: 'shop.refused.v1' })
  class Refused extends Command {}

  it('is parked if the engine refuses it, and sent again on request', async () => {
    const outbox = memoryOutbox({ transactions: true });
    const engine = new InterruptedEngine(memory());
    const ran: string[] = [];
    const { node } = await startNode((it) => it.handleRequest(Refused, () => void ran.push('ran')), {
      outbox,
      engine,
    });
    await node.settled();
    engine.weather = Object.assign(new Error('never'), { retryable: false });
    await outbox.run(() => node.mediator.enqueue(new Refused()));
    await node.settled();
    const [parked] = await node.outbox.parked();
    expect(parked).toMatchObject({ message: { name: 'shop.refused.v1' }, failure: { attempts: 1 } });
    engine.weather = 'fine';
    await node.outbox.resend(parked!.id);
    await node.settled();
    expect(ran).toEqual(['ran']);
  });
});

describe('a node that stops with committed messages', () => {
  it('sends them first if the engine is back in time, and tries by its pauses until then', async () => {
    const { outbox, publish, engine, clock, node } = await startTransactional();
    engine.weather = 'away';
    await outbox.run(() => publish('a1', 'a2'));
    await clock.advance(1_000);
    const before = engine.attempts;
    const stopped = node.stop();
    await clock.advance(5_000);
    expect(engine.attempts - before).toBeLessThan(40);
    engine.weather = 'fine';
    await clock.advance(4_999);
    await stopped;
    expect(engine.appended.map(({ messageId }) => messageId)).toEqual(['a1', 'a2']);
  });

  it('leaves them to the others if the store outlasts it', async () => {
    const inner = memoryOutbox({ transactions: true });
    const outbox = { ...inner, capabilities: { ...inner.capabilities, isLasting: true } };
    const { publish, engine, clock, node } = await startWithOutbox({ outbox });
    await node.settled();
    engine.weather = 'away';
    await inner.run(() => publish('a1'));
    await clock.advance(1_000);
    const before = engine.attempts;
    await node.stop();
    expect(engine.attempts).toBe(before + 1);
    const other = await startWithOutbox({ outbox });
    await other.node.settled();
    expect(other.handled).toEqual(['a1']);
  });
});
