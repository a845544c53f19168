import { describe, expect, it } from '@jest/globals';
import { MemoryLaneLog } from '../memory/lanes/memory-lane-log.js';
import { MemoryRecordStore } from '../memory/lanes/memory-record-store.js';
import { storedMessage } from '../memory/memory.fixture.js';
import type { VersionedRecord } from '../ports/record-store.js';
import { CatgaError } from '../errors/catga-error.js';
import { TestClock } from '../time/test-clock.js';
import { EventFrame } from './event-frame.js';
import { progressKey } from './lane-keys.js';
import { LaneRegister } from './lane-register.js';
import { LaneScan } from './lane-scan.js';
import { LaneTrimmer } from './lane-trimmer.js';
import { encodeProgress } from './progress-record.js';
import { TrimRounds } from './trim-rounds.js';

const QUEUE = 'queue.Pay';

const LIMITS = { lanes: 1, deduplicationWindowMs: 0, maxEvents: 1000, maxIds: 1000 };

/** A log of which a test says what has expired. */
class AgedLaneLog extends MemoryLaneLog {
  oldest = 1;

  expired(): Promise<number> {
    return Promise.resolve(this.oldest);
  }
}

/** One lane with frames of one message each. */
class Trimming<Log extends MemoryLaneLog> {
  readonly register: LaneRegister;
  readonly warnings: string[] = [];
  readonly trimmer: LaneTrimmer;

  constructor(
    readonly log: Log,
    readonly records = new MemoryRecordStore(),
  ) {
    this.register = new LaneRegister(this.records, log);
    const scan = new LaneScan(log, new TestClock(), 1000);
    this.trimmer = new LaneTrimmer({ log, records: this.records }, this.register, scan, {
      warn: (text) => void this.warnings.push(text),
    });
  }

  async store(...kinds: readonly ('event' | 'command')[]): Promise<void> {
    for (const kind of kinds) {
      const message = storedMessage(kind, { kind, name: kind === 'event' ? 'Paid' : 'Pay' });
      await this.log.append(0, new EventFrame('f', [{ message, target: undefined }], true));
    }
  }

  async passed(id: string, kind: 'event' | 'command', floor: number): Promise<void> {
    const [found] = (await this.register.list()).filter((one) => one.id === id);
    const { identity } = await this.log.state(0);
    const section = {
      made: found?.made ?? '',
      epoch: 1,
      owner: '',
      identity,
      progress: { floor, end: floor, open: [] },
      failures: [],
      reach: floor,
      crashes: 0,
      suspectsEnd: 0,
      beat: 0,
      alone: undefined,
      skips: [],
      handling: 0,
    };
    const key = progressKey(0, kind === 'event' ? 'shop' : id);
    const before = await this.records.read(key);
    await this.records.write(key, encodeProgress(new Map([[id, section]])), before?.version ?? 0);
  }

  async first(): Promise<number> {
    await this.trimmer.trimAll();
    return (await this.log.state(0)).first;
  }
}

describe('trimming of a log without retention by age', () => {
  it('removes what every subscription has passed, and nothing that one has not', async () => {
    const trimming = new Trimming(new MemoryLaneLog(LIMITS, () => 0));
    await trimming.register.make({ id: 'shop.a', kind: 'event', names: ['Paid'] });
    await trimming.store('event', 'event', 'event');
    expect(await trimming.first()).toBe(1);
    await trimming.passed('shop.a', 'event', 3);
    expect(await trimming.first()).toBe(3);
  });
});

describe('a subscription that is created while the log is trimmed', () => {
  /** Records whose list of subscriptions comes late: meanwhile one is created, and has an event. */
  class LateList extends MemoryRecordStore {
    meanwhile: (() => Promise<void>) | undefined;

    override async list(prefix: string): Promise<readonly VersionedRecord[]> {
      const found = await super.list(prefix);
      const { meanwhile } = this;
      this.meanwhile = undefined;
      await meanwhile?.();
      return found;
    }
  }

  it.each(['trimAll', 'trimLane'] as const)('keeps its events: %s', async (trim) => {
    const records = new LateList();
    const trimming = new Trimming(new MemoryLaneLog(LIMITS, () => 0), records);
    await trimming.register.make({ id: 'shop.a', kind: 'event', names: ['Paid'] });
    await trimming.store('event', 'event');
    await trimming.passed('shop.a', 'event', 5);
    records.meanwhile = async () => {
      await trimming.register.make({ id: 'shop.b', kind: 'event', names: ['Paid'] });
      await trimming.store('event', 'event');
    };
    await trimming.trimmer[trim](0);
    await expect(trimming.log.state(0)).resolves.toMatchObject({ first: 3, last: 4 });
  });
});

