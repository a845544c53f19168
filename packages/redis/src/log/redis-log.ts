import { randomUUID } from 'node:crypto';
import { COMMAND_QUEUES, StoredMessageCodec } from '@catga/core/engine';
import type {
  AppendOptions,
  DurableLog,
  LogConsumer,
  LogDelivery,
  LogSubscription,
  LogMessage,
} from '@catga/core/engine';
import { listOf } from '../connection/lua-script.js';
import type { LuaArgument } from '../connection/lua-script.js';
import { ConsumerLease } from './consumer-lease.js';
import type { LogServices } from './log-services.js';
import { queueKeys, seenKey, usedQueuesKey } from './queue-keys.js';
import { appendMessages } from './scripts/append-messages.lua.js';
import { SubscriptionConsumer } from './subscription-consumer.js';
import { TurnBatch } from '../connection/turn-batch.js';

/** One command for append-messages. */
interface Appended {
  readonly identity: string;
  readonly queue: string;
  readonly delayMs: number;
  readonly message: Buffer;
}

/** Limits of one append script, which blocks the server while it runs. */
const AT_A_TIME = { items: 128, bytes: 1024 * 1024, isOrdered: true };

const STORED = Object.freeze({ duplicate: false });
const DUPLICATE = Object.freeze({ duplicate: true });

/**
 * Queues of commands without a key, and of delayed ones: a stream for each, with its unacknowledged commands. Commands appended in one turn
 * of the event loop share one script call, or a few.
 */
export class RedisLog implements DurableLog {
  private readonly consumers = new Set<SubscriptionConsumer>();
  /** Held entries by subscription, which a consumer inherits after a pause. */
  private readonly held = new Map<string, Set<string>>();
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

  async append(message: LogMessage, options: AppendOptions = {}): Promise<{ readonly duplicate: boolean }> {
    const { name, messageId } = message;
    const { subscription, delayMs = 0, isAgain = false } = options;
    const encoded = this.codec.encode(message);
    return this.appends.add({
      // A redriven or rescheduled command is new for each append, but not for each retry of the script.
      identity:
        subscription === undefined && !isAgain
          ? `${name.length}:${name}:${messageId}`
          : `once:${randomUUID()}`,
      queue: subscription ?? `${COMMAND_QUEUES}.${name}`,
      delayMs: Math.max(0, Math.ceil(delayMs)),
      message: Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength),
    });
  }

  async subscribe(
    subscription: LogSubscription,
    deliver: (delivery: LogDelivery) => void,
  ): Promise<LogConsumer> {
    const lease = await (this.lease ??= ConsumerLease.take(this.services));
    const held = this.held.get(subscription.id) ?? new Set();
    this.held.set(subscription.id, held);
    const consumer = await SubscriptionConsumer.start(subscription, deliver, this.services, lease, held);
    this.consumers.add(consumer);
    return consumer;
  }

  /** Gives back unsettled deliveries. Otherwise they are redelivered when the lease has expired. */
  async close(): Promise<void> {
    const leaving = [...this.consumers].map((consumer) => consumer.leave());
    await Promise.allSettled(leaving);
    await this.lease?.then((lease) => lease.release()).catch(() => {});
  }

  /** Stops without contacting an unavailable broker: unsettled deliveries are redelivered when the lease has expired. */
  abandon(): void {
    for (const consumer of this.consumers) void consumer.stop();
    void this.lease?.then((lease) => lease.stop()).catch(() => {});
  }

  private async appendAll(batch: readonly Appended[]): Promise<readonly { readonly duplicate: boolean }[]> {
    const { session, prefix, wakeChannel, deduplicationWindowMs } = this.services;
    const keys: string[] = [];
    keys.push(usedQueuesKey(prefix));
    const args: LuaArgument[] = [deduplicationWindowMs, wakeChannel];
    for (const { identity, queue, delayMs, message } of batch) {
      keys.push(seenKey(prefix, identity), queueKeys(prefix, queue).entries);
      args.push(queue, delayMs, message);
    }
    const reply = await session.run(appendMessages, keys, args);
    return listOf(reply).map((wasStored) => (wasStored === 1 ? DUPLICATE : STORED));
  }
}
