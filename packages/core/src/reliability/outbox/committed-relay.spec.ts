import { describe, expect, it } from '@jest/globals';
import { CatgaError } from '../../errors/catga-error.js';
import { MemoryOutboxEntries, MemoryOutboxStore } from '../../memory/memory-outbox-store.js';
import type { DurableLog } from '../../ports/durable-log.js';
import type { OutboxEntry, OutboxFilter, TransactionalOutboxStore } from '../../ports/outbox-store.js';
import { nextTurn } from '../../time/next-turn.js';
import { TestClock } from '../../time/test-clock.js';
import { Timetable } from '../../time/timetable.js';
import { CatgaErrorSink } from '../failure-sink.js';
import { CommittedRelay } from './committed-relay.js';
import { slotOf, slotsOfNode } from './outbox-slots.js';

const logger = { debug() {}, log() {}, warn() {}, error() {} };

/** A table that several relays share, and an engine that takes its time. */
class Table {
  readonly clock = new TestClock();
  readonly sent: string[] = [];
  readonly lists: OutboxFilter[] = [];
  /** Ids that the engine was given, acknowledged or not. */
  readonly under: string[] = [];
  /** Until then the engine acknowledges nothing. */
  acknowledged: Promise<void> = Promise.resolve();
  isAway = false;
  isBroken = false;
  nodes: readonly string[] = ['one'];
  private readonly entries = new MemoryOutboxEntries({ maxMessages: 100_000, maxBytes: 100_000_000 });
  private readonly inner = new MemoryOutboxStore(this.entries);

  readonly store: TransactionalOutboxStore = {
    isInTransaction: false,
    add: (messages) => this.inner.add(messages),
    list: async (state, limit, after, filter = {}) => {
      this.lists.push(filter);
      await nextTurn();
      return this.inner.list(state, limit, after, filter);
    },
    remove: async (ids) => {
      if (this.isBroken) throw new Error('read only');
      await this.inner.remove(ids);
    },
    park: (...parked) => this.inner.park(...parked),
    count: () => this.inner.count(),
    close: () => this.inner.close(),
  };

  /** Adds rows, as a COMMIT does: 'a1' is the first of key a. */
  commit(...ids: string[]): readonly OutboxEntry[] {
    return ids.map((messageId) => {
      const key = messageId.charAt(0);
      const earlier = [...this.entries.byId.values()].findLast((entry) => entry.message.key === key);
      const [entry] = this.entries.add([
        {
          message: {
            messageId,
            name: 'placed',
            kind: 'event',
            body: new Uint8Array(1),
            serializer: 'json',
            headers: {},
            key,
            correlationId: messageId,
            causationId: undefined,
            originNodeId: 'raw',
            sentAtMs: 0,
            history: [],
          },
        },
      ]);
      if (entry === undefined) throw new Error('not added');
      return earlier === undefined ? entry : { ...entry, behind: earlier.id };
    });
  }

  get waiting(): number {
    return this.entries.byId.size;
  }

  async start(nodeId = 'one'): Promise<CommittedRelay> {
    const log = {
      append: async ({ messageId }: { readonly messageId: string }) => {
        if (this.isAway) throw new CatgaError('CATGA_ENGINE_UNAVAILABLE', 'away');
        this.under.push(messageId);
        await this.acknowledged;
        await nextTurn();
        this.sent.push(messageId);
        return { duplicate: false };
      },
    } as unknown as DurableLog;
    const { clock } = this;
    const relay = new CommittedRelay(this.store, {
      nodeId,
      log: () => log,
      replicas: () => this.nodes,
      clock,
      timetable: new Timetable(clock, () => {}),
      failures: new CatgaErrorSink(logger, clock),
      logger,
    });
    relay.start();
    await idle(relay);
    this.lists.length = 0;
    return relay;
  }
}

async function idle(relay: CommittedRelay): Promise<void> {
  while (relay.isBusy) await nextTurn();
}

const first = (ids: readonly string[]): string[] => [...new Set(ids)];

