import { DeliveryWindow } from '@catga/core/engine';
import type { LogConsumer, LogDelivery, LogSubscription } from '@catga/core/engine';
import type { ClientMessage } from '../connection/client-connection.js';
import type { AckFacts } from '../jetstream/ack-subject.js';
import { NatsDelivery } from './nats-delivery.js';
import type { DeliveryHolder, DeliveryOrigin } from './nats-delivery.js';
import type { LaneListener, PullLane } from './pull-lane.js';
import { delayOf, readMessage } from './read-message.js';
import type { QueueLanes } from './queue-lanes.js';
import type { QueueServices } from './queue-services.js';
import { TurnAcks } from './turn-acks.js';

const ACK = new TextEncoder().encode('+ACK');
const IN_PROGRESS = new TextEncoder().encode('+WPI');
const NANOS = 1_000_000;
/**
 * Shortest delay of a message that is given back, in milliseconds. Without one the server may offer it at once to a pull of a
 * node that is stopping: its subscription ends before the message arrives, and the server holds the message for the whole
 * acknowledgement wait (seen on nats-server 2.9; nothing in the protocol rules it out).
 */
const SHORTEST_DELAY_MS = 25;
/** Redelivery delay of a message whose callback threw, in milliseconds. */
const CALLBACK_FAILURE_DELAY_MS = 1000;
/** Number of in-progress signals per ack wait. */
const SIGNALS_PER_WAIT = 3;
/** One node's consumer of one queue: unsettled deliveries of all lanes, in order of arrival. */
export class NatsQueueConsumer implements LogConsumer, DeliveryHolder, LaneListener {
  private readonly held = new Set<NatsDelivery>();
  private readonly queue: NatsDelivery[] = [];
  /** Pending checks and returns of deliveries. */
  private readonly underway = new Set<Promise<unknown>>();
  private readonly window: DeliveryWindow;
  private readonly acks: TurnAcks;
  private active = 0;
  private isStopped = false;

  constructor(
    private readonly services: QueueServices,
    private readonly wanted: LogSubscription,
    private readonly deliver: (delivery: LogDelivery) => void,
    private readonly lanes: QueueLanes,
  ) {
    this.window = new DeliveryWindow(wanted.concurrency);
    this.acks = new TurnAcks(services.session);
  }

  /** Pulls as many messages as there is room for. */
  pull(): void {
    if (this.isStopped) return;
    const room = this.window.size(this.services.clock.monotonicMs()) - this.held.size;
    if (room <= 0) return;
    for (const lane of this.lanes.all) {
      if (lane.expected <= room / 2) lane.pull(room - lane.expected);
    }
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    // If giving back fails, the ack wait expires.
    for (const delivery of this.queue.splice(0)) void this.release(delivery, 0).catch(() => {});
    await this.lanes.stop();
  }

  /** Stops, and gives back unsettled deliveries, which are then void. */
  async leave(): Promise<void> {
    const stopped = this.stop();
    if (!this.services.session.isUp) return this.held.clear();
    await stopped;
    this.acks.write();
    for (const delivery of this.held) void this.release(delivery, 0).catch(() => {});
    while (this.underway.size > 0) await Promise.allSettled(this.underway);
  }

  received(lane: PullLane, message: ClientMessage, facts: AckFacts): void {
    const { services } = this;
    const { consumer } = lane;
    const { sequence, deliveries, storedAtMs } = facts;
    const origin = { consumer, reply: message.reply ?? '', sequence, deliveries, storedAtMs };
    const read = readMessage(message, origin, services.maxMessageBytes);
    const delivery = new NatsDelivery(this, origin, read.message, read.problem);
    delivery.touchedMs = services.clock.monotonicMs();
    this.held.add(delivery);
    // Reading headers is expensive.
    const delayMs = lane.kind === 'plain' ? 0 : delayOf(message);
    if (delayMs === 0 && deliveries === 1 && !this.isStopped) return this.admit(delivery);
    const considered = this.consider(delivery, delayMs).catch(() =>
      // Its state is unknown: redeliver it, after the ack wait if even giving back fails.
      this.giveBack(delivery, CALLBACK_FAILURE_DELAY_MS).catch(() => {}),
    );
    void this.track(considered);
  }

  ended(): void {
    this.pull();
  }

  lost(): void {
    this.lanes.revive();
  }

  /** Called after a reconnect. The broker may have lost its data, and does not reply to pulls of a missing consumer. */
  returned(): void {
    if (!this.isStopped) this.lanes.revive();
  }

  /** Sends in-progress signals, and detects silent lanes. */
  sweep(nowMs: number): void {
    const { session, ackWaitMs } = this.services;
    if (!session.isUp) return;
    for (const delivery of this.held) {
      if (nowMs - delivery.touchedMs < ackWaitMs / SIGNALS_PER_WAIT) continue;
      delivery.touchedMs = nowMs;
      session.publish(delivery.origin.reply, IN_PROGRESS);
    }
    if (!this.isStopped && this.lanes.all.some((lane) => lane.isSilent(nowMs))) this.lanes.revive();
  }

