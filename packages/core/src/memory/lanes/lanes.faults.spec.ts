import { describe, expect, it } from '@jest/globals';
import { CatgaError } from '../../errors/catga-error.js';
import type { LaneParts } from '../../lanes/lane-engine.js';
import { SUBSCRIPTIONS } from '../../lanes/lane-keys.js';
import type { LogDelivery } from '../../ports/durable-log.js';
import type { LaneLog } from '../../ports/lane-log.js';
import type { RecordStore } from '../../ports/record-store.js';
import { TestClock } from '../../time/test-clock.js';
import {
  Received,
  appendAll,
  queueOf,
  storedCommand,
  storedMessage,
  subscription,
} from '../memory.fixture.js';
import { MemoryEngine } from '../memory-engine.js';
import { resolveMemoryEngineOptions } from '../memory-engine-options.js';
import { nodeInfo } from './lanes.fixture.js';

const TIMEOUT_MS = 1000;
const OWNED = 'belongs to this node (epoch 1).';
const KEYS = Array.from({ length: 32 }, (_, index) => `k${index}`);

/** One engine, with test doubles in front of each node's lanes. */
class Lanes {
  readonly clock = new TestClock();
  /** Nodes whose writes are refused. */
  readonly refused = new Set<string>();
  /** What each node has said of its lanes. */
  readonly notes = new Map<string, string[]>();
  readonly warnings: string[] = [];
  /** Whether subscriptions cannot be read by a node whose writes may be refused. */
  isAway = false;
  private readonly engine: MemoryEngine;

  /** Restarts the broker without its data. */
  empty(): void {
    this.engine.forgetLanes();
  }

  constructor(lanes: number) {
    this.engine = new MemoryEngine(resolveMemoryEngineOptions({ lanes }));
  }

  connect(nodeId: string, wrap?: (parts: LaneParts) => LaneParts) {
    const notes: string[] = [];
    this.notes.set(nodeId, notes);
    const monitor = {
      lost: () => {},
      restored: () => {},
      closed: () => {},
      refused: () => {},
      note: (text: string) => void notes.push(text),
      warn: (text: string) => void this.warnings.push(text),
    };
    const client = { namespace: 'test', nodeId, clock: this.clock, heartbeatTimeoutMs: TIMEOUT_MS, monitor };
    return this.engine.connect(client, wrap);
  }

  /** Connects a node whose writes are refused while it is in {@link refused}. */
  connectRefusable(nodeId: string) {
    return this.connect(nodeId, ({ lanes: { log, records }, ...parts }) => ({
      ...parts,
      lanes: { log, records: this.refusable(nodeId, records) },
    }));
  }

  private refusable(nodeId: string, records: RecordStore): RecordStore {
    return {
      maxValueBytes: records.maxValueBytes,
      read: async (key) => {
        if (this.isAway && key.startsWith(SUBSCRIPTIONS))
          throw new CatgaError('CATGA_ENGINE_UNAVAILABLE', 'The broker is away.');
        return records.read(key);
      },
      list: (prefix) => records.list(prefix),
      remove: (...request) => records.remove(...request),
      write: async (...request) => {
        if (this.refused.has(nodeId))
          throw new CatgaError('CATGA_ENGINE_UNAVAILABLE', 'Writes are not permitted.');
        return records.write(...request);
      },
    };
  }
}

describe('a lane that its owner does not serve', () => {
  it('is adopted by another node that handles it, once nothing has happened there for a while', async () => {
    const lanes = new Lanes(8);
    const found: { records?: RecordStore } = {};
    const { log, directory } = await lanes.connect('awake', (parts) => {
      found.records = parts.lanes.records;
      return parts;
    });
    const received = new Received();
    await log.subscribe(subscription(), received.takeAndAck);
    await directory.announce(nodeInfo('awake'));
    // A member that announces the same handlers but does nothing.
    const subscriptions = { 'shop.mail': ['order.shipped'] };
    const asleep = { session: 'asleep/1', subscriptions, isLeaving: false };
    await found.records?.write('member/asleep', Buffer.from(JSON.stringify(asleep)), 0);
    const beat = async (times: number): Promise<void> => {
      for (let each = 0; each < times; each++) {
        await directory.announce(nodeInfo('awake'));
        await directory.announce(nodeInfo('asleep'));
        await lanes.clock.advance(TIMEOUT_MS / 2);
      }
    };
    await beat(4);
    await appendAll(
      log,
      KEYS.map((key) => storedMessage(key, { key })),
    );
    await lanes.clock.advance(1);
    expect(received.ids.length).toBeGreaterThan(0);
    expect(received.ids.length).toBeLessThan(KEYS.length);
    await beat(12);
    expect(received.ids.toSorted()).toEqual(KEYS.toSorted());
    // The lane stays with the node that serves it.
    await appendAll(
      log,
      KEYS.map((key) => storedMessage(`again ${key}`, { key })),
    );
    await lanes.clock.advance(1);
    expect(received.ids).toHaveLength(2 * KEYS.length);
  });
});

