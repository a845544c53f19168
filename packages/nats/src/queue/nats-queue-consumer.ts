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
/** After how long a message is delivered again whose consumer's callback threw, in milliseconds. */
const CALLBACK_FAILURE_DELAY_MS = 1000;
/** How often within the time that the server waits it is told that a message is still being worked on. */
const SIGNALS_PER_WAIT = 3;
/** One node's part in one queue: what it took from all lanes and has not settled, in the order it came. */
export class NatsQueueConsumer implements LogConsumer, DeliveryHolder, LaneListener {
  private readonly held = new Set<NatsDelivery>();
  private readonly queue: NatsDelivery[] = [];
  /** What is being considered or given back at the moment. */
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

  /** Asks for what there is room for. */
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
    // What cannot be given back now comes back by itself.
    for (const delivery of this.queue.splice(0)) void this.release(delivery, 0).catch(() => {});
    await this.lanes.stop();
  }

  /** Stops, and gives back what was taken and not settled. The deliveries are then void. */
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
    // Headers are dear to read.
    const delayMs = lane.kind === 'plain' ? 0 : delayOf(message);
    if (delayMs === 0 && deliveries === 1 && !this.isStopped) return this.admit(delivery);
    const considered = this.consider(delivery, delayMs).catch(() =>
      // It could not be told from one to be handled: it comes again, by itself if it cannot even be given back.
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

  /** The broker is back, perhaps empty: it says nothing to who asks a consumer that is not there for messages. */
  returned(): void {
    if (!this.isStopped) this.lanes.revive();
  }

  /** Tells the server of what is still being worked on, and looks for lanes that went silent. */
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

  /** With a note of how many attempts there were, and that none is going on. */
  private async returnAfter({ origin }: NatsDelivery, count: number, delayMs: number): Promise<void> {
    const { attempts, clock } = this.services;
    try {
      await attempts.set(origin, { state: 'waiting', count, dueAtMs: clock.now() + delayMs });
    } finally {
      this.return(origin, delayMs);
    }
  }

  /** The connection is not closed before it is done. */
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

  /** What is not plainly to be handled: it came before, or too early. */
  private async consider(delivery: NatsDelivery, delayMs: number): Promise<void> {
    const { serverClock } = this.services;
    const { deliveries, storedAtMs } = delivery.origin;
    if (this.isStopped) return this.release(delivery, 0);
    const isDelayed = delayMs > 0;
    const waitMs = isDelayed ? storedAtMs + delayMs - (await serverClock.now()) : 0;
    if (waitMs > 0) return this.giveBack(delivery, waitMs);
    // What is delayed may have come any number of times before its own: each of its attempts is noted, and nothing else.
    if ((deliveries > 1 || isDelayed) && !(await this.count(delivery, isDelayed ? 0 : 1))) {
      if (this.settle(delivery)) this.acks.add(delivery.origin.reply);
      return;
    }
    if (this.isStopped) return this.release(delivery, 0);
    this.admit(delivery);
  }

  /**
   * Notes an attempt before it begins: one that ends with its process counts. Resolves with whether it may begin: the message was not
   * taken away.
   * @param unnoted how many attempts there were if none is noted: 1 where the first one is not noted, 0 where every one is
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
      // What cannot be given back comes again by itself.
      void this.giveBack(delivery, CALLBACK_FAILURE_DELAY_MS).catch(() => {});
    }
  }

  /** Whether it was unsettled. Makes room for the next one. */
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