  async acknowledge(delivery: NatsDelivery, isConfirmed: boolean): Promise<void> {
    if (!this.settle(delivery)) return;
    const { reply } = delivery.origin;
    if (isConfirmed) await this.track(this.services.api.requests.ask(reply, ACK));
    else this.acks.add(reply);
  }

  async giveBack(delivery: NatsDelivery, delayMs: number): Promise<void> {
    if (!this.settle(delivery)) return;
    if (delivery.isActive) await this.track(this.returnAfter(delivery, delivery.attempt, delayMs));
    else this.return(delivery.origin, delayMs);
  }

  async release(delivery: NatsDelivery, delayMs: number): Promise<void> {
    if (this.settle(delivery)) await this.track(this.returnUncounted(delivery, delayMs));
  }

  private async returnUncounted(delivery: NatsDelivery, delayMs: number): Promise<void> {
    const { origin, attempt, isCounted } = delivery;
    if (isCounted || origin.deliveries === 1) await this.returnAfter(delivery, attempt - 1, delayMs);
    else this.return(origin, delayMs);
  }

  /** Gives a delivery back, after recording its attempts. */
  private async returnAfter({ origin }: NatsDelivery, count: number, delayMs: number): Promise<void> {
    const { attempts, clock } = this.services;
    try {
      await attempts.set(origin, { state: 'waiting', count, dueAtMs: clock.now() + delayMs });
    } finally {
      this.return(origin, delayMs);
    }
  }

  /** Tracks work that `leave` awaits before the connection is closed. */
  private async track<T>(work: Promise<T>): Promise<T> {
    this.underway.add(work);
    try {
      return await work;
    } finally {
      this.underway.delete(work);
    }
  }

  private return({ reply }: DeliveryOrigin, delayMs: number): void {
    const delay = Math.ceil(Math.max(delayMs, SHORTEST_DELAY_MS) * NANOS);
    this.services.session.publish(reply, new TextEncoder().encode(`-NAK {"delay":${delay}}`));
  }

  /** Checks a delivery that is redelivered or delayed: it may be too early, or taken out of the queue. */
  private async consider(delivery: NatsDelivery, delayMs: number): Promise<void> {
    const { serverClock } = this.services;
    const { deliveries, storedAtMs } = delivery.origin;
    if (this.isStopped) return this.release(delivery, 0);
    const isDelayed = delayMs > 0;
    const waitMs = isDelayed ? storedAtMs + delayMs - (await serverClock.now()) : 0;
    if (waitMs > 0) return this.giveBack(delivery, waitMs);
    // A delayed message may be delivered any number of times before it is due, so only its attempts are recorded.
    if ((deliveries > 1 || isDelayed) && !(await this.count(delivery, isDelayed ? 0 : 1))) {
      if (this.settle(delivery)) this.acks.add(delivery.origin.reply);
      return;
    }
    if (this.isStopped) return this.release(delivery, 0);
    this.admit(delivery);
  }

  /**
   * Records an attempt before it begins, so that one ended by a crash counts. Resolves with whether it may begin: not if the command was
   * taken out of the queue.
   * @param unnoted number of earlier attempts if none is recorded: 1 if first attempts are not recorded, else 0
   */
  private async count(delivery: NatsDelivery, unnoted: 0 | 1): Promise<boolean> {
    const { attempts } = this.services;
    for (;;) {
      const { noted, revision } = await attempts.read(delivery.origin);
      if (noted?.state === 'taken') return false;
      delivery.attempt = (noted?.count ?? unnoted) + 1;
      const begun = { state: 'begun', count: delivery.attempt } as const;
      if (await attempts.replace(delivery.origin, begun, revision)) break;
    }
    delivery.isCounted = true;
    return true;
  }

  private admit(delivery: NatsDelivery): void {
    if (this.active < this.wanted.concurrency && this.queue.length === 0) this.start(delivery);
    else this.queue.push(delivery);
  }

  private start(delivery: NatsDelivery): void {
    this.active++;
    delivery.isActive = true;
    try {
      this.deliver(delivery);
    } catch {
      // If giving back fails, the ack wait expires.
      void this.giveBack(delivery, CALLBACK_FAILURE_DELAY_MS).catch(() => {});
    }
  }

  /** Removes a delivery, and makes room for the next one. Returns whether it was unsettled. */
  private settle(delivery: NatsDelivery): boolean {
    if (!this.held.delete(delivery)) return false;
    if (!delivery.isActive) {
      const place = this.queue.indexOf(delivery);
      if (place >= 0) this.queue.splice(place, 1);
    } else {
      this.active--;
      this.window.count();
      const next = this.queue.shift();
      if (next !== undefined) this.start(next);
    }
    this.pull();
    return true;
  }
}
