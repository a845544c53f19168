import { InterruptedEngine } from '@catga/compliance/fixtures';
import { describe, expect, it } from '@jest/globals';
import { Message } from '../contracts/message.js';
import { Command, Query } from '../contracts/request.js';
import { memory } from '../memory/memory-engine.js';
import { memoryOutbox } from '../memory/memory-outbox.js';
import type { MemoryOutbox } from '../memory/memory-outbox.js';
import type { MessageTracer } from '../ports/message-tracer.js';
import type { Outbox } from '../ports/outbox-store.js';
import { nextTurn } from '../time/next-turn.js';
import { CatgaNode } from './catga-node.js';
import { Placed } from './outbox.fixture.js';
import { startNode } from './running-node.fixture.js';

@Message({ name: 'shop.place.v1' })
class Place extends Command<string> {
  constructor(readonly orderId: string) {
    super();
  }
}

class Find extends Query<string> {}

class Plain {}

const MINUTE = 60_000;
const transactional = (): MemoryOutbox => memoryOutbox({ transactions: true });

/** An outbox whose transactions cannot be opened while `isAway`. */
function awayOutbox(): Outbox & { isAway: boolean } {
  const inner = transactional();
  const outbox = {
    ...inner,
    isAway: false,
    async open(client: Parameters<Outbox['open']>[0]) {
      const store = await inner.open(client);
      const { inTransaction } = store as unknown as { inTransaction(work: unknown): Promise<unknown> };
      return Object.assign(store, {
        inTransaction: (work: unknown) =>
          outbox.isAway ? Promise.reject(new Error('no connection')) : inTransaction.call(store, work),
      });
    },
  };
  return outbox;
}

describe('a handler with transaction: true', () => {
  it('has the handle of its transaction, and what it publishes is sent after the commit', async () => {
    const handled: string[] = [];
    const { node } = await startNode(
      (it) =>
        it
          .handleRequest(
            Place,
            async (command, context) => {
              expect(context.transaction).toBeDefined();
              await context.publish(new Placed((command as Place).orderId, 1));
              for (let turn = 0; turn < 5; turn++) await nextTurn();
              expect(handled).toEqual([]);
              return 'placed';
            },
            { transaction: true },
          )
          .handleEvent(Placed, (event, context) => {
            expect(context.transaction).toBeUndefined();
            handled.push((event as Placed).orderId);
          }),
      { outbox: transactional() },
    );
    await expect(node.mediator.send(new Place('a'))).resolves.toBe('placed');
    await node.settled();
    expect(handled).toEqual(['a']);
  });

  it("does not run again for a repeated request, and the record is not the engine's", async () => {
    let runs = 0;
    let repeated = 0;
    const tracer: MessageTracer = { repeated: () => void repeated++ };
    const { node } = await startNode(
      (it) =>
        it.handleRequest(Place, (command) => `${(command as Place).orderId} ${++runs}`, {
          transaction: true,
        }),
      { outbox: transactional(), telemetry: [tracer] },
    );
    const send = (orderId: string): Promise<string> =>
      node.mediator.send(new Place(orderId), { messageId: 'id1' });
    await expect(Promise.all([send('a'), send('a')])).resolves.toEqual(['a 1', 'a 1']);
    await expect(send('a')).resolves.toBe('a 1');
    await expect(send('b')).rejects.toMatchObject({ code: 'CATGA_IDEMPOTENCY_MISMATCH' });
    expect([runs, repeated]).toEqual([1, 2]);
  });

  it('acknowledges a repeated delivery without running, at QoS 1 too', async () => {
    const engine = new InterruptedEngine(memory({ deduplicationWindowMs: 0 }));
    const handled: string[] = [];
    const repeated: unknown[] = [];
    const tracer: MessageTracer = { repeated: ({ subscription }) => void repeated.push(subscription) };
    const { node } = await startNode(
      (it) =>
        it.handleEvent(Placed, (event) => void handled.push((event as Placed).orderId), {
          transaction: true,
          name: 'Books',
        }),
      { engine, outbox: transactional(), telemetry: [tracer] },
    );
    for (let time = 0; time < 3; time++) {
      await node.mediator.publish(new Placed('a', 1), { messageId: 'id1' });
      await node.settled();
    }
    expect(engine.appended).toHaveLength(3);
    expect(handled).toEqual(['a']);
    expect(repeated).toEqual(['app.Books', 'app.Books']);
  });

  it('that fails leaves nothing behind, and the next attempt runs', async () => {
    const handled: string[] = [];
    const { node, clock } = await startNode(
      (it) =>
        it
          .handleRequest(
            Place,
            async (_, context) => {
              await context.publish(new Placed(`attempt ${context.attempt}`, 1));
              if (context.attempt === 1) throw new Error('again');
            },
            { transaction: true },
          )
          .handleEvent(Placed, (event) => void handled.push((event as Placed).orderId)),
      { outbox: transactional() },
    );
    await node.mediator.enqueue(new Place('a'));
    await clock.advance(MINUTE);
    await node.settled();
    expect(handled).toEqual(['attempt 2']);
  });

  it('waits without spending attempts while the database opens no transaction, and reports it', async () => {
    const outbox = awayOutbox();
    const attempts: number[] = [];
    const { node, clock } = await startNode(
      (it) =>
        it
          .handleEvent(Placed, (_, { attempt }) => void attempts.push(attempt), {
            transaction: true,
            maxAttempts: 2,
          })
          .handleRequest(Place, () => 'placed', { transaction: true }),
      { outbox },
    );
    outbox.isAway = true;
    await node.mediator.publish(new Placed('a', 1));
    await clock.advance(MINUTE);
    await expect(node.mediator.send(new Place('a'))).rejects.toMatchObject({
      code: 'CATGA_DATABASE_UNAVAILABLE',
      retryable: true,
      message: 'The transaction of shop.place.v1 could not begin: no connection',
    });
    expect([...node.failures.failures.values()].reduce((sum, n) => sum + n, 0)).toBeGreaterThan(0);
    outbox.isAway = false;
    await clock.advance(MINUTE);
    expect(attempts).toEqual([1]);
    await expect(node.deadLetters.list()).resolves.toMatchObject({ items: [] });
  });

  it.each([
    ['there is no outbox', undefined, true, /the node has no outbox/],
    ['the outbox opens none', memoryOutbox(), true, /the outbox 'memory' opens no transactions/],
    ['it names another database', transactional(), {}, /it names another database than that of the outbox/],
  ])('keeps the node from starting where %s', async (_, outbox, transaction, problem) => {
    const node = new CatgaNode({ ...(outbox !== undefined && { outbox }) });
    node.handleRequest(Place, () => 'placed', { transaction });
    await expect(node.init()).rejects.toMatchObject({
      code: 'CATGA_CONFIGURATION',
      message: expect.stringMatching(problem) as unknown,
    });
  });

  it('keeps the node from starting for messages that nothing repeats, and for a wrong option', async () => {
    const node = new CatgaNode({ outbox: transactional() })
      .handleRequest(Find, () => 'found', { transaction: true })
      .handleEvent(Plain, () => {}, { transaction: true })
      .handleRequest(Place, () => 'placed', { transaction: 'yes' as unknown as boolean });
    await expect(node.init()).rejects.toThrow(
      /Find has QoS 0.*\n.*transaction: must be true.*\n.*Plain has QoS 0/,
    );
  });

  it('may say false', async () => {
    const { node } = await startNode((it) => it.handleRequest(Place, () => 'placed', { transaction: false }));
    await expect(node.mediator.send(new Place('a'))).resolves.toBe('placed');
  });
});
