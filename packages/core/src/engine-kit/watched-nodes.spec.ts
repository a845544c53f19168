import { describe, expect, it } from '@jest/globals';
import { node } from '../discovery/discovery.fixture.js';
import { nextTurn } from '../time/next-turn.js';
import { TestClock } from '../time/test-clock.js';
import { BrokerNodeDirectory } from './broker-node-directory.js';
import type { DirectoryChange, DirectoryEntry, DirectoryStore, Heartbeat } from './directory-store.js';
import { encodeNodeChange } from './node-record.js';
import type { NodeRecord } from './node-record.js';

const TIMEOUT_MS = 3000;

/** A broker in this process, which can be away, and counts what it hands out. */
class FakeBroker implements DirectoryStore {
  isUp = true;
  /** Answers to lists wait for it. */
  resumed: Promise<void> | undefined;
  lists = 0;
  told = 0;
  readonly records = new Map<string, Uint8Array>();
  readonly beats = new Map<string, Omit<Heartbeat, 'ageMs'> & { readonly atMs: number }>();
  private readonly listeners = new Set<(change: DirectoryChange) => void>();
  private readonly returns = new Set<() => void>();
  private written = 0;

  constructor(private readonly clock: TestClock) {}

  onReturn(listener: () => void): () => void {
    this.returns.add(listener);
    return () => void this.returns.delete(listener);
  }

  goAway(): void {
    this.isUp = false;
  }

  comeBackEmpty(): void {
    this.records.clear();
    this.beats.clear();
    this.comeBack();
  }

  comeBack(): void {
    this.isUp = true;
    for (const returned of this.returns) returned();
  }

  tell(key: string, bytes: Uint8Array): void {
    for (const listener of this.listeners) {
      this.told++;
      listener({ key, bytes });
    }
  }

  async listen(changed: (change: DirectoryChange) => void): Promise<() => void> {
    this.listeners.add(changed);
    return () => void this.listeners.delete(changed);
  }

  async readEntries(): Promise<readonly DirectoryEntry[]> {
    return Array.from(this.whileUp.records, ([nodeId, bytes]) => ({ nodeId, bytes }));
  }

  async readEntry(nodeId: string): Promise<DirectoryEntry | undefined> {
    const bytes = this.whileUp.records.get(nodeId);
    return bytes && { nodeId, bytes };
  }

  async readHeartbeats(): Promise<readonly Heartbeat[]> {
    this.whileUp.lists++;
    await this.resumed;
    const nowMs = this.clock.monotonicMs();
    return Array.from(this.beats.values(), ({ atMs, ...beat }) => ({ ...beat, ageMs: nowMs - atMs }));
  }

  async announce(record: NodeRecord): Promise<void> {
    this.whileUp.writeBeat(record);
    const bytes = encodeNodeChange(record);
    this.records.set(record.node.nodeId, bytes);
    this.tell(record.node.nodeId, bytes);
  }

  async beat(record: NodeRecord, hasChanged: boolean): Promise<number | undefined> {
    if (hasChanged || !this.whileUp.records.has(record.node.nodeId)) await this.announce(record);
    else this.writeBeat(record);
    return undefined;
  }

  async withdraw(): Promise<void> {}

  private get whileUp(): this {
    if (!this.isUp) throw new Error('The broker is away.');
    return this;
  }

  private writeBeat({ node: { nodeId, incarnation, load }, timeoutMs }: NodeRecord): void {
    const atMs = this.clock.monotonicMs();
    this.beats.set(nodeId, { nodeId, incarnation, load, timeoutMs, mark: `${++this.written}`, atMs });
  }
}

async function setUp() {
  const clock = new TestClock();
  const broker = new FakeBroker(clock);
  const directory = new BrokerNodeDirectory(broker, clock, TIMEOUT_MS);
  const told: string[] = [];
  const stop = await directory.watch({
    present: ({ nodeId, incarnation, load }) => void told.push(`${nodeId}/${incarnation} ${load.handled}`),
    left: (nodeId) => void told.push(`${nodeId} left`),
    refused: () => void told.push('refused'),
  });
  const beat = async (nodeId: string, handled = 0): Promise<void> => {
    const load = { inFlight: 0, queued: 0, unanswered: 0, handled };
    await directory.refresh(node(nodeId, { load }));
    await nextTurn();
  };
  const pass = async (ms: number): Promise<void> => {
    await clock.advance(ms);
    await nextTurn();
  };
  return { clock, broker, directory, told, stop, beat, pass };
}

