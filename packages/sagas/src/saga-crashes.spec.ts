import { afterEach, describe, expect, it } from '@jest/globals';
import { CatgaError, MemoryNetwork, memory } from '@catga/core';
import type { EngineConnection } from '@catga/core/engine';
import { ProxiedEngine } from '@catga/compliance/fixtures';
import { Declined, Fulfilment, OrderPlaced, Paid, TestShop } from './fulfilment.fixture.js';

const SAGA = 'shop.fulfilment';

/** Engine that fails one call of its log and its records: it does not arrive, or its answer is lost. */
class FailingEngine extends ProxiedEngine {
  calls = 0;
  failAt = Infinity;
  isAnswerLost = false;
  /** What else happens then. */
  onFailure = (): void => {};

  protected portsOf({ log, records }: EngineConnection): Partial<EngineConnection> {
    if (records === undefined) throw new Error('The engine keeps no records.');
    return {
      records: {
        maxValueBytes: records.maxValueBytes,
        list: (prefix) => records.list(prefix),
        page: (...request) => records.page(...request),
        remove: (...request) => records.remove(...request),
        read: (key) => this.failing(() => records.read(key)),
        write: (...request) => this.failing(() => records.write(...request)),
      },
      log: {
        append: (...request) => this.failing(() => log.append(...request)),
        subscribe: (...request) => log.subscribe(...request),
      },
    };
  }

  private async failing<T>(ask: () => Promise<T>): Promise<T> {
    this.calls += 1;
    if (this.calls !== this.failAt) return ask();
    if (this.isAnswerLost) await ask();
    this.onFailure();
    throw away();
  }
}

function away(): CatgaError {
  return new CatgaError('CATGA_ENGINE_UNAVAILABLE', 'The broker is away.');
}

describe('a step of a saga that is interrupted', () => {
  let shop: TestShop;
  afterEach(() => shop.stop());

  /** A whole saga, with one call of it interrupted. Resolves with the number of calls. */
  async function play(failAt: number, isAnswerLost: boolean): Promise<number> {
    const engine = new FailingEngine(memory());
    shop = new TestShop(engine);
    shop.shop.before = (what) => {
      if (what === 'Charge o2') throw new Declined('no money');
    };
    const { node, sagas } = await shop.start('one', [Fulfilment], {
      retry: { maxAttempts: 10, initialDelayMs: 500, jitter: false },
    });
    await node.mediator.publish(new OrderPlaced('o1', 100));
    await node.mediator.publish(new OrderPlaced('o2', 100));
    await node.mediator.publish(new Paid('o1', 5));
    engine.calls = 0;
    engine.failAt = failAt;
    engine.isAnswerLost = isAnswerLost;
    await shop.pass(5000);
    engine.failAt = Infinity;
    const { calls } = engine;
    await node.mediator.publish(new Paid('o1'));
    await shop.pass(5000);
    const ledger = shop.shop.ledger.toSorted();
    const what = `call ${failAt}, answer lost: ${isAnswerLost}`;
    expect([what, ledger]).toEqual([
      what,
      ['Charge o1', 'Fulfilled o1', 'ReleaseStock o2', 'ReserveStock o1', 'ReserveStock o2'],
    ]);
    await expect(sagas.get(SAGA, 'o1')).resolves.toMatchObject({
      status: 'completed',
      state: { parts: [5, 0] },
    });
    await expect(sagas.get(SAGA, 'o2')).resolves.toMatchObject({ status: 'compensated', reason: 'no money' });
    await expect(node.deadLetters.list()).resolves.toMatchObject({ items: [] });
    await shop.stop();
    return calls;
  }

  it.each([
    ['does not arrive', false],
    ['loses its answer', true],
  ])('at any call that %s has every effect once, and costs no attempt', async (_, isAnswerLost) => {
    const calls = await play(Infinity, isAnswerLost);
    expect(calls).toBeGreaterThan(20);
    for (let failAt = 1; failAt <= calls; failAt++) await play(failAt, isAnswerLost);
  });

  /** A saga whose node is killed at one call, and another one that takes over. */
  async function kill(failAt: number, isAnswerLost: boolean): Promise<number> {
    const network = new MemoryNetwork();
    const engine = new FailingEngine(network);
    shop = new TestShop(network);
    const retry = { maxAttempts: 20, initialDelayMs: 500, jitter: false };
    const { node } = await shop.start('one', [Fulfilment], { engine, retry });
    const other = await shop.start('two', [], { serve() {} });
    await node.mediator.publish(new OrderPlaced('o1', 100));
    engine.calls = 0;
    engine.failAt = failAt;
    engine.isAnswerLost = isAnswerLost;
    engine.onFailure = () => network.crash('one');
    await shop.pass(1000);
    const { calls } = engine;
    await shop.start('three', [Fulfilment], { retry });
    await shop.pass(24_000);
    await other.node.mediator.publish(new Paid('o1'));
    await shop.pass(4000);
    const what = `killed at call ${failAt}, before its answer: ${isAnswerLost}`;
    const found = await shop.nodes.get('three')?.sagas.get(SAGA, 'o1');
    expect([what, found?.status]).toEqual([what, 'completed']);
    // What was being handled on the killed node is handled again: commands are handled at least once.
    expect([...new Set(shop.shop.ledger)].toSorted()).toEqual([
      'Charge o1',
      'Fulfilled o1',
      'ReserveStock o1',
    ]);
    await expect(other.node.deadLetters.list()).resolves.toMatchObject({ items: [] });
    await shop.stop();
    return calls;
  }

  it('by SIGKILL at any call is taken up by another node', async () => {
    const calls = await kill(Infinity, false);
    expect(calls).toBeGreaterThan(7);
    for (let failAt = 1; failAt <= calls; failAt++)
      for (const isAnswerLost of [false, true]) await kill(failAt, isAnswerLost);
  });
});