describe('a queue that nobody serves', () => {
  it('keeps its commands and what was stored after them, and nothing else', async () => {
    const trimming = new Trimming(new MemoryLaneLog(LIMITS, () => 0));
    await trimming.register.make({ id: QUEUE, kind: 'command', names: ['Pay'] });
    await trimming.store('event', 'event');
    expect(await trimming.first()).toBe(3);
    await trimming.store('event', 'command', 'event');
    expect(await trimming.first()).toBe(4);
    expect(trimming.warnings).toEqual([]);
  });
});

describe('trimming of a log with retention by age', () => {
  it('removes expired events, handled or not', async () => {
    const trimming = new Trimming(new AgedLaneLog(LIMITS, () => 0));
    await trimming.register.make({ id: 'shop.a', kind: 'event', names: ['Paid'] });
    await trimming.store('event', 'event', 'event');
    trimming.log.oldest = 3;
    expect(await trimming.first()).toBe(3);
    expect(trimming.warnings).toEqual([]);
  });

  it('keeps an expired command that waits and what was stored after it, and reports its queue once', async () => {
    const trimming = new Trimming(new AgedLaneLog(LIMITS, () => 0));
    await trimming.register.make({ id: QUEUE, kind: 'command', names: ['Pay'] });
    await trimming.store('event', 'event', 'command', 'event', 'event');
    trimming.log.oldest = 5;
    expect(await trimming.first()).toBe(3);
    expect(await trimming.first()).toBe(3);
    expect(trimming.warnings).toEqual([expect.stringContaining(`'${QUEUE}'`)]);
    await trimming.passed(QUEUE, 'command', 4);
    expect(await trimming.first()).toBe(5);
  });

  it('is not held up by a queue without commands, or one that was dropped', async () => {
    const trimming = new Trimming(new AgedLaneLog(LIMITS, () => 0));
    await trimming.register.make({ id: 'queue.Other', kind: 'command', names: ['Other'] });
    await trimming.register.make({ id: QUEUE, kind: 'command', names: ['Pay'] });
    await trimming.store('event', 'command', 'event');
    await trimming.register.drop(QUEUE);
    trimming.log.oldest = 3;
    expect(await trimming.first()).toBe(3);
    expect(trimming.warnings).toEqual([]);
  });
});

describe('rounds of trimming', () => {
  it('are done by one node at a time, and by another one once it has ceased', async () => {
    const records = new MemoryRecordStore();
    const trimmed: string[] = [];
    const [one, two] = ['one', 'two'].map(
      (node) => new TrimRounds(records, { trimAll: () => Promise.resolve(void trimmed.push(node)) }, node),
    );
    for (let period = 0; period < 4; period++) {
      await one!.next();
      await two!.next();
    }
    expect(trimmed).toEqual(['one', 'one', 'one']);
    await two!.next();
    await two!.next();
    expect(trimmed.slice(3)).toEqual(['two', 'two']);
  });

  it('are done by every node while the broker has no room for the record of who does them', async () => {
    const records = new MemoryRecordStore();
    const full = new CatgaError('CATGA_OVERLOADED', 'full');
    const write = (): Promise<never> => Promise.reject(full);
    let rounds = 0;
    const trimmer = { trimAll: () => Promise.resolve(void rounds++) };
    const node = new TrimRounds(
      Object.assign(Object.create(records) as MemoryRecordStore, { write }),
      trimmer,
      'one',
    );
    for (let period = 0; period < 3; period++) await node.next();
    expect(rounds).toBe(2);
  });
});
