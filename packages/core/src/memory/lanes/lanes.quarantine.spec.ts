import { describe, expect, it } from '@jest/globals';
import type { LogDelivery } from '../../ports/durable-log.js';
import { MemoryEngine } from '../memory-engine.js';
import { resolveMemoryEngineOptions } from '../memory-engine-options.js';
import { TestClock } from '../../time/test-clock.js';
import { storedMessage, subscription } from '../memory.fixture.js';
import { nodeInfo } from './lanes.fixture.js';

const KILLER = 'killer';

/** One node after another of one service, each of which ends when it begins an event that ends processes. */
class Service {
  readonly clock = new TestClock();
  /** Which attempts the killer began. */
  readonly killed: number[] = [];
  /** What was done, by all nodes. */
  readonly done: string[] = [];
  /** How many others were under way when a node ended. */
  readonly taken: number[] = [];
  readonly deadLetters: string[] = [];
  private readonly engine = new MemoryEngine(resolveMemoryEngineOptions({ lanes: 1 }));
  private starts = 0;

  constructor(private readonly maxAttempts: number) {}

  async store(ids: readonly string[], keyOf: (id: string) => string): Promise<void> {
    const publisher = await this.connect('publisher');
    await (await publisher.log.subscribe(subscription(), () => {})).stop();
    await Promise.all(
      ids.map((id) => publisher.log.append(storedMessage(id, { key: keyOf(id) }), { isFresh: true })),
    );
  }

  /** Starts a node and lets so much time pass. It may be killed then. */
  async start(forMs = 2000, isKilled = false): Promise<void> {
    const connection = await this.connect('node');
    const running = new Set<LogDelivery>();
    let isUp = true;
    await connection.log.subscribe(subscription(), (delivery) => {
      const { messageId } = delivery.message;
      if (!isUp) return;
      if (delivery.attempt > this.maxAttempts) {
        this.deadLetters.push(messageId);
        void delivery.ack();
        return;
      }
      running.add(delivery);
      this.clock.setTimer(1, () => {
        if (!isUp) return;
        running.delete(delivery);
        if (messageId === KILLER) {
          isUp = false;
          this.killed.push(delivery.attempt);
          this.taken.push(running.size);
          connection.abandon();
          return;
        }
        this.done.push(messageId);
        void delivery.ack();
      });
    });
    await connection.directory.announce(nodeInfo('node', ++this.starts));
    await this.clock.advance(forMs);
    if (!isKilled) return;
    isUp = false;
    connection.abandon();
  }

  private connect(nodeId: string) {
    return this.engine.connect({ namespace: 'test', nodeId, clock: this.clock, heartbeatTimeoutMs: 1000 });
  }
}

const others = Array.from({ length: 300 }, (_, index) => `e${index}`);
/** Thirty keys; the killer is one of many of its key. */
const keyOf = (id: string): string => `k${id === KILLER ? 7 : Number(id.slice(1)) % 30}`;
const withKiller = [...others.slice(0, 150), KILLER, ...others.slice(150)];

describe('an event that ends its process', () => {
  it.each([
    [5, 5],
    [3, 3],
    [1, 3],
  ])(
    'with %d attempts begins %d times, and is a dead letter then; nothing else is',
    async (maxAttempts, begins) => {
      const service = new Service(maxAttempts);
      await service.store(withKiller, keyOf);
      for (let start = 0; start < 10; start++) await service.start();
      expect(service.killed).toHaveLength(begins);
      expect(service.deadLetters).toEqual([KILLER]);
      expect(new Set(service.done)).toEqual(new Set(others));
    },
  );

  it('takes nothing along once it is known that something ends processes', async () => {
    const service = new Service(5);
    await service.store(withKiller, keyOf);
    for (let start = 0; start < 10; start++) await service.start();
    expect(service.taken.slice(2)).toEqual([0, 0, 0]);
  });
});

describe('a service whose nodes are killed for other reasons', () => {
  it('handles by itself only what may have begun, and the backlog behind it side by side', async () => {
    const service = new Service(5);
    const backlog = Array.from({ length: 3000 }, (_, index) => `e${index}`);
    await service.store(backlog, keyOf);
    for (let kill = 0; kill < 4; kill++) await service.start(3, true);
    expect(service.done.length).toBeLessThan(2000);
    // One after the other the rest would take more than a second.
    await service.start(700);
    expect(service.deadLetters).toEqual([]);
    expect(new Set(service.done)).toEqual(new Set(backlog));
  });
});
