import { describe, expect, it } from '@jest/globals';
import type { LogDelivery } from '../../ports/durable-log.js';
import { MemoryEngine } from '../memory-engine.js';
import { resolveMemoryEngineOptions } from '../memory-engine-options.js';
import { TestClock } from '../../time/test-clock.js';
import { storedMessage, subscription } from '../memory.fixture.js';
import { nodeInfo } from './lanes.fixture.js';

const KILLER = 'killer';

/** A service whose node is started again and again; each run ends when it begins the event that kills processes. */
class Service {
  readonly clock = new TestClock();
  /** Attempt numbers at which the killer began. */
  readonly killed: number[] = [];
  /** Events handled, on all runs. */
  readonly done: string[] = [];
  /** For each kill, the number of other events being handled. */
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

  /** Runs a node for `forMs` milliseconds, and kills it then if `isKilled`. */
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
/** Thirty keys; the killer shares its key with other events. */
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

  it('interrupts no other event once it is known that something ends processes', async () => {
    const service = new Service(5);
    await service.store(withKiller, keyOf);
    for (let start = 0; start < 10; start++) await service.start();
    expect(service.taken.slice(2)).toEqual([0, 0, 0]);
  });
});

describe('a service whose nodes are killed for other reasons', () => {
  it('handles one at a time only what may have begun, and the backlog behind it concurrently', async () => {
    const service = new Service(5);
    const backlog = Array.from({ length: 3000 }, (_, index) => `e${index}`);
    await service.store(backlog, keyOf);
    for (let kill = 0; kill < 4; kill++) await service.start(3, true);
    expect(service.done.length).toBeLessThan(2000);
    // Handled one at a time, the rest would take more than a second.
    await service.start(700);
    expect(service.deadLetters).toEqual([]);
    expect(new Set(service.done)).toEqual(new Set(backlog));
  });
});
