import { describe, expect, it } from '@jest/globals';
import { MemoryNetwork } from '@catga/core';
import { SeededRandom } from '@catga/core/engine';
import type { EngineConnection } from '@catga/core/engine';
import { ProxiedEngine } from '@catga/compliance/fixtures';
import { Declined, Fulfilment, OrderPlaced, Paid, TestShop } from './fulfilment.fixture.js';
import { minutes } from './index.js';

const SAGA = 'shop.fulfilment';
const SAGAS = 120;
const SEEDS = [1, 2, 3, 4, 5, 6];

/** Engine whose log and records take a while, so that a node may be killed between any two calls. */
class SlowEngine extends ProxiedEngine {
  constructor(
    network: MemoryNetwork,
    private readonly delay: () => Promise<void>,
  ) {
    super(network);
  }

  protected portsOf({ log, records }: EngineConnection): Partial<EngineConnection> {
    if (records === undefined) throw new Error('The engine keeps no records.');
    return {
      records: {
        maxValueBytes: records.maxValueBytes,
        list: (prefix) => records.list(prefix),
        page: (...request) => records.page(...request),
        remove: (...request) => records.remove(...request),
        read: (key) => this.delay().then(() => records.read(key)),
        write: (...request) => this.delay().then(() => records.write(...request)),
      },
      log: {
        append: (...request) => this.delay().then(() => log.append(...request)),
        subscribe: (...request) => log.subscribe(...request),
      },
    };
  }
}

/** Sagas on three nodes of which one is killed every few seconds, with handlers that fail and customers who do not pay. */
async function storm(seed: number): Promise<void> {
  const seeded = new SeededRandom(seed);
  const random = (): number => seeded.next();
  const network = new MemoryNetwork({ seed });
  const shop = new TestShop(network);
  const { clock } = shop;
  const wait = (ms: number): Promise<void> => new Promise((resolve) => void clock.setTimer(ms, resolve));
  const engine = new SlowEngine(network, () => wait(random() * 40));
  shop.shop.before = async (what, { attempt }) => {
    if (random() < 0.3) await wait(random() * 300);
    if (attempt < 4 && random() < 0.1) throw Object.assign(new Error('away'), { code: 'ECONNRESET' });
    const number = Number(what.split(' o')[1]);
    if (what.startsWith('Charge') && number % 5 === 0) throw new Declined('no money');
  };
  const options = { engine, retry: { maxAttempts: 12, initialDelayMs: 300, jitter: false } };
  const NODES = ['one', 'two', 'three'];
  for (const nodeId of NODES) await shop.start(nodeId, [Fulfilment], options);
  const living = (): string[] => NODES.filter((nodeId) => network.connectedNodes.includes(nodeId));
  for (let index = 0; index < SAGAS; index++) {
    const publisher = shop.nodes.get(living()[0] ?? 'one')?.node.mediator;
    const times = random() < 0.3 ? 2 : 1;
    for (let time = 0; time < times; time++)
      void publisher?.publish(new OrderPlaced(`o${index}`, 1), { messageId: `placed-${index}` });
    if (index % 2 === 0) {
      clock.setTimer(random() * 20_000, () => {
        const { mediator } = shop.nodes.get(living()[0] ?? 'one')!.node;
        void mediator.publish(new Paid(`o${index}`), { messageId: `paid-${index}` }).catch(() => {});
      });
    }
    if (index % 8 === 7) {
      const [, victim] = living();
      await shop.clock.advance(20);
      if (victim !== undefined) network.crash(victim);
      await shop.pass(3000);
      for (const nodeId of NODES)
        if (!living().includes(nodeId)) await shop.start(nodeId, [Fulfilment], options);
    }
    await shop.clock.advance(random() * 200);
  }
  await shop.pass(60_000);
  await clock.advance(minutes(16));
  await shop.pass(60_000);
  const { sagas, node } = shop.nodes.get(living()[0] ?? 'one')!;
  // Handlers run at least once: those of real services are idempotent.
  const did = new Set(shop.shop.ledger);
  const ends = new Set<string | undefined>();
  for (let index = 0; index < SAGAS; index++) {
    const id = `o${index}`;
    const reading = sagas.get(SAGA, id);
    await clock.advance(40);
    const found = await reading;
    ends.add(found?.status);
    const where = `seed ${seed}, ${id}`;
    expect([where, ['completed', 'compensated']]).toEqual([where, expect.arrayContaining([found?.status])]);
    const has = (what: string): boolean => did.has(`${what} ${id}`);
    if (found?.status === 'completed') expect([where, has('Fulfilled'), index % 2]).toEqual([where, true, 0]);
    else {
      // Whatever had an effect is undone.
      expect([where, has('ReserveStock')]).toEqual([where, has('ReleaseStock')]);
      expect([where, has('Charge')]).toEqual([where, has('Refund')]);
    }
  }
  expect([seed, ends.size]).toEqual([seed, 2]);
  const letters = await node.deadLetters.list();
  expect([seed, letters.items.map(({ name, error }) => `${name}: ${error.message}`)]).toEqual([seed, []]);
  await shop.stop();
}

describe('a storm of sagas', () => {
  it.each(SEEDS)(
    'ends each of them in an allowed way, with every effect undone or wanted: seed %d',
    async (seed) => {
      await storm(seed);
    },
  );
});