describe('the relay of committed messages', () => {
  it('sends them from memory, without reading the store', async () => {
    const table = new Table();
    const relay = await table.start();
    relay.committed(table.commit('a1', 'a2', 'b1'));
    relay.committed(table.commit('a3'));
    await idle(relay);
    expect(table.sent.filter((id) => id.startsWith('a'))).toEqual(['a1', 'a2', 'a3']);
    expect(table.lists).toEqual([]);
    await table.clock.advance(50);
    expect(table.waiting).toBe(0);
  });

  it('reads the entries of a key before one that another node has committed and not sent', async () => {
    const table = new Table();
    const relay = await table.start();
    table.commit('a1', 'a2'); // of a node that stands still
    relay.committed(table.commit('a3', 'b1'));
    relay.committed(table.commit('a4'));
    await idle(relay);
    expect(table.sent.filter((id) => id.startsWith('a'))).toEqual(['a1', 'a2', 'a3', 'a4']);
    expect(table.lists).toEqual([{ key: 'a' }]);
  });

  it('tells what it knows, so that an entry in between is noticed that was committed late', async () => {
    const table = new Table();
    const relay = await table.start();
    const [late] = table.commit('a1'); // drawn first, committed last
    relay.committed(table.commit('a2').map(({ behind: _, ...entry }) => entry));
    await idle(relay);
    expect(relay.known('a')).toHaveLength(1); // a2, until it is removed
    const [last] = table.commit('a3');
    relay.committed([{ ...last!, behind: late!.id }]);
    await idle(relay);
    expect(table.sent).toEqual(['a2', 'a1', 'a3']);
    await table.clock.advance(50);
    expect(relay.known('a')).toEqual([]);
  });

  it('keeps the order of a key between two nodes that commit by turns', async () => {
    const table = new Table();
    table.nodes = ['one', 'two'];
    const relays = [await table.start('one'), await table.start('two')];
    for (let step = 0; step < 60; step++) {
      relays[step % 2]?.committed(table.commit(`a${step}`));
      if (step % 7 === 0) await nextTurn();
      if (step % 20 === 0) await table.clock.advance(50);
    }
    for (const relay of relays) await idle(relay);
    expect(first(table.sent)).toEqual(Array.from({ length: 60 }, (_, step) => `a${step}`));
  });

  it('goes on from memory after an outage under load, each key in order, its own slots first', async () => {
    const table = new Table();
    table.nodes = ['one', 'two'];
    const relay = await table.start('one');
    table.isAway = true;
    for (let step = 0; step < 1500; step++)
      relay.committed(table.commit(`${'abcdefgh'.charAt(step % 8)}${step}`));
    await table.clock.advance(10_000);
    expect(table.sent).toEqual([]);
    table.isAway = false;
    const { waiting } = table;
    await table.clock.advance(5_000);
    for (let step = 1500; relay.isBusy; step++) {
      if (step < 1800) relay.committed(table.commit(`${'abcdefgh'.charAt(step % 8)}${step}`));
      await nextTurn();
    }
    expect(waiting).toBe(1500);
    const sent = first(table.sent);
    for (const key of 'abcdefgh') {
      const steps = sent.filter((id) => id.startsWith(key)).map((id) => Number(id.slice(1)));
      expect(steps).toEqual(steps.toSorted((one, other) => one - other));
    }
    const own = slotsOfNode('one', table.nodes);
    const isOwn = (id: string): boolean =>
      own.includes(slotOf({ message: { key: id.charAt(0) } } as OutboxEntry));
    const ownBefore = sent.findIndex((id) => !isOwn(id));
    expect(ownBefore).toBeGreaterThanOrEqual(
      sent.filter((id) => isOwn(id) && Number(id.slice(1)) < 1500).length,
    );
    table.lists.length = 0;
    relay.committed(table.commit('z1'));
    await idle(relay);
    expect(table.sent.at(-1)).toBe('z1');
    expect(table.lists).toEqual([]);
  });

  it('sends entries that cannot be removed once, until they can', async () => {
    const table = new Table();
    const relay = await table.start();
    table.isBroken = true;
    relay.committed(table.commit('a1', 'a2'));
    await idle(relay);
    await table.clock.advance(60_000);
    expect(table.sent).toEqual(['a1', 'a2']);
    table.isBroken = false;
    await table.clock.advance(2_000);
    expect(table.waiting).toBe(0);
  });

  it('leaves the slots of other nodes to them, for half a minute', async () => {
    const table = new Table();
    table.nodes = ['one', 'two'];
    await table.start('one');
    const theirs = 'abcdefghijkl'
      .split('')
      .filter((key) => slotsOfNode('two', table.nodes).includes(slotOf({ message: { key } } as OutboxEntry)));
    expect(theirs.length).toBeGreaterThan(0);
    table.commit(...theirs.map((key) => `${key}1`));
    await table.clock.advance(20_000);
    expect(table.sent).toEqual([]);
    await table.clock.advance(15_000);
    expect(table.sent.toSorted()).toEqual(theirs.map((key) => `${key}1`));
  });

  it('gathers what is committed while others are on their way, and sends it together', async () => {
    const table = new Table();
    const relay = await table.start();
    let acknowledge = (): void => {};
    table.acknowledged = new Promise((resolve) => (acknowledge = resolve));
    relay.committed(table.commit('a1'));
    for (const id of ['b1', 'c1', 'a2']) relay.committed(table.commit(id));
    await nextTurn();
    expect(table.under).toEqual(['a1']);
    acknowledge();
    await idle(relay);
    expect(table.under.slice(1).toSorted()).toEqual(['a2', 'b1', 'c1']);
  });

  it('does not gather without end behind a message that the engine does not acknowledge', async () => {
    const table = new Table();
    const relay = await table.start();
    let acknowledge = (): void => {};
    table.acknowledged = new Promise((resolve) => (acknowledge = resolve));
    const ids = Array.from({ length: 65 }, (_, at) => `${String.fromCodePoint(0x4e00 + at)}1`);
    for (const id of ids) relay.committed(table.commit(id));
    await nextTurn();
    expect(table.under).toEqual(ids);
    acknowledge();
    await idle(relay);
  });

  it('drops what is gathered when the engine goes away, and sends it from the store when it is back', async () => {
    const table = new Table();
    const relay = await table.start();
    table.isAway = true;
    relay.committed(table.commit('a1'));
    relay.committed(table.commit('b1', 'a2'));
    await nextTurn();
    expect(relay.isBusy).toBe(false);
    table.isAway = false;
    await table.clock.advance(5_000);
    await idle(relay);
    expect(table.sent.toSorted()).toEqual(['a1', 'a2', 'b1']);
    relay.committed(table.commit('b2'));
    await idle(relay);
    expect(table.sent.at(-1)).toBe('b2');
  });

  it('reads the store at once when it is told of a commit without entries', async () => {
    const table = new Table();
    const relay = await table.start();
    table.commit('a1');
    relay.committed([]);
    await idle(relay);
    expect(table.sent).toEqual(['a1']);
  });
});