describe('nodes that are watched through a broker', () => {
  it('are told of when they join, and of their load with each list of heartbeats', async () => {
    const { broker, directory, told, beat } = await setUp();
    await directory.announce(node('a'));
    await beat('a', 1);
    await beat('a', 2);
    expect(told).toEqual(['a/1 0', 'a/1 1', 'a/1 2']);
    expect(broker.told).toBe(1);
  });

  it('are told of at once when what they handle changes', async () => {
    const { broker, directory, told } = await setUp();
    await directory.announce(node('a'));
    await directory.refresh(node('a', { handles: ['Buy'] }));
    expect(broker.told).toBe(2);
    expect(told).toEqual(['a/1 0', 'a/1 0']);
  });

  it('have left when the list, read twice, shows that they were silent for their time', async () => {
    const { directory, told, beat, pass } = await setUp();
    await directory.announce(node('silent'));
    await directory.announce(node('beating'));
    for (let second = 1; second <= 3; second++) {
      await pass(second === 3 ? 990 : 1000);
      await beat('beating', second);
    }
    expect(told).not.toContain('silent left');
    await pass(20);
    await pass(250);
    expect(told.filter((line) => line.endsWith('left'))).toEqual(['silent left']);
  });

  it('are known again that lapsed and beat again', async () => {
    const { directory, told, beat, pass } = await setUp();
    await directory.announce(node('a'));
    await pass(TIMEOUT_MS);
    await pass(250);
    expect(told).toEqual(['a/1 0', 'a left']);
    await beat('a', 5);
    expect(told).toEqual(['a/1 0', 'a left', 'a/1 5']);
  });

  it('are none of those whose heartbeats ended before the watch began', async () => {
    const { broker, clock, directory, pass } = await setUp();
    await directory.announce(node('dead'));
    await pass(TIMEOUT_MS);
    await directory.announce(node('alive'));
    const late: string[] = [];
    const other = new BrokerNodeDirectory(broker, clock, TIMEOUT_MS);
    await other.watch({ present: ({ nodeId }) => void late.push(nodeId), left: () => {} });
    expect(late).toEqual(['alive']);
  });

  it('are not taken for gone while the broker is away, and have a whole timeout once it is back, empty', async () => {
    const { broker, directory, told, beat, pass } = await setUp();
    await directory.announce(node('a'));
    await directory.announce(node('b'));
    broker.goAway();
    for (let second = 0; second < 10; second++) await pass(1000);
    expect(told).toEqual(['a/1 0', 'b/1 0']);
    broker.comeBackEmpty();
    await nextTurn();
    await pass(TIMEOUT_MS - 500);
    await beat('a', 1);
    expect(broker.records.has('a')).toBe(true);
    await pass(600);
    await pass(250);
    expect(told.filter((line) => line.endsWith('left'))).toEqual(['b left']);
  });

  it('have a whole timeout once the broker is back with heartbeats of before', async () => {
    const { broker, directory, told, beat, pass } = await setUp();
    await directory.announce(node('a'));
    await directory.announce(node('b'));
    broker.goAway();
    for (let second = 0; second < 10; second++) await pass(1000);
    broker.comeBack();
    await nextTurn();
    await beat('a', 1);
    for (let quarter = 0; quarter < 10; quarter++) await pass(250);
    expect(told.filter((line) => line.endsWith('left'))).toEqual([]);
    await beat('a', 2);
    await pass(600);
    await pass(250);
    expect(told.filter((line) => line.endsWith('left'))).toEqual(['b left']);
  });

  it('have a whole timeout once a broker that was paused answers', async () => {
    const { broker, directory, told, beat, pass } = await setUp();
    await directory.announce(node('a'));
    await directory.announce(node('b'));
    let resume = (): void => {};
    broker.resumed = new Promise((resolve) => (resume = resolve));
    await pass(2 * TIMEOUT_MS);
    broker.resumed = undefined;
    resume();
    await nextTurn();
    for (let quarter = 0; quarter < 4; quarter++) await pass(250);
    expect(told.filter((line) => line.endsWith('left'))).toEqual([]);
    await beat('a', 1);
    await pass(TIMEOUT_MS - 900);
    await pass(250);
    expect(told.filter((line) => line.endsWith('left'))).toEqual(['b left']);
  });

  it('are met in the list if word of them was lost', async () => {
    const { broker, directory, told } = await setUp();
    const record = { node: node('a', { incarnation: 4 }), timeoutMs: TIMEOUT_MS };
    await broker.announce(record);
    broker.tell('a', encodeNodeChange({ goodbyeOf: 'a', incarnation: 4 }));
    await directory.look();
    expect(told).toEqual(['a/4 0', 'a left', 'a/4 0']);
  });

  it('are not taken along by the goodbye of an earlier start, or by records under the names of others', async () => {
    const { broker, directory, told } = await setUp();
    await directory.announce(node('a', { incarnation: 2 }));
    broker.tell('a', encodeNodeChange({ goodbyeOf: 'a', incarnation: 1 }));
    broker.tell('a', encodeNodeChange({ node: node('b'), timeoutMs: TIMEOUT_MS }));
    broker.tell('a', new Uint8Array([1, 2, 3]));
    expect(told).toEqual(['a/2 0', 'refused', 'refused']);
  });

  it('cost one list for each heartbeat of the watcher, and one for each half timeout of one that does not beat', async () => {
    const { broker, directory, beat, pass, stop } = await setUp();
    await directory.announce(node('a'));
    broker.lists = 0;
    for (let second = 0; second < 10; second++) {
      await pass(1000);
      await beat('a');
    }
    expect(broker.lists).toBe(10);
    await pass(TIMEOUT_MS / 2);
    expect(broker.lists).toBe(11);
    stop();
    await pass(10 * TIMEOUT_MS);
    expect(broker.lists).toBe(11);
  });
});