describe('a subscription that falls behind', () => {
  it('delays no other one of its node, and reads on with a reader of its own until it has caught up', async () => {
    const lanes = new Lanes(1);
    const begun: number[] = [];
    let reading = 0;
    const { log } = await lanes.connect('node', (parts) => {
      const { log: all } = parts.lanes;
      const read: typeof all.read = (lane, from, ...rest) => {
        begun.push(from);
        reading++;
        const reader = all.read(lane, from, ...rest);
        return {
          pause: () => reader.pause(),
          resume: () => reader.resume(),
          stop: () => {
            reading--;
            reader.stop();
          },
        };
      };
      const log = {
        lanes: all.lanes,
        maxFrameBytes: all.maxFrameBytes,
        append: all.append.bind(all),
        state: all.state.bind(all),
        trim: all.trim.bind(all),
        read,
      };
      return { ...parts, lanes: { ...parts.lanes, log } };
    });
    const fast: string[] = [];
    const slow: string[] = [];
    let held: LogDelivery | undefined;
    await log.subscribe(subscription({ id: 'shop.fast' }), (delivery) => {
      fast.push(delivery.message.messageId);
      void delivery.ack();
    });
    await log.subscribe(subscription({ id: 'shop.slow', concurrency: 1 }), (delivery) => {
      slow.push(delivery.message.messageId);
      if (held === undefined) held = delivery;
      else void delivery.ack();
    });
    await lanes.clock.advance(100);
    const ids = Array.from({ length: 6000 }, (_, index) => `e${index}`);
    await Promise.all(ids.map((id) => log.append(storedMessage(id), { isFresh: true })));
    // Deliveries are limited per turn of the event loop, and advancing the clock runs only a few turns.
    const until = async (isSo: () => boolean): Promise<void> => {
      for (let looks = 0; looks < 100 && !isSo(); looks++) await lanes.clock.advance(100);
    };
    await until(() => fast.length === ids.length);
    expect(fast).toEqual(ids);
    expect(slow).toEqual(['e0']);
    expect([begun, reading]).toEqual([[1], 1]);
    await held?.ack();
    await until(() => slow.length === ids.length);
    expect(slow).toEqual(ids);
    // Reading resumes after the 2,048 events read ahead, in frames of 64.
    expect(begun.slice(1).every((from) => from > 32)).toBe(true);
    expect(begun.length).toBeGreaterThan(1);
    await log.append(storedMessage('last'));
    await lanes.clock.advance(100);
    expect([fast.at(-1), slow.at(-1), reading]).toEqual(['last', 'last', 1]);
  });
});

describe('handlers that run when their lane is lost', () => {
  it('are told to stop, their events go to the new owner, and what they record has no effect', async () => {
    const lanes = new Lanes(8);
    const cut = await lanes.connectRefusable('cut');
    const lost: (Error | undefined)[] = [];
    const running = new Received();
    await cut.log.subscribe(subscription(), (delivery) => {
      delivery.handledBy = { lost: (reason) => void lost.push(reason) };
      running.take(delivery);
    });
    await cut.directory.announce(nodeInfo('cut'));
    await appendAll(
      cut.log,
      KEYS.map((key) => storedMessage(key, { key })),
    );
    await lanes.clock.advance(100);
    expect(running.ids).toHaveLength(KEYS.length);
    const other = await lanes.connect('other');
    const taken = new Received();
    await other.log.subscribe(subscription(), taken.takeAndAck);
    await other.directory.announce(nodeInfo('other'));
    const beat = async (): Promise<void> => {
      for (let beats = 0; beats < 20; beats++) {
        await other.directory.refresh(nodeInfo('other'));
        await lanes.clock.advance(TIMEOUT_MS / 4);
      }
    };
    // The node is no longer in the directory, but still records that its handlers run.
    await beat();
    expect(taken.ids).toEqual([]);
    lanes.refused.add('cut');
    await beat();
    lanes.refused.delete('cut');
    await beat();
    expect(lost).toHaveLength(KEYS.length);
    expect(lost[0]).toMatchObject({ code: 'CATGA_CANCELLED', details: { subscription: 'shop.mail' } });
    expect(taken.ids.toSorted()).toEqual(KEYS.toSorted());
    for (const delivery of running.deliveries)
      await expect(delivery.ack(true)).rejects.toMatchObject({ code: 'CATGA_NODE_LOST' });
    await lanes.clock.advance(TIMEOUT_MS);
    expect(taken.ids).toHaveLength(KEYS.length);
    const told = (nodeId: string) => lanes.notes.get(nodeId)?.map((note) => note.replace(/\/.*/, '')) ?? [];
    const owned = told('cut').filter((note) => note.endsWith(OWNED));
    expect(owned.length).toBeGreaterThan(1);
    expect(told('cut').toSorted()).toEqual(
      [...owned, ...owned.map((note) => note.replace(OWNED, 'was taken by other'))].toSorted(),
    );
    const taker = owned.map((note) => note.replace(OWNED, 'belongs to this node (epoch 2).'));
    expect(told('other').toSorted()).toEqual(taker.toSorted());
  });
});

