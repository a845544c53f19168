import { randomUUID } from 'node:crypto';
import { COMMAND_QUEUES, StoredMessageCodec } from '@catga/core/engine';
import type {
  AppendOptions,
  DurableLog,
  LogConsumer,
  LogDelivery,
  LogSubscription,
  StoredMessage,
} from '@catga/core/engine';
import { listOf } from '../connection/lua-script.js';
import { ConsumerLease } from './consumer-lease.js';
import type { LogServices } from './log-services.js';
import { appendMessages } from './scripts/append-messages.lua.js';
import { SubscriptionConsumer } from './subscription-consumer.js';
import { TurnBatch } from './turn-batch.js';

/** One message for the script that appends. */
interface Appended {
  readonly identity: string;
  readonly target: string;
  readonly name: string;
  readonly delayMs: number;
  readonly key: string | undefined;
  readonly message: Buffer;
}

/** How much one script appends, so that it does not hold the server up. */
const AT_A_TIME = { items: 128, bytes: 1024 * 1024 };

const STORED = Object.freeze({ duplicate: false });
const DUPLICATE = Object.freeze({ duplicate: true });

/**
 * A stream for each subscription, with a copy of every message that it has not acknowledged: an acknowledged one is deleted
 * there, whatever others have left to do. What is appended in one turn of the event loop is one script, or a few.
 */
export class RedisLog implements DurableLog {
  private readonly consumers = new Set<SubscriptionConsumer>();
  private readonly appends: TurnBatch<Appended, { readonly duplicate: boolean }>;
  private readonly codec = new StoredMessageCodec();
  private lease: Promise<ConsumerLease> | undefined;

  constructor(private readonly services: LogServices) {
    this.appends = new TurnBatch(
      (batch) => this.appendAll(batch),
      AT_A_TIME,
      ({ message }) => message.byteLength,
    );
  }

  async append(
    message: StoredMessage,
    options: AppendOptions = {},
  ): Promise<{ readonly duplicate: boolean }> {
    const { name, messageId, kind, key } = message;
    const { subscription, delayMs = 0 } = options;
    const encoded = this.codec.encode(message);
    return this.appends.add({
      // A message for one subscription is new each time it is appended, but not each time the client asks.
      identity: subscription === undefined ? `${name.length}:${name}:${messageId}` : `once:${randomUUID()}`,
      target: subscription ?? (kind === 'command' ? `${COMMAND_QUEUES}.${name}` : ''),
      name,
      delayMs: Math.max(0, Math.ceil(delayMs)),
      key,
      message: Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength),
    });
  }

  async subscribe(
    subscription: LogSubscription,
    deliver: (delivery: LogDelivery) => void,
  ): Promise<LogConsumer> {
    await (this.lease ??= ConsumerLease.take(this.services));
    const consumer = await SubscriptionConsumer.start(subscription, deliver, this.services);
    this.consumers.add(consumer);
    return consumer;
  }

  /** Gives back what was taken and not settled. What cannot be given back comes back when the lease has lapsed. */
  async close(): Promise<void> {
    const leaving = [...this.consumers].map((consumer) => consumer.leave());
    await Promise.allSettled(leaving);
    await this.lease?.then((lease) => lease.release()).catch(() => {});
  }

  /** Lets go without telling a broker that is away: what was taken comes back when the lease has lapsed. */
  abandon(): void {
    for (const consumer of this.consumers) void consumer.stop();
    void this.lease?.then((lease) => lease.stop()).catch(() => {});
  }

  private async appendAll(batch: readonly Appended[]): Promise<readonly { readonly duplicate: boolean }[]> {
    const { session, prefix, wakeChannel, deduplicationWindowMs, keptEvents } = this.services;
    const args = batch.flatMap(({ identity, target, name, delayMs, key, message }) => [
      identity,
      target,
      name,
      delayMs,
      key === undefined ? '' : `=${key}`,
      message,
    ]);
    const reply = await session.runInOrder(
      appendMessages,
      [prefix],
      [deduplicationWindowMs, wakeChannel, keptEvents, ...args],
    );
    return listOf(reply).map((wasStored) => (wasStored === 1 ? DUPLICATE : STORED));
  }
}
