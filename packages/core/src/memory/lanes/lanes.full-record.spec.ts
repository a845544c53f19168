import { expect, it } from '@jest/globals';
import { CatgaError } from '../../errors/catga-error.js';
import type { LaneParts } from '../../lanes/lane-engine.js';
import type { LogDelivery } from '../../ports/durable-log.js';
import { TestClock } from '../../time/test-clock.js';
import { appendAll, storedMessage, subscription } from '../memory.fixture.js';
import type { MemoryConnection } from '../memory-connection.js';
import { MemoryEngine } from '../memory-engine.js';
import { resolveMemoryEngineOptions } from '../memory-engine-options.js';
import { nodeInfo } from './lanes.fixture.js';

/** Smallest record size limit of all engines, in bytes. */
const MAX_VALUE_BYTES = 65_536;
const SUBSCRIPTIONS = Array.from({ length: 40 }, (_, index) => `shop.s${index}`);
const EVENTS = Array.from({ length: 500 }, (_, index) => `e${index}`);

/** A service with so many subscriptions that their unfinished events do not fit into one record. */
class Crowd {
  readonly clock = new TestClock();
  readonly refused: string[] = [];
  readonly warnings: string[] = [];
  largest = 0;
  private readonly engine = new MemoryEngine(resolveMemoryEngineOptions({ lanes: 1 }));

  /** Connects a node whose subscriptions all use this handler. */
  async start(handle: (delivery: LogDelivery, id: string) => void): Promise<MemoryConnection> {
    const monitor = {
      lost: () => {},
      restored: () => {},
      closed: () => {},
      refused: (what: string, { message }: Error) => void this.refused.push(`${what}: ${message}`),
      warn: (text: string) => void this.warnings.push(text),
    };
    const client = {
      namespace: 'test',
      nodeId: 'node',
      clock: this.clock,
      heartbeatTimeoutMs: 15_000,
      monitor,
    };
    const connection = await this.engine.connect(client, (parts) => this.bounded(parts));
    for (const id of SUBSCRIPTIONS)
      await connection.log.subscribe(subscription({ id }), (delivery) => handle(delivery, id));
    await connection.directory.announce(nodeInfo('node'));
    return connection;
  }

  private bounded(parts: LaneParts): LaneParts {
    const { log, records } = parts.lanes;
    return {
      ...parts,
      lanes: {
        log,
        records: {
          maxValueBytes: MAX_VALUE_BYTES,
          read: (...request) => records.read(...request),
          list: (...request) => records.list(...request),
          remove: (...request) => records.remove(...request),
          write: async (key, value, expected) => {
            this.largest = Math.max(this.largest, value.byteLength);
            if (value.byteLength <= MAX_VALUE_BYTES) return records.write(key, value, expected);
            throw new CatgaError('CATGA_PAYLOAD_TOO_LARGE', `${key} has ${value.byteLength} bytes.`);
          },
        },
      },
    };
  }
}

it.each([
  ['hang', (_: LogDelivery): void => {}],
  ['fail', (delivery: LogDelivery): void => void delivery.nak(60_000)],
])(
  'subscriptions whose events %s fill their progress record, read no further, and go on once they are done',
  async (_, fail) => {
    const crowd = new Crowd();
    const undone: LogDelivery[] = [];
    const done = new Map(SUBSCRIPTIONS.map((id) => [id, new Set<string>()]));
    let isBad = true;
    const { log, subscriptions } = await crowd.start((delivery, id) => {
      const { messageId } = delivery.message;
      if (isBad && Number(messageId.slice(1)) % 2 === 0) {
        undone.push(delivery);
        return fail(delivery);
      }
      done.get(id)?.add(messageId);
      void delivery.ack();
    });
    for (const messageId of EVENTS) {
      await appendAll(log, [storedMessage(messageId)]);
      await crowd.clock.advance(30);
    }
    expect(crowd.refused).toEqual([]);
    expect(crowd.largest).toBeGreaterThan(MAX_VALUE_BYTES / 4);
    expect(crowd.largest).toBeLessThanOrEqual(MAX_VALUE_BYTES);
    expect(crowd.warnings).toHaveLength(SUBSCRIPTIONS.length);
    expect(crowd.warnings[0]).toContain(`'shop.s0'`);
    for (const ids of done.values()) expect(ids.size).toBeLessThan(EVENTS.length / 4);
    isBad = false;
    for (const delivery of undone) void delivery.nak(0);
    await crowd.clock.advance(70_000);
    for (const ids of done.values()) expect(ids.size).toBe(EVENTS.length);
    for (const { waiting } of (await subscriptions?.list()) ?? []) expect(waiting).toBe(0);
    expect(crowd.refused).toEqual([]);
  },
);
