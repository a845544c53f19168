import type { DurableSubscription } from '../contracts/durable-subscription.js';
import { CatgaError } from '../errors/catga-error.js';
import { joinedKey } from '../ids/joined-key.js';
import type { Clock } from '../ports/clock.js';
import { COMMAND_QUEUES } from '../ports/durable-log.js';
import type { AppendOptions, LogDelivery, LogSubscription } from '../ports/durable-log.js';
import type { SubscriptionRegister } from '../ports/subscription-register.js';
import type { LogMessage } from '../ports/stored-message.js';
import type { Timetable } from '../time/timetable.js';
import { DeduplicationWindow } from './deduplication-window.js';
import { newLogEntry } from './log-entry.js';
import type { LogEntry } from './log-entry.js';
import type { MemoryConsumer } from './memory-consumer.js';
import type { ResolvedMemoryEngineOptions } from './memory-engine-options.js';
import { MemorySubscription } from './memory-subscription.js';
import { SubscriptionRoutes } from './subscription-routes.js';

const STORED = Promise.resolve(Object.freeze({ duplicate: false }));
const DUPLICATE = Promise.resolve(Object.freeze({ duplicate: true }));

/** Command queues of one namespace, shared by its connections: competing consumers. */
export class MemoryQueue implements SubscriptionRegister {
  private readonly subscriptions = new Map<string, MemorySubscription>();
  private readonly routes = new SubscriptionRoutes<MemorySubscription>();
  /** Commands without a subscription, by name. */
  private readonly unclaimed = new Map<string, LogEntry[]>();
  private readonly seen: DeduplicationWindow;
  private lastSequence = 0;
  private unsettled = 0;

  constructor(
    private readonly options: ResolvedMemoryEngineOptions,
    private readonly clock: Clock,
    private readonly timetable: Timetable,
  ) {
    this.seen = new DeduplicationWindow(() => clock.monotonicMs(), options.deduplicationWindowMs);
  }

  append(message: LogMessage, options?: AppendOptions): Promise<{ readonly duplicate: boolean }> {
    const notBeforeMs =
      options?.delayMs === undefined || options.delayMs <= 0 ? 0 : this.clock.monotonicMs() + options.delayMs;
    const sequence = ++this.lastSequence;
    if (options?.subscription !== undefined) {
      if (!this.hasRoomFor(1)) return this.refuse();
      this.unsettled++;
      this.subscription(options.subscription).add(newLogEntry(message, sequence, notBeforeMs));
      return STORED;
    }
    const identity = joinedKey(message.name, message.messageId);
    if (options?.isAgain !== true && this.seen.get(identity) !== undefined) return DUPLICATE;
    const wanting = this.routes.of(message.name);
    const isUnclaimed = wanting.length === 0;
    const copies = isUnclaimed ? 1 : wanting.length;
    if (!this.hasRoomFor(copies) || (this.seen.isFull && options?.isAgain !== true)) return this.refuse();
    if (options?.isAgain !== true) this.seen.add(identity);
    this.unsettled += copies;
    if (isUnclaimed) this.setAside(newLogEntry(message, sequence, notBeforeMs));
    for (const subscription of wanting) subscription.add(newLogEntry(message, sequence, notBeforeMs));
    return STORED;
  }

  subscribe(wanted: LogSubscription, deliver: (delivery: LogDelivery) => void): MemoryConsumer {
    const subscription = this.subscription(wanted.id);
    this.routes.set(subscription, wanted.names);
    this.claim(subscription, wanted.names);
    return subscription.attach(wanted.concurrency, deliver);
  }

  list(): Promise<readonly DurableSubscription[]> {
    const ids = new Map([...this.subscriptions].map(([id, subscription]) => [subscription, id]));
    const listed: DurableSubscription[] = [];
    for (const [subscription, { names }] of this.routes.entries()) {
      const { size: waiting, lag } = subscription;
      listed.push({ id: ids.get(subscription) ?? '', kind: 'command', names, waiting, lag });
    }
    return Promise.resolve(listed);
  }

  drop(id: string): Promise<boolean> {
    const subscription = this.subscriptions.get(id);
    if (subscription === undefined) return Promise.resolve(false);
    this.subscriptions.delete(id);
    this.routes.remove(subscription);
    subscription.drop();
    this.unsettled -= subscription.size;
    return Promise.resolve(true);
  }

  /** The ids of the queues with commands of a name, or of any, in an order of their own. */
  queueIds(name: string | undefined): readonly string[] {
    const ids = new Set(this.subscriptions.keys());
    for (const unclaimed of this.unclaimed.keys()) ids.add(queueIdOf(unclaimed));
    return [...ids].filter((id) => name === undefined || id === queueIdOf(name)).toSorted();
  }

  /** What is not settled of a queue, oldest first. */
  entriesOf(id: string): readonly LogEntry[] {
    const unclaimed = this.unclaimed.get(id.slice(queueIdOf('').length)) ?? [];
    const claimed = this.subscriptions.get(id)?.entries ?? [];
    return [...unclaimed, ...claimed].sort((one, other) => one.sequence - other.sequence);
  }

  /** Removes what no consumer has. Returns whether it did. */
  remove(id: string, entry: LogEntry): boolean {
    const subscription = this.subscriptions.get(id);
    if (subscription?.remove(entry) === true) return true;
    const unclaimed = this.unclaimed.get(entry.message.name);
    const place = unclaimed?.indexOf(entry) ?? -1;
    if (place < 0) return false;
    unclaimed?.splice(place, 1);
    this.unsettled--;
    return true;
  }

  /** Created on demand: a redriven dead letter may arrive before its subscription is back. */
  private subscription(id: string): MemorySubscription {
    let subscription = this.subscriptions.get(id);
    if (subscription === undefined) {
      subscription = new MemorySubscription(this.clock, this.timetable, this.acknowledged);
      this.subscriptions.set(id, subscription);
    }
    return subscription;
  }

  private setAside(entry: LogEntry): void {
    const { name } = entry.message;
    const entries = this.unclaimed.get(name);
    if (entries === undefined) this.unclaimed.set(name, [entry]);
    else entries.push(entry);
  }

  /** Moves unclaimed commands of these names to the subscription, in the order they were appended. */
  private claim(subscription: MemorySubscription, names: readonly string[]): void {
    const claimed: LogEntry[] = [];
    for (const name of names) {
      for (const entry of this.unclaimed.get(name) ?? []) claimed.push(entry);
      this.unclaimed.delete(name);
    }
    claimed.sort((one, other) => one.sequence - other.sequence);
    for (const entry of claimed) subscription.add(entry);
  }

  private hasRoomFor(copies: number): boolean {
    return this.unsettled + copies <= this.options.maxStoredMessages;
  }

  private refuse(): Promise<never> {
    const { unsettled } = this;
    const { maxStoredMessages, deduplicationWindowMs } = this.options;
    const message = this.seen.isFull
      ? `The memory engine remembers as many message ids of the last ${deduplicationWindowMs} ms as it can.`
      : `The memory engine holds ${unsettled} unsettled messages of at most ${maxStoredMessages}.`;
    const details = { unsettled, maxStoredMessages, deduplicationWindowMs };
    return Promise.reject(new CatgaError('CATGA_OVERLOADED', message, { details }));
  }

  private readonly acknowledged = (): void => {
    this.unsettled--;
  };
}

function queueIdOf(name: string): string {
  return `${COMMAND_QUEUES}.${name}`;
}