describe('nodes that all cannot write for longer than their records in the directory last', () => {
  it('record what they have done once they can, and it is not done again', async () => {
    const lanes = new Lanes(16);
    const received = new Received();
    const connect = async (nodeId: string) => {
      const connection = await lanes.connectRefusable(nodeId);
      await connection.log.subscribe(subscription(), received.take);
      await connection.directory.announce(nodeInfo(nodeId));
      return { nodeId, directory: connection.directory, log: connection.log };
    };
    const nodes = [await connect('one'), await connect('two'), await connect('three')] as const;
    const beat = async (times: number): Promise<void> => {
      for (let each = 0; each < times; each++) {
        for (const { directory, nodeId } of nodes)
          if (!lanes.refused.has(nodeId)) await directory.announce(nodeInfo(nodeId));
        await lanes.clock.advance(TIMEOUT_MS / 4);
      }
    };
    await beat(8);
    await appendAll(
      nodes[0].log,
      KEYS.map((key) => storedMessage(key, { key })),
    );
    await lanes.clock.advance(1);
    expect(received.ids).toHaveLength(KEYS.length);
    for (const { nodeId } of nodes) lanes.refused.add(nodeId);
    const recorded = received.deliveries.map(async (delivery) => delivery.ack(true));
    await beat(46);
    lanes.refused.clear();
    await beat(20);
    await Promise.all(recorded);
    expect(received.ids).toHaveLength(KEYS.length);
  });
});

