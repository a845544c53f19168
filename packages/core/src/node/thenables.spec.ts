// oxlint-disable unicorn/no-thenable -- thenables are what is tested
import { describe, expect, it } from '@jest/globals';
import type { Behavior } from '../contracts/behavior.js';
import { Message, ReliableEvent } from '../contracts/message.js';
import { Command, Query } from '../contracts/request.js';
import { Gate, startNode } from './running-node.fixture.js';

class Store extends Command<string> {}
class Find extends Query<string> {}
class Stored {}
@ReliableEvent()
class Billed {}

/** What a query builder gives: it begins its work when `then` is called, and is no instance of `Promise`. */
class QueryBuilder<T> implements PromiseLike<T> {
  runs = 0;
  constructor(
    private readonly gate: Gate,
    private readonly rows: T,
  ) {}

  then<A = T, B = never>(
    onDone?: ((rows: T) => A | PromiseLike<A>) | null,
    onError?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.runs++;
    return this.gate.opened.then(() => this.rows).then(onDone, onError);
  }
}

describe('a handler that returns a query rather than a promise', () => {
  it.each(['send', 'sendBatch', 'sendStream'] as const)(
    'holds its place until the query has run, if it is asked by %s',
    async (way) => {
      const gate = new Gate();
      const builder = new QueryBuilder(gate, 'row');
      const { node } = await startNode((it) => it.handleRequest(Find, (_query) => builder));
      const results =
        way === 'send'
          ? node.mediator.send(new Find())
          : way === 'sendBatch'
            ? node.mediator.sendBatch([new Find()])
            : node.mediator.sendStream([new Find()])[Symbol.asyncIterator]().next();
      await Promise.resolve();
      expect(node.mediator.self.load.inFlight).toBe(1);
      gate.open();
      await expect(results).resolves.toEqual(
        way === 'send'
          ? 'row'
          : way === 'sendBatch'
            ? [{ ok: true, value: 'row' }]
            : { done: false, value: { ok: true, value: 'row' } },
      );
      expect(node.mediator.self.load.inFlight).toBe(0);
      expect(builder.runs).toBe(1);
    },
  );

  it('counts towards maxInFlight', async () => {
    const gate = new Gate();
    const { node } = await startNode(
      (it) => it.handleRequest(Find, (_query) => new QueryBuilder(gate, 'row')),
      { concurrency: { maxInFlight: 1, maxQueued: 0 } },
    );
    const first = node.mediator.send(new Find());
    await expect(node.mediator.send(new Find())).rejects.toMatchObject({ code: 'CATGA_OVERLOADED' });
    gate.open();
    await expect(first).resolves.toBe('row');
  });

  it.each([
    ['a request', new Find()],
    ['a recorded command', new Store()],
    ['an event', new Stored()],
    ['a reliable event', new Billed()],
  ])('is waited for by a node that stops, if it handles %s', async (_, message) => {
    const order: string[] = [];
    const gate = new Gate();
    const begun = new Gate();
    const handler = (_message: object): PromiseLike<string> => {
      begun.open();
      return new QueryBuilder(gate, 'row');
    };
    const { node } = await startNode((it) =>
      it
        .handleRequest(Find, handler)
        .handleRequest(Store, handler)
        .handleEvent(Stored, handler)
        .handleEvent(Billed, handler),
    );
    const { mediator } = node;
    const sent =
      message instanceof Store
        ? mediator.send(message, { messageId: 'one' })
        : message instanceof Find
          ? mediator.send(message)
          : mediator.publish(message);
    await begun.opened;
    const stopped = node.stop().then(() => order.push('stopped'));
    for (let turn = 0; turn < 50; turn++) await Promise.resolve();
    order.push('query ended');
    gate.open();
    await Promise.all([sent, stopped]);
    expect(order).toEqual(['query ended', 'stopped']);
  });

  it('frees its place once, whatever its `then` does', async () => {
    const { node } = await startNode((it) =>
      it.handleRequest(Find, (_query) => ({
        then(resolve: (value: string) => void, reject: (reason: Error) => void) {
          resolve('row');
          resolve('another');
          reject(new Error('late'));
        },
      })),
    );
    const { mediator } = node;
    await expect(mediator.send(new Find())).resolves.toBe('row');
    await expect(mediator.sendBatch([new Find()])).resolves.toEqual([{ ok: true, value: 'row' }]);
    expect(mediator.self.load.inFlight).toBe(0);
  });

  it('fails its caller and frees its place if `then` cannot even be read', async () => {
    const error = new Error('revoked');
    const { node } = await startNode((it) =>
      it.handleRequest(Find, (_query) => ({
        get then(): never {
          throw error;
        },
      })),
    );
    await expect(node.mediator.send(new Find())).rejects.toBe(error);
    await expect(node.mediator.sendBatch([new Find()])).resolves.toEqual([{ ok: false, error }]);
    expect(node.mediator.self.load.inFlight).toBe(0);
  });
});

describe('a behavior that returns no promise', () => {
  it.each<[string, unknown]>([
    ['a value', 'kept'],
    ['a thenable', { then: (resolve: (value: string) => void) => resolve('kept') }],
  ])('but %s, answers with it', async (_, answer) => {
    const behavior = { handle: () => answer } as unknown as Behavior;
    for (const behaviors of [[behavior], [behavior, behavior], [behavior, behavior, behavior]]) {
      const { node } = await startNode((it) => it.handleRequest(Find, (_query) => 'row'), { behaviors });
      await expect(node.mediator.send(new Find())).resolves.toBe('kept');
    }
  });
});

describe('a schema that returns a thenable', () => {
  const later = (result: object): PromiseLike<object> =>
    ({ then: (resolve: (value: object) => void) => resolve(result) }) as PromiseLike<object>;
  const schema = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: () => later({ issues: [{ message: 'is closed' }] }) as never,
    },
  } as const;

  it('of issues refuses the message', async () => {
    @Message({ schema })
    class Reserve extends Command<void> {}
    const { node } = await startNode((it) => it.handleRequest(Reserve, () => {}));
    await expect(node.mediator.send(new Reserve())).rejects.toMatchObject({
      code: 'CATGA_VALIDATION_FAILED',
      message: 'Reserve is invalid: is closed',
    });
  });
});
