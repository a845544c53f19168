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

/** How many entries one script handles, so that it does not hold the server up. */
const AT_A_TIME = 256;
/** How many entries that must wait a consumer puts aside in one go. */
const LOOKED_AT = 1024;
/** Consumer of the entries that were set aside. */
const SET_ASIDE = '-';
/** How soon a consumer tries again that could not, in milliseconds. */
const TRIED_AGAIN_AFTER_MS = 250;

/**
 * One node's part in one subscription. It takes when it is woken, when something is due, and when it has room again; one
 * script at a time, which is what the deliveries are counted by.
 */
export class SubscriptionConsumer implements LogConsumer {
  private readonly keys: QueueKeys;
  private readonly inHand: DeliveriesInHand;
  private isStopped = false;
  private isTaking = false;
  private isWoken = false;
  /** An answer may have been lost: the server is asked what is ours. */
  private mustLookBack = false;
  /** The server may have forgotten. */
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
    /** What the server says is ours, as far as its answers came: until it said that it is not any more. */
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

  /** Makes the subscription, and begins to take. */
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

  /** Stops, and gives back what was taken and not settled. */
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
      // What was handed over may not have come. A broker that is away wakes us when it is back.
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

  /** Some answers were lost, each with as many entries as a script hands over. */
  private async lookBack(): Promise<void> {
    const { session, consumer } = this.services;
    this.mustLookBack = false;
    const most = this.held.size + AT_A_TIME;
    const [more, ...own] = listOf(await session.run(readOwnEntries, [this.keys.entries], [consumer, most]));
    if (numberOf(more) === 1) this.mustLookBack = true;
    this.hand(own);
  }

  /** Delivers the entries of an answer that are new to us: what they are called and tried, then the messages. */
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
    this.wake(); // Asked after it, and so answered after it.
    try {
      await settled;
    } catch (thrown) {
      this.mustLookBack = true;
      for (const { delivery } of batch) delivery.reopen();
      throw thrown;
    } finally {
      // Before the answer of what was asked since is looked at: an entry that was given back may be in it again.
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

  /** All that take from the queue; not the one that entries are set aside under. */
  private async consumers(): Promise<readonly string[]> {
    const found = await this.services.session.ask((client) =>
      client.xinfo('CONSUMERS', this.keys.entries, 'catga'),
    );
    // Each is a list of names and values, the first of which is its name.
    return (found as readonly (readonly unknown[])[])
      .map((about) => String(about[about.indexOf('name') + 1]))
      .filter((name) => name !== SET_ASIDE);
  }

  private wakeAfter(delayMs: number): void {
    this.cancelTimer?.();
    if (!this.isStopped) this.cancelTimer = this.services.clock.setTimer(delayMs, () => this.wake(), true);
  }

  /** Twice in the time of a lease. What wakes may be lost, so that looking is also asking. */
  private lookForLapsedLater(): void {
    const { clock, leaseMs, session } = this.services;
    const round = async (): Promise<void> => {
      this.wake();
      // Whoever has no lease now had no chance to renew it while the broker was away, or stood still.
      if (session.isUp && session.upForMs >= leaseMs && (await this.lease.hasOutlastedRenewals()))
        await this.giveBack('');
    };
    this.cancelRounds = clock.setTimer(
      leaseMs / 2,
      () =>
        void round()
          .catch(() => {}) // The broker is away; the next round is soon.
          .finally(() => void (!this.isStopped && this.lookForLapsedLater())),
      true,
    );
  }
}

/** Of one that the handler has not begun with. What cannot be told now comes back when the lease has lapsed. */
function giveBack(delivery: RedisDelivery): void {
  delivery.release().catch(() => {});
}
