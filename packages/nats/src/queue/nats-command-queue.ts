import { randomUUID } from 'node:crypto';
import { StoredMessageCodec } from '@catga/core/engine';
import type {
  AppendOptions,
  Clock,
  DurableLog,
  LogConsumer,
  LogDelivery,
  LogSubscription,
  LogMessage,
} from '@catga/core/engine';
import { CatgaError } from '@catga/core';
import { closedError, tooLarge } from '../connection/broker-errors.js';
import type { BrokerSession } from '../connection/broker-session.js';
import { HeaderBlock } from '../connection/header-block.js';
import { MESSAGE_ID } from '../jetstream/message-id-header.js';
import type { StreamPublisher } from '../jetstream/stream-publisher.js';
import type { StreamStore } from '../jetstream/stream-store.js';
import { DEAD_LETTER_BYTES } from '../dead-letters/letter-facts.js';
import { messageIdentity } from './message-identity.js';
import { NatsQueueConsumer } from './nats-queue-consumer.js';
import { NatsQueuedCommands } from './nats-queued-commands.js';
import { NatsQueueRegister } from './nats-queue-register.js';
import { QueueLanes } from './queue-lanes.js';
import type { QueueServices } from './queue-services.js';
import { DELAYED_LANE, PLAIN_LANE, nameTokens, subscriptionToken } from './queue-subjects.js';
import { DELAY_HEADER } from './read-message.js';

/** Receipt of a stored command, with its sequence number. */
interface StoredCommand {
  readonly duplicate: boolean;
  readonly sequence: number;
}

const SWEEPS_PER_WAIT = 10;
const LONGEST_SWEEP_MS = 1000;

/** Command queues on JetStream, with competing consumers: two work-queue streams, and three durable consumers for each queue. */
export class NatsCommandQueue implements DurableLog {
  readonly register: NatsQueueRegister;
  readonly queued: NatsQueuedCommands;
  private readonly subscriptions = new Set<NatsQueueConsumer>();
  private readonly codec = new StoredMessageCodec();
  /** Cache of subject tokens by message name. */
  private readonly tokens = new Map<string, string>();
  private readonly stopListening: () => void;
  private cancelSweep: (() => void) | undefined;
  private isClosed = false;

  constructor(
    private readonly session: BrokerSession,
    private readonly clock: Clock,
    private readonly publisher: StreamPublisher,
    private readonly services: QueueServices,
  ) {
    this.register = new NatsQueueRegister(services);
    this.queued = new NatsQueuedCommands(services, (message, delayMs) =>
      this.put(message, { delayMs, isAgain: true }),
    );
    this.stopListening = session.onReturn(() => {
      for (const subscription of this.subscriptions) subscription.returned();
    });
  }

  async append(message: LogMessage, options: AppendOptions = {}): Promise<{ readonly duplicate: boolean }> {
    const { duplicate } = await this.put(message, options);
    return { duplicate };
  }

  private async put(message: LogMessage, options: AppendOptions): Promise<StoredCommand> {
    const { name, messageId } = message;
    const { streams } = this.services;
    const { delayMs = 0 } = options;
    const payload = this.codec.encode(message);
    // The history of a redriven dead letter uses the reserved space.
    const limit =
      this.services.maxMessageBytes() + (options.subscription === undefined ? 0 : DEAD_LETTER_BYTES);
    if (payload.byteLength > limit) throw tooLarge(name, payload.byteLength, limit);
    if (options.subscription !== undefined) {
      const { store, prefix } = streams.retry;
      const subject = prefix + subscriptionToken(options.subscription);
      // A new id for each append, so that it is stored once per append however often it is re-sent.
      return this.store(store, subject, payload, headersOf(randomUUID(), delayMs));
    }
    const { store, prefix } = streams.command;
    const lane = delayMs > 0 ? DELAYED_LANE : PLAIN_LANE;
    const identity = options.isAgain === true ? randomUUID() : messageIdentity(name, messageId);
    const headers = headersOf(identity, delayMs);
    return this.store(store, `${prefix}${lane}.${this.tokensOf(name)}`, payload, headers);
  }

  async subscribe(wanted: LogSubscription, deliver: (delivery: LogDelivery) => void): Promise<LogConsumer> {
    if (this.isClosed) throw closedError();
    const [name, ...others] = wanted.names;
    if (wanted.kind !== 'command' || name === undefined || others.length > 0) {
      throw new CatgaError('CATGA_UNSUPPORTED', `${wanted.id}: a queue on NATS has exactly one command.`);
    }
    const lanes = new QueueLanes(this.services, { id: wanted.id, name });
    const subscription = new NatsQueueConsumer(this.services, wanted, deliver, lanes);
    this.subscriptions.add(subscription);
    this.sweepLater();
    try {
      await lanes.open(subscription);
      await this.session.checkPermissions(this.subjectsToSettleOn());
    } catch (thrown) {
      this.subscriptions.delete(subscription);
      await lanes.stop();
      throw thrown;
    }
    return subscription;
  }

  /** Gives back unsettled deliveries. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.stopListening();
    this.cancelSweep?.();
    await Promise.all([...this.subscriptions].map((subscription) => subscription.leave()));
    this.subscriptions.clear();
    this.publisher.close();
  }

  /** Subjects to check for publish permissions. No consumer has such a name, so nothing is pulled or settled. */
  private subjectsToSettleOn(): readonly string[] {
    const { streams } = this.services;
    return [streams.command, streams.retry].flatMap(({ store: { shape } }) => [
      `$JS.ACK.${shape.name}.permitted`,
      `$JS.API.CONSUMER.MSG.NEXT.${shape.name}.permitted`,
    ]);
  }

  private async store(
    target: StreamStore,
    subject: string,
    payload: Uint8Array,
    headers: HeaderBlock,
  ): Promise<StoredCommand> {
    const { isDuplicate, sequence } = await this.publisher.publish({ target, subject, payload, headers });
    return { duplicate: isDuplicate, sequence };
  }

  private tokensOf(name: string): string {
    let tokens = this.tokens.get(name);
    if (tokens === undefined) this.tokens.set(name, (tokens = nameTokens(name)));
    return tokens;
  }

  private sweepLater(): void {
    const periodMs = Math.min(LONGEST_SWEEP_MS, this.services.ackWaitMs / SWEEPS_PER_WAIT);
    this.cancelSweep ??= this.clock.setTimer(
      periodMs,
      () => {
        this.cancelSweep = undefined;
        if (this.isClosed || this.session.isClosed) return;
        const nowMs = this.clock.monotonicMs();
        for (const subscription of this.subscriptions) subscription.sweep(nowMs);
        this.sweepLater();
      },
      true,
    );
  }
}

function headersOf(identity: string, delayMs: number): HeaderBlock {
  const made = new HeaderBlock().set(MESSAGE_ID, identity);
  if (delayMs > 0) made.set(DELAY_HEADER, String(Math.ceil(delayMs)));
  return made;
}
