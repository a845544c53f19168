import type { LogConsumer, LogDelivery, LogSubscription } from '@catga/core/engine';
import { isUnknownGroup } from '../connection/broker-errors.js';
import { bytesOf, listOf, numberOf } from '../connection/lua-script.js';
import type { LuaArgument, LuaReply } from '../connection/lua-script.js';
import type { ConsumerLease } from './consumer-lease.js';
import { DeliveriesInHand } from './deliveries-in-hand.js';
import { RedisDelivery, settlementText, takenEntries } from './log-delivery.js';
import type { Settlement } from './log-delivery.js';
import type { LogServices } from './log-services.js';
import { aliveKey, queueKeys, queuesKey } from './queue-keys.js';
import type { QueueKeys } from './queue-keys.js';
import { giveBackEntries } from './scripts/give-back-entries.lua.js';
import { makeSubscription } from './scripts/make-subscription.lua.js';
import { readOwnEntries } from './scripts/read-own-entries.lua.js';
import { settleEntries } from './scripts/settle-entries.lua.js';
import { takeEntries } from './scripts/take-entries.lua.js';
import { readMessage } from './read-message.js';
import { TurnBatch } from '../connection/turn-batch.js';

/** Maximum number of entries per script, so that it does not block the server. */
const AT_A_TIME = 256;
/** Maximum number of delayed entries set aside in one call. */
const LOOKED_AT = 1024;
/** Consumer of the entries that were set aside. */
const SET_ASIDE = '-';
/** Delay before a failed consumer retries, in milliseconds. */
const TRIED_AGAIN_AFTER_MS = 250;

/**
 * One node's consumer of one subscription. It takes entries when woken, when some are due, and when it has room again; one script at a
 * time, so that deliveries are counted correctly.
 */
export class SubscriptionConsumer implements LogConsumer {
  private readonly keys: QueueKeys;
  private readonly inHand: DeliveriesInHand;
  private isStopped = false;
  private isTaking = false;
  private isWoken = false;
  /** A reply may have been lost: query the server for our entries. */
  private mustLookBack = false;
  /** The server may have lost the subscription. */
  private mustMake = false;
  private cancelTimer: (() => void) | undefined;
  private cancelRounds: (() => void) | undefined;
  private readonly ends: (() => void)[] = [];
  private readonly settlements: TurnBatch<Settlement, void>;

  private constructor(
    private readonly subscription: LogSubscription,
    deliver: (delivery: LogDelivery) => void,
    private readonly services: LogServices,
    private readonly lease: ConsumerLease,
    /** Entries held by this consumer, according to the server's replies. */
    private readonly held: Set<string>,
  ) {
    this.keys = queueKeys(services.prefix, subscription.id);
    this.inHand = new DeliveriesInHand(subscription.concurrency, deliver, services.clock);
    this.settlements = new TurnBatch(
      (batch) => this.settleAll(batch),
      { items: AT_A_TIME, bytes: Infinity, isOrdered: false },
      () => 0,
    );
  }

  /** Creates the subscription, and starts taking entries. */
  static async start(
    subscription: LogSubscription,
    deliver: (delivery: LogDelivery) => void,
    services: LogServices,
    lease: ConsumerLease,
    held: Set<string>,
  ): Promise<SubscriptionConsumer> {
    const consumer = new SubscriptionConsumer(subscription, deliver, services, lease, held);
    const { session } = services;
    await consumer.make();
    consumer.ends.push(
      await session.channels.subscribe(consumer.channel, () => consumer.wake()),
      session.onReturn(() => consumer.returned()),
    );
    consumer.lookForLapsedLater();
    consumer.wake();
    return consumer;
  }

  stop(): Promise<void> {
    this.isStopped = true;
    this.cancelTimer?.();
    this.cancelRounds?.();
    for (const end of this.ends.splice(0)) end();
    for (const delivery of this.inHand.giveUpReady()) giveBack(delivery);
    return Promise.resolve();
  }

  /** Stops, and gives back unsettled entries. */
  async leave(): Promise<void> {
    await this.stop();
    this.settlements.flush();
    while ((await this.giveBack(this.services.consumer)) === AT_A_TIME);
  }

  private get channel(): string {
    return `${this.services.wakeChannel}${this.subscription.id}`;
  }

  private wake(): void {
    this.isWoken = true;
    if (!this.isTaking && !this.isStopped) void this.takeWhileWoken();
  }

  private returned(): void {
    this.mustMake = true;
    this.mustLookBack = true;
    this.wake();
  }

  private async takeWhileWoken(): Promise<void> {
    this.isTaking = true;
    try {
      while (this.isWoken && !this.isStopped) {
        this.isWoken = false;
        await this.take();
      }
    } catch (thrown) {
      if (isUnknownGroup(thrown)) this.mustMake = true;
      // A reply with entries may have been lost. After an outage the reconnect wakes the consumer.
      this.mustLookBack = true;
      this.wakeAfter(TRIED_AGAIN_AFTER_MS);
    } finally {
      this.isTaking = false;
    }
  }

