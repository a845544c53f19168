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

/** An event 'order.shipped' unless told otherwise. */
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

/** A subscription 'shop.mail' to 'order.shipped' that takes any number at a time, unless told otherwise. */
export function subscription(given: Partial<LogSubscription> = {}): LogSubscription {
  return { id: 'shop.mail', kind: 'event', names: ['order.shipped'], concurrency: 1000, ...given };
}

/** One engine, one moved clock, and as many connections as a test wants. */
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

  /** Lets what is due now happen. */
  settle(): Promise<void> {
    return this.clock.advance(0);
  }
}

/** A command 'order.ship' unless told otherwise. */
export function storedCommand(messageId: string, given: Partial<StoredMessage> = {}): StoredMessage {
  return storedMessage(messageId, { kind: 'command', name: 'order.ship', ...given });
}

/** A queue 'queue.order.ship' that takes any number at a time, unless told otherwise. */
export function queueOf(given: Partial<LogSubscription> = {}): LogSubscription {
  return { id: 'queue.order.ship', kind: 'command', names: ['order.ship'], concurrency: 1000, ...given };
}

/** The queues of one namespace, a moved clock, and as many connections as a test wants. */
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

/** What a consumer was given, oldest first. */
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

/** Appends one after the other. */
export async function appendAll(log: DurableLog, messages: readonly StoredMessage[]): Promise<void> {
  for (const message of messages) await log.append(message);
}