describe('a broker that comes back empty', () => {
  it('knows the subscriptions again, keeps what comes until all have had it, and keys stay in order', async () => {
    const lanes = new Lanes(4);
    const { log, subscriptions, directory } = await lanes.connect('node');
    const fast = new Received();
    const slow = new Received();
    await log.subscribe(subscription({ id: 'shop.fast' }), fast.takeAndAck);
    await log.subscribe(subscription({ id: 'shop.slow' }), slow.take);
    await directory.announce(nodeInfo('node'));
    const store = async (round: number): Promise<string[]> => {
      const messages = KEYS.map((key) => storedMessage(`${key}.${round}`, { key }));
      await appendAll(log, messages);
      await lanes.clock.advance(100);
      return messages.map(({ messageId }) => messageId);
    };
    const before = await store(1);
    expect(fast.ids.toSorted()).toEqual(before.toSorted());
    lanes.empty();
    await lanes.clock.advance(100);
    expect(lanes.warnings.map((warning) => warning.replace(/:.*/, '')).toSorted()).toEqual(
      [0, 1, 2, 3].map((lane) => `Lane ${lane} has begun anew`),
    );
    const after = [...(await store(2)), ...(await store(3))];
    expect(fast.ids.toSorted()).toEqual([...before, ...after].toSorted());
    const listed = (await subscriptions?.list()) ?? [];
    expect(Object.fromEntries(listed.map(({ id, waiting }) => [id, waiting]))).toEqual({
      'shop.fast': 0,
      'shop.slow': after.length,
    });
    // For each key, handling begins with the first event of the new lanes, whatever the broker lost.
    const begun = slow.deliveries.filter(({ message }) => after.includes(message.messageId));
    expect(begun.map(({ message }) => message.messageId).toSorted()).toEqual(
      KEYS.map((key) => `${key}.2`).toSorted(),
    );
    for (const delivery of slow.deliveries) await delivery.ack();
    await lanes.clock.advance(100);
    expect(slow.ids.slice(-KEYS.length).toSorted()).toEqual(KEYS.map((key) => `${key}.3`).toSorted());
    expect(slow.ids).toHaveLength(before.length + after.length);
  });

  it('gets a subscription again from the first node that returns, and its earlier handler continues with that one', async () => {
    const lanes = new Lanes(8);
    const before = await lanes.connectRefusable('before');
    const received = new Received();
    await before.log.subscribe(subscription(), received.takeAndAck);
    await before.directory.announce(nodeInfo('before'));
    lanes.refused.add('before');
    lanes.empty();
    const after = await lanes.connect('after');
    await after.log.subscribe(subscription(), received.takeAndAck);
    await after.directory.announce(nodeInfo('after'));
    lanes.refused.delete('before');
    const beat = async (times: number): Promise<void> => {
      for (let each = 0; each < times; each++) {
        await before.directory.refresh(nodeInfo('before'));
        await after.directory.refresh(nodeInfo('after'));
        await lanes.clock.advance(TIMEOUT_MS / 4);
      }
    };
    await beat(8);
    for (const round of ['1', '2']) {
      await appendAll(
        after.log,
        KEYS.map((key) => storedMessage(`${key}.${round}`, { key })),
      );
      await beat(8);
      // Lanes that move resume at their position.
      const joiner = await lanes.connect(`joiner ${round}`);
      await joiner.log.subscribe(subscription(), received.takeAndAck);
      await joiner.directory.announce(nodeInfo(`joiner ${round}`));
      await beat(1);
    }
    expect(received.ids.toSorted()).toEqual(KEYS.flatMap((key) => [`${key}.1`, `${key}.2`]).toSorted());
  });

  it('keeps a command with a key for whoever handles it later, though its name was known before', async () => {
    const lanes = new Lanes(4);
    const { log } = await lanes.connect('caller');
    await log.append(storedCommand('before', { key: 'tea' }));
    lanes.empty();
    await lanes.clock.advance(TIMEOUT_MS);
    await log.append(storedCommand('after', { key: 'tea' }));
    const later = await lanes.connect('stock');
    const received = new Received();
    await later.log.subscribe(queueOf(), received.takeAndAck);
    await later.directory.announce(nodeInfo('stock'));
    await lanes.clock.advance(100);
    expect(received.ids).toEqual(['after']);
  });
});

describe('a lane that is trimmed beyond where its subscription is', () => {
  it.each([0, 5])(
    'is reported once, with how much is gone, where %s frames were read before',
    async (read) => {
      const lanes = new Lanes(1);
      const found: { log?: LaneLog } = {};
      const { log } = await lanes.connect('node', (parts) => {
        found.log = parts.lanes.log;
        return parts;
      });
      const store = async (count: number): Promise<void> => {
        for (let number = 0; number < count; number++) await log.append(storedMessage(`${count}.${number}`));
      };
      const before = await log.subscribe(subscription(), new Received().takeAndAck);
      await store(read);
      await lanes.clock.advance(100);
      await before.stop();
      await lanes.clock.advance(100);
      await store(10);
      await found.log?.trim(0, read + 8);
      const received = new Received();
      await log.subscribe(subscription(), received.takeAndAck);
      await lanes.clock.advance(100);
      expect(received.ids).toEqual(['10.7', '10.8', '10.9']);
      expect(lanes.warnings).toEqual([expect.stringMatching(/^7 frames of lane 0 were dropped before/)]);
    },
  );
});

describe('the first command with a key', () => {
  it('is handled though the broker was away when its handler was to begin', async () => {
    const lanes = new Lanes(4);
    const { log, directory } = await lanes.connectRefusable('stock');
    const received = new Received();
    await log.subscribe(queueOf(), received.takeAndAck);
    await directory.announce(nodeInfo('stock'));
    const caller = await lanes.connect('caller');
    lanes.isAway = true;
    await caller.log.append(storedCommand('first', { key: 'tea' }));
    await lanes.clock.advance(TIMEOUT_MS);
    lanes.isAway = false;
    for (let each = 0; each < 8; each++) {
      await directory.refresh(nodeInfo('stock'));
      await lanes.clock.advance(TIMEOUT_MS / 2);
    }
    expect(received.ids).toEqual(['first']);
  });
});