  private async take(): Promise<void> {
    const { session, consumer } = this.services;
    const { entries, back } = this.keys;
    if (this.mustMake) await this.make();
    this.mustMake = false;
    while (this.mustLookBack && !this.isStopped) await this.lookBack();
    const room = Math.min(this.inHand.room, AT_A_TIME);
    if (room <= 0 || this.isStopped) return;
    const reply = await session.run(takeEntries, [entries, back], [consumer, room, LOOKED_AT]);
    const [next, more, ...taken] = listOf(reply);
    this.hand(taken);
    const nextMs = numberOf(next);
    if (numberOf(more) === 1) this.isWoken = true;
    else if (nextMs >= 0) this.wakeAfter(nextMs);
  }

  /** Reads the entries of lost replies. */
  private async lookBack(): Promise<void> {
    const { session, consumer } = this.services;
    this.mustLookBack = false;
    const most = this.held.size + AT_A_TIME;
    const [more, ...own] = listOf(await session.run(readOwnEntries, [this.keys.entries], [consumer, most]));
    if (numberOf(more) === 1) this.mustLookBack = true;
    this.hand(own);
  }

  /** Delivers the new entries of a reply: ids and attempts, then the messages. */
  private hand([heads, ...messages]: readonly LuaReply[]): void {
    for (const [at, entry] of takenEntries(bytesOf(heads).toString()).entries()) {
      if (this.held.has(entry.id)) continue;
      this.held.add(entry.id);
      const { message, problem } = readMessage(bytesOf(messages[at]), entry.id, this.subscription);
      const delivery = new RedisDelivery(message, problem, entry, this.settle);
      if (this.isStopped) giveBack(delivery);
      else this.inHand.admit(delivery);
    }
  }

  private readonly settle = (settlement: Settlement): Promise<void> => {
    const { delivery } = settlement;
    const told = this.settlements.add(settlement);
    if (delivery.isActive) {
      delivery.isActive = false;
      this.inHand.settled();
    }
    return told;
  };

  private async settleAll(batch: readonly Settlement[]): Promise<readonly void[]> {
    const { session, consumer } = this.services;
    const { entries, back } = this.keys;
    const held = this.held.size;
    const args: LuaArgument[] = [consumer, this.channel, held <= batch.length * 2 ? held : 0];
    for (const settlement of batch) args.push(settlementText(settlement));
    const settled = session.run(settleEntries, [entries, back], args);
    this.wake(); // Sent after it, so replied to after it.
    try {
      await settled;
    } catch (thrown) {
      this.mustLookBack = true;
      for (const { delivery } of batch) delivery.reopen();
      throw thrown;
    } finally {
      // Before later replies are handled: an entry that was given back may be in them again.
      for (const { delivery } of batch) this.held.delete(delivery.entry.id);
    }
    return [];
  }

  private async make(): Promise<void> {
    const { session, prefix } = this.services;
    const { id, kind, names } = this.subscription;
    const keys = [this.keys.entries, this.keys.names, queuesKey(prefix)];
    await session.run(makeSubscription, keys, [id, kind, ...names]);
  }

  private async giveBack(leaving: string): Promise<number> {
    const { session, prefix, consumer } = this.services;
    const { entries, back } = this.keys;
    const consumers = leaving === '' ? await this.consumers() : [leaving];
    const leases = [consumer, ...consumers].map((one) => aliveKey(prefix, one));
    const args = [this.channel, AT_A_TIME, leaving === '' ? 0 : 1, ...consumers];
    return numberOf(await session.run(giveBackEntries, [entries, back, ...leases], args));
  }

  /** Consumers of the queue, except the pseudo-consumer of delayed entries. */
  private async consumers(): Promise<readonly string[]> {
    const found = await this.services.session.ask((client) =>
      client.xinfo('CONSUMERS', this.keys.entries, 'catga'),
    );
    // Each is a list of names and values.
    return (found as readonly (readonly unknown[])[])
      .map((about) => String(about[about.indexOf('name') + 1]))
      .filter((name) => name !== SET_ASIDE);
  }

  private wakeAfter(delayMs: number): void {
    this.cancelTimer?.();
    if (!this.isStopped) this.cancelTimer = this.services.clock.setTimer(delayMs, () => this.wake(), true);
  }

  /** Checks for expired leases twice per lease duration. Also takes entries, because wake-ups may be lost. */
  private lookForLapsedLater(): void {
    const { clock, leaseMs, session } = this.services;
    const round = async (): Promise<void> => {
      this.wake();
      // After an outage consumers need time to renew their leases before they count as dead.
      if (session.isUp && session.upForMs >= leaseMs && (await this.lease.hasOutlastedRenewals()))
        await this.giveBack('');
    };
    this.cancelRounds = clock.setTimer(
      leaseMs / 2,
      () =>
        void round()
          .catch(() => {}) // The broker is unavailable; the next round retries.
          .finally(() => void (!this.isStopped && this.lookForLapsedLater())),
      true,
    );
  }
}

/** Gives back a prefetched delivery. If that fails, it is redelivered when the lease has expired. */
function giveBack(delivery: RedisDelivery): void {
  delivery.release().catch(() => {});
}
