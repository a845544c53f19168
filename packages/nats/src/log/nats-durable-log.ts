import { StoredMessageCodec } from '@catga/core/engine';
import type {
  AppendOptions,
  Clock,
  DurableLog,
  LogConsumer,
  LogDelivery,
  LogSubscription,
  StoredMessage,
} from '@catga/core/engine';
import { CatgaError } from '@catga/core';
import { closedError, tooLarge } from '../connection/broker-errors.js';
import type { BrokerSession } from '../connection/broker-session.js';
import { HeaderBlock } from '../connection/header-block.js';
import { MESSAGE_ID } from '../jetstream/message-id-header.js';
import type { ResolvedDurableOptions } from '../options/resolve-nats-options.js';
import type { LogPublisher } from './log-publisher.js';
import { DELAYED_LANE, PLAIN_LANE, laneOfKey, nameTokens, subscriptionToken } from './log-subjects.js';
import { messageIdentity } from './message-identity.js';
import { NatsSubscription } from './nats-subscription.js';
import { NatsSubscriptionRegister } from './nats-subscription-register.js';
import { DELAY_HEADER } from './read-message.js';
import { SubscriptionLanes } from './subscription-lanes.js';
import type { SubscriptionServices } from './subscription-services.js';

/** What a dead letter adds to its message: why it is one, and its history. Kept free, so that every stored message can become one. */
export const DEAD_LETTER_BYTES = 16_384;
const SWEEPS_PER_WAIT = 10;
const LONGEST_SWEEP_MS = 1000;

/** The durable log on JetStream: three streams, and a few durable consumers for each subscription. */
export class NatsDurableLog implements DurableLog {
  readonly register: NatsSubscriptionRegister;
  private readonly subscriptions = new Set<NatsSubscription>();
  private readonly codec = new StoredMessageCodec();
  /** The ends of subjects by name: as many as there are kinds of messages. */
  private readonly tokens = new Map<string, string>();
  private readonly stopListening: () => void;
  private cancelSweep: (() => void) | undefined;
  private isClosed = false;

  constructor(
    private readonly session: BrokerSession,
    private readonly clock: Clock,
    private readonly publisher: LogPublisher,
    private readonly services: SubscriptionServices,
    private readonly options: ResolvedDurableOptions,
  ) {
    this.register = new NatsSubscriptionRegister(services);
    this.stopListening = session.onReturn(() => {
      for (const subscription of this.subscriptions) subscription.returned();
    });
  }

  async append(
    message: StoredMessage,
    options: AppendOptions = {},
  ): Promise<{ readonly duplicate: boolean }> {
    const { name, kind, messageId, key } = message;
    const { streams, keyedNames } = this.services;
    const { delayMs = 0 } = options;
    const payload = this.codec.encode(message);
    // What was a dead letter has its history where the log kept room for it.
    const limit =
      this.services.maxMessageBytes() + (options.subscription === undefined ? 0 : DEAD_LETTER_BYTES);
    if (payload.byteLength > limit) throw tooLarge(name, payload.byteLength, limit);
    if (options.subscription !== undefined) {
      const { store, prefix } = streams.retry;
      const subject = prefix + subscriptionToken(options.subscription);
      return this.publisher.publish({ store, subject, payload, headers: headersOf(undefined, delayMs) });
    }
    const { store, prefix } = streams[kind];
    const { keyPartitions } = this.options;
    // What is delayed has no place in an order.
    const orderedBy = delayMs > 0 ? undefined : key;
    if (orderedBy !== undefined) await keyedNames.note(name, keyPartitions);
    const lane = orderedBy === undefined ? unorderedLane(kind, delayMs) : laneOfKey(orderedBy, keyPartitions);
    return this.publisher.publish({
      store,
      subject: `${prefix}${lane}.${this.tokensOf(name)}`,
      payload,
      headers: headersOf(messageIdentity(name, messageId), delayMs),
    });
  }

  async subscribe(wanted: LogSubscription, deliver: (delivery: LogDelivery) => void): Promise<LogConsumer> {
    if (this.isClosed) throw closedError();
    if (wanted.kind === 'command' && wanted.names.length !== 1) {
      throw new CatgaError('CATGA_UNSUPPORTED', `${wanted.id}: a queue on NATS has exactly one command.`);
    }
    const lanes = new SubscriptionLanes(this.services, wanted);
    const subscription = new NatsSubscription(this.services, wanted, deliver, lanes);
    this.subscriptions.add(subscription);
    this.sweepLater();
    try {
      await lanes.open(subscription);
      await this.session.checkPermissions(this.subjectsToSettleOn(wanted));
    } catch (thrown) {
      this.subscriptions.delete(subscription);
      await lanes.stop();
      throw thrown;
    }
    return subscription;
  }

  /** Gives back what was taken and not settled. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.stopListening();
    this.cancelSweep?.();
    await Promise.all([...this.subscriptions].map((subscription) => subscription.leave()));
    this.subscriptions.clear();
    this.services.keyedNames.close();
    this.publisher.close();
  }

  /** What is published to for the sake of a subscription; no consumer has such a name, and so none is asked or settled. */
  private subjectsToSettleOn({ kind }: LogSubscription): readonly string[] {
    const { streams } = this.services;
    return [streams[kind], streams.retry].flatMap(({ store: { shape } }) => [
      `$JS.ACK.${shape.name}.permitted`,
      `$JS.API.CONSUMER.MSG.NEXT.${shape.name}.permitted`,
    ]);
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

/** Commands that wait for their time keep no others waiting; an event that does has only its own subscriptions. */
function unorderedLane(kind: 'event' | 'command', delayMs: number): string {
  return kind === 'command' && delayMs > 0 ? DELAYED_LANE : PLAIN_LANE;
}

function headersOf(identity: string | undefined, delayMs: number): HeaderBlock | undefined {
  if (identity === undefined && delayMs <= 0) return undefined;
  const made = new HeaderBlock();
  if (identity !== undefined) made.set(MESSAGE_ID, identity);
  if (delayMs > 0) made.set(DELAY_HEADER, String(Math.ceil(delayMs)));
  return made;
}
