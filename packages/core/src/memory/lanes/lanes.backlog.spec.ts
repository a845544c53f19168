import { describe, expect, it } from '@jest/globals';
import type { LaneParts } from '../../lanes/lane-engine.js';
import type { LogDelivery } from '../../ports/durable-log.js';
import type { LaneLog } from '../../ports/lane-log.js';
import { TestClock } from '../../time/test-clock.js';
import { Received, storedMessage, subscription } from '../memory.fixture.js';
import type { MemoryConnection } from '../memory-connection.js';
import { MemoryEngine } from '../memory-engine.js';
import { resolveMemoryEngineOptions } from '../memory-engine-options.js';

/** One-lane log that counts the frames read. */
class Backlog {
  readonly clock = new TestClock();
  readonly warnings: string[] = [];
  framesRead = 0;
  private log: LaneLog | undefined;
  private readonly engine = new MemoryEngine(
    resolveMemoryEngineOptions({ lanes: 1, maxStoredMessages: 200_000 }),
  );

  connect(nodeId: string): Promise<MemoryConnection> {
    const monitor = {
      lost: () => {},
      restored: () => {},
      closed: () => {},
      refused: () => {},
      warn: (text: string) => void this.warnings.push(text),
    };
    const client = { namespace: 'test', nodeId, clock: this.clock, heartbeatTimeoutMs: 15_000, monitor };
    return this.engine.connect(client, (parts) => this.counted(parts));
  }

  /** Stores `perKey` events of each key, interleaved. */
  async store(perKey: number, keys: readonly string[]): Promise<void> {
    const publisher = await this.connect('publisher');
    const stored: Promise<unknown>[] = [];
    for (let number = 0; number < perKey; number++)
      for (const key of keys)
        stored.push(publisher.log.append(storedMessage(`${key}.${number}`, { key }), { isFresh: true }));
    await Promise.all(stored);
  }

  /** Removes everything, whoever needs it. */
  async purge(): Promise<void> {
    await this.log?.trim(0, (await this.log.state(0)).last + 1);
  }

  private counted(parts: LaneParts): LaneParts {
    const { log } = parts.lanes;
    this.log = log;
    return {
      ...parts,
      lanes: {
        ...parts.lanes,
        log: {
          lanes: log.lanes,
          maxFrameBytes: log.maxFrameBytes,
          append: (...request) => log.append(...request),
          state: (...request) => log.state(...request),
          trim: () => Promise.resolve(),
          read: (lane, from, sink, identity) => {
            const counting = {
              frame: (...frame: Parameters<typeof sink.frame>) => {
                this.framesRead++;
                sink.frame(...frame);
              },
              caughtUp: () => sink.caughtUp(),
              displaced: () => sink.displaced(),
            };
            return log.read(lane, from, counting, identity);
          },
        },
      },
    };
  }
}

/** A little more than the 65,536 positions kept in memory. */
const STORED = 70_000;

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `k${index}`);

describe('a backlog of many events of each key', () => {
  it('is read about twice, not once for each key, and each key is handled in order', async () => {
    const backlog = new Backlog();
    const [perKey, keys] = [130, names(40)];
    const { log } = await backlog.connect('node1');
    // The subscription is created before its events are stored, and handles them afterwards.
    await (await log.subscribe(subscription(), () => {})).stop();
    await backlog.store(perKey, keys);
    const framesStored = (perKey * keys.length) / 64;
    backlog.framesRead = 0;
    const handled = new Map<string, string[]>(keys.map((key) => [key, []]));
    await log.subscribe(subscription(), (delivery: LogDelivery) => {
      const { key = '', messageId } = delivery.message;
      handled.get(key)?.push(messageId);
      backlog.clock.setTimer(1, () => void delivery.ack());
    });
    await backlog.clock.advance(1000);
    for (const [key, ids] of handled)
      expect(ids).toEqual(Array.from({ length: perKey }, (_, number) => `${key}.${number}`));
    expect(backlog.framesRead).toBeGreaterThan(framesStored);
    expect(backlog.framesRead).toBeLessThan(3 * framesStored);
  });

  it('is read no further than so many events that wait behind one that hangs, and goes on with it', async () => {
    const backlog = new Backlog();
    const { log } = await backlog.connect('node1');
    await (await log.subscribe(subscription(), () => {})).stop();
    await backlog.store(STORED, ['hot']);
    backlog.framesRead = 0;
    const handled: LogDelivery[] = [];
    await log.subscribe(subscription(), (delivery) => {
      handled.push(delivery);
      if (handled.length > 1) void delivery.ack();
    });
    await backlog.clock.advance(1000);
    expect(handled).toHaveLength(1);
    expect(backlog.framesRead).toBeLessThan(65_536 / 64 + 32);
    await handled[0]?.ack();
    for (let looks = 0; looks < 100 && handled.length < STORED; looks++) await backlog.clock.advance(100);
    expect(handled).toHaveLength(STORED);
  });

  it('that is purged is reported, and passed over at once', async () => {
    const backlog = new Backlog();
    const { log, subscriptions } = await backlog.connect('node1');
    await (await log.subscribe(subscription(), () => {})).stop();
    await backlog.store(200, ['hot']);
    const received = new Received();
    await log.subscribe(subscription(), received.take);
    await backlog.clock.advance(100);
    expect(received.ids).toEqual(['hot.0']);
    await backlog.purge();
    const handle = async (): Promise<void> => {
      for (let at = 0; at < received.deliveries.length; at++) {
        await received.deliveries[at]?.ack();
        await backlog.clock.advance(100);
      }
    };
    await handle();
    expect(received.ids).toEqual(Array.from({ length: 64 }, (_, number) => `hot.${number}`));
    expect(backlog.warnings).toEqual([expect.stringContaining('136 events of lane 0')]);
    await expect(subscriptions?.list()).resolves.toMatchObject([
      { waiting: 0, lanes: [{ floor: 5, last: 4 }] },
    ]);
    await log.append(storedMessage('next', { key: 'hot' }));
    await handle();
    expect(received.ids.at(-1)).toBe('next');
  });
});
