import type { DurableLog, LogDelivery, LogSubscription } from '../ports/durable-log.js';
import type { Engine, EngineClient, EngineConnection } from '../ports/engine.js';
import type { StoredMessage } from '../ports/stored-message.js';
import { TestClock } from '../time/test-clock.js';
import { Timetable } from '../time/timetable.js';
import type { MemoryConsumer } from './memory-consumer.js';
import { memory } from './memory-engine.js';
import { resolveMemoryEngineOptions } from './memory-engine-options.js';
import type { MemoryEngineOptions } from './memory-engine-options.js';
import { MemoryQueue } from './memory-queue.js';

/** An 'order.shipped' event by default. */
export function storedMessage(messageId: string, given: Partial<StoredMessage> = {}): StoredMessage {
  return {
    messageId,
    name: 'order.shipped',
    kind: 'event',
    body: new Uint8Array([1]),
    serializer: 'json',
    headers: {},
    key: undefined,
    correlationId: messageId,
    causationId: undefined,
    originNodeId: 'node1',
    sentAtMs: 0,
    history: [],
    ...given,
  };
}

/** Subscription 'shop.mail' to 'order.shipped', practically without a concurrency limit by default. */
export function subscription(given: Partial<LogSubscription> = {}): LogSubscription {
  return { id: 'shop.mail', kind: 'event', names: ['order.shipped'], concurrency: 1000, ...given };
}

/** One engine on a test clock, and any number of connections. */
export class MemoryHarness {
  readonly clock = new TestClock();
  readonly engine: Engine;

  constructor(options?: MemoryEngineOptions) {
    this.engine = memory(options);
  }

  connect(client: Partial<EngineClient> = {}): Promise<EngineConnection> {
    return this.engine.connect({
      namespace: 'test',
      nodeId: 'node1',
      clock: this.clock,
      heartbeatTimeoutMs: 15_000,
      ...client,
    });
  }

  /** Runs what is due now. */
  settle(): Promise<void> {
    return this.clock.advance(0);
  }
}

/** An 'order.ship' command by default. */
export function storedCommand(messageId: string, given: Partial<StoredMessage> = {}): StoredMessage {
  return storedMessage(messageId, { kind: 'command', name: 'order.ship', ...given });
}

/** Queue 'queue.order.ship', practically without a concurrency limit by default. */
export function queueOf(given: Partial<LogSubscription> = {}): LogSubscription {
  return { id: 'queue.order.ship', kind: 'command', names: ['order.ship'], concurrency: 1000, ...given };
}

/** Queues of one namespace on a test clock, and any number of connections. */
export class QueueHarness {
  readonly clock = new TestClock();
  private readonly queue: MemoryQueue;

  constructor(options: MemoryEngineOptions = {}) {
    this.queue = new MemoryQueue(resolveMemoryEngineOptions(options), this.clock, new Timetable(this.clock));
  }

  connect(): { readonly log: DurableLog; close(): void } {
    const consumers: MemoryConsumer[] = [];
    return {
      log: {
        append: (...request) => this.queue.append(...request),
        subscribe: (...request) => {
          const consumer = this.queue.subscribe(...request);
          consumers.push(consumer);
          return Promise.resolve(consumer);
        },
      },
      close: () => {
        for (const consumer of consumers) consumer.leave();
      },
    };
  }

  settle(): Promise<void> {
    return this.clock.advance(0);
  }
}

/** Deliveries that a consumer got, oldest first. */
export class Received {
  readonly deliveries: LogDelivery[] = [];

  readonly take = (delivery: LogDelivery): void => {
    this.deliveries.push(delivery);
  };

  readonly takeAndAck = (delivery: LogDelivery): void => {
    this.deliveries.push(delivery);
    void delivery.ack();
  };

  get ids(): string[] {
    return this.deliveries.map(({ message }) => message.messageId);
  }

  get attempts(): number[] {
    return this.deliveries.map(({ attempt }) => attempt);
  }

  get last(): LogDelivery {
    const last = this.deliveries.at(-1);
    if (last === undefined) throw new Error('Nothing was delivered.');
    return last;
  }
}

/** Appends messages one after another. */
export async function appendAll(log: DurableLog, messages: readonly StoredMessage[]): Promise<void> {
  for (const message of messages) await log.append(message);
}
