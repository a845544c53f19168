import type { SubscriptionLag } from '../contracts/durable-subscription.js';
import type { LogDelivery } from '../ports/durable-log.js';
import type { Clock } from '../ports/clock.js';
import { afterThis, nextTurn } from '../time/next-turn.js';
import type { Timetable } from '../time/timetable.js';
import type { LogEntry } from './log-entry.js';
import { MemoryConsumer } from './memory-consumer.js';
import type { ConsumedMessages } from './memory-consumer.js';
import { OldestFirst } from './oldest-first.js';

/** Deliveries per turn of the event loop, before timers and I/O run. */
const DELIVERIES_PER_TURN = 256;

/** Subscription of one handler: its unacknowledged messages and its consumers. */
export class MemorySubscription implements ConsumedMessages {
  private readonly eligible = new OldestFirst<LogEntry>();
  /** Newest unsettled message of each key; older ones link to it. */
  private readonly lastOfKey = new Map<string, LogEntry>();
  private readonly consumers: MemoryConsumer[] = [];
  /** What is not acknowledged, in the order in which it came. */
  private readonly unsettled = new Set<LogEntry>();
  private isDropped = false;
  private lastServed = -1;
  private handedOutInTurn = 0;
  private handOutIsScheduled = false;

  /** @param onAcknowledged called once for each acknowledged message */
  constructor(
    private readonly clock: Clock,
    private readonly timetable: Timetable,
    private readonly onAcknowledged: () => void,
  ) {}

  /** Number of unacknowledged messages. */
  get size(): number {
    return this.unsettled.size;
  }

  /** What is not acknowledged, in the order in which it came. */
  get entries(): Iterable<LogEntry> {
    return this.unsettled;
  }

  /** What is not acknowledged, by state. */
  get lag(): SubscriptionLag {
    const nowMs = this.clock.monotonicMs();
    let [delayed, handling] = [0, 0];
    for (const { place, notBeforeMs } of this.unsettled) {
      if (place === 'taken') handling++;
      else if (notBeforeMs > nowMs) delayed++;
    }
    return { due: this.size - delayed - handling, delayed, handling, oldestDueMs: undefined };
  }

  /** Stops all deliveries. */
  drop(): void {
    this.isDropped = true;
  }

  get waiting(): number {
    return this.eligible.size;
  }

  /** Adds an entry; entries come in log order. */
  add(entry: LogEntry): void {
    const { key } = entry.message;
    this.unsettled.add(entry);
    // What is delayed has no place in the order of its key.
    if (key !== undefined && entry.notBeforeMs === 0) {
      const last = this.lastOfKey.get(key);
      this.lastOfKey.set(key, entry);
      if (last !== undefined) {
        last.nextOfKey = entry;
        return;
      }
    }
    this.admit(entry);
  }

  attach(concurrency: number, deliver: (delivery: LogDelivery) => void): MemoryConsumer {
    const consumer = new MemoryConsumer(this, concurrency, deliver);
    this.consumers.push(consumer);
    this.scheduleHandOut();
    return consumer;
  }

  detach(consumer: MemoryConsumer): void {
    const place = this.consumers.indexOf(consumer);
    if (place >= 0) this.consumers.splice(place, 1);
  }

  acknowledged(entry: LogEntry): void {
    this.forget(entry);
    this.admitNext(entry);
    this.scheduleHandOut();
  }

  /** Removes what no consumer has. Returns whether it did. */
  remove(entry: LogEntry): boolean {
    const { place } = entry;
    if (place === 'taken' || place === 'gone') return false;
    this.forget(entry);
    // One behind others is passed over when its turn comes.
    if (place === 'waiting') this.admitNext(entry);
    return true;
  }

  returned(entry: LogEntry, delayMs: number): void {
    entry.notBeforeMs = delayMs > 0 ? this.clock.monotonicMs() + delayMs : 0;
    this.admit(entry);
    this.scheduleHandOut();
  }

  private forget(entry: LogEntry): void {
    entry.place = 'gone';
    this.unsettled.delete(entry);
    if (!this.isDropped) this.onAcknowledged();
  }

  /** The turn of the next one of a key. */
  private admitNext(entry: LogEntry): void {
    const { key } = entry.message;
    let last = entry;
    while (last.nextOfKey?.place === 'gone') last = last.nextOfKey;
    if (last.nextOfKey !== undefined) this.admit(last.nextOfKey);
    else if (key !== undefined && this.lastOfKey.get(key) === last) this.lastOfKey.delete(key);
  }

  /** Makes an entry deliverable, at once or after its delay. No earlier message of its key may be unsettled. */
  private admit(entry: LogEntry): void {
    entry.place = 'waiting';
    const waitMs = entry.notBeforeMs === 0 ? 0 : entry.notBeforeMs - this.clock.monotonicMs();
    if (waitMs > 0) {
      this.timetable.after(waitMs, () => this.offer(entry));
    } else {
      this.offer(entry);
    }
  }

  private offer(entry: LogEntry): void {
    this.eligible.add(entry);
    this.scheduleHandOut();
  }

  /** Delivers after the caller returns, and yields to the event loop after {@link DELIVERIES_PER_TURN} deliveries. */
  private scheduleHandOut(): void {
    if (this.handOutIsScheduled || this.isDropped) return;
    if (this.consumers.length === 0 || this.eligible.size === 0) return;
    this.handOutIsScheduled = true;
    if (this.handedOutInTurn < DELIVERIES_PER_TURN) afterThis(this.handOut);
    else void nextTurn().then(this.handOutInNewTurn);
  }

  private readonly handOutInNewTurn = (): void => {
    this.handedOutInTurn = 0;
    this.handOut();
  };

  private readonly handOut = (): void => {
    while (this.handedOutInTurn < DELIVERIES_PER_TURN && this.eligible.size > 0) {
      const consumer = this.nextWithRoom();
      if (consumer === undefined) break;
      const entry = this.eligible.take();
      if (entry === undefined) break;
      if (entry.place === 'gone') continue;
      entry.place = 'taken';
      this.handedOutInTurn++;
      consumer.take(entry);
    }
    this.handOutIsScheduled = false;
    if (this.handedOutInTurn >= DELIVERIES_PER_TURN) this.scheduleHandOut();
  };

  private nextWithRoom(): MemoryConsumer | undefined {
    const { consumers } = this;
    for (let tried = 0; tried < consumers.length; tried++) {
      this.lastServed = (this.lastServed + 1) % consumers.length;
      const consumer = consumers[this.lastServed];
      if (consumer?.hasRoom === true) return consumer;
    }
    return undefined;
  }
}
