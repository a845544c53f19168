import { randomBytes } from 'node:crypto';
import { isInfrastructureFailure, lineOf } from '@catga/core/engine';
import type { Clock, RecordStore } from '@catga/core/engine';
import type { Appended, Checkpoint, EventStore, RecordedEvent } from '../store/event-store.js';
import { isOtherLogError } from '../store/store-arguments.js';
import { PublisherRecords } from './publisher-records.js';
import type { RecordedPublisher } from './publisher-records.js';

/** Header of an event: the token of the node that appended and publishes it. */
const PUBLISHER = 'catga-publisher';
/** Interval at which an appending node writes its mark, in milliseconds. */
const MARK_EVERY_MS = 5000;
/** Interval of looking for nodes that left events unpublished, and the absence after which a node counts as gone, in milliseconds. */
const LOOK_EVERY_MS = 15_000;
const ABSENT_MS = 10_000;
/** Number of events read at a time. */
const PAGE = 200;

/** A node in the directory. */
interface NodeAddress {
  readonly nodeId: string;
  readonly incarnation: number;
}

/** Services of publications. */
export interface PublicationServices {
  readonly clock: Clock;
  readonly place: { readonly records: RecordStore };
  readonly self: () => NodeAddress;
  readonly nodes: () => readonly NodeAddress[];
  readonly store: () => EventStore;
  /** Checkpoint after the last event of the store. */
  readonly end: () => Promise<Checkpoint>;
  /** Publishes a stored event, under its id. False if this node does not know its class. */
  readonly publish: (recorded: RecordedEvent) => Promise<boolean>;
  warn(line: string): void;
}

/** An append whose events have to be published. */
export interface Publication {
  /** The append was stored. */
  appended(appended: Appended): void;
  /** All events are published, or there is nothing to publish. */
  done(): void;
  /** Events may be unpublished: look for them in the store. */
  unsure(): void;
}

/**
 * Publishes appended events for stores without transactions. A node publishes after each append, and records a mark: the checkpoint up to
 * which everything is published. Events left unpublished by an unavailable broker or a killed process are read from the store after the
 * mark. Events already published are deduplicated by their ids.
 */
export class Publications {
  private readonly token = randomBytes(9).toString('base64url');
  /** Headers of each event of this node. */
  readonly headers: Readonly<Record<string, string>> = Object.freeze({ [PUBLISHER]: this.token });
  private readonly records: PublisherRecords;
  /** Start checkpoints of appends in progress. */
  private readonly underWay = new Map<number, Checkpoint>();
  private begun = 0;
  private latest: Checkpoint | undefined;
  /** Checkpoint after which events may be unpublished. */
  private left: Checkpoint | undefined;
  private written: { readonly mark: Checkpoint; readonly version: number } | undefined;
  private opening: Promise<void> | undefined;
  private readonly absentSinceMs = new Map<string, number>();
  private readonly unknown = new Set<string>();
  private cancelTimers: (() => void)[] = [];
  private working: Promise<void> = Promise.resolve();
  private isStopped = false;

  constructor(private readonly services: PublicationServices) {
    this.records = new PublisherRecords(services.place);
  }

  /** Begins an append. The first one writes the mark of this node beforehand. */
  async begin(): Promise<Publication> {
    await (this.opening ??= this.open().catch((thrown: unknown) => {
      this.opening = undefined;
      throw thrown;
    }));
    const number = ++this.begun;
    const from = this.latest ?? '';
    this.underWay.set(number, from);
    return {
      appended: ({ checkpoint }) => {
        if (this.latest === undefined || this.isBefore(this.latest, checkpoint)) this.latest = checkpoint;
      },
      done: () => void this.underWay.delete(number),
      unsure: () => {
        this.underWay.delete(number);
        if (this.left === undefined || this.isBefore(from, this.left)) this.left = from;
      },
    };
  }

  start(): void {
    this.every(MARK_EVERY_MS, () => this.mark());
    this.every(LOOK_EVERY_MS, () => this.look());
  }

  /** Stops. Removes the mark if nothing is unpublished. */
  async stop(): Promise<void> {
    this.isStopped = true;
    for (const cancel of this.cancelTimers.splice(0)) cancel();
    await this.working;
    if (this.written === undefined) return;
    await this.mark().catch(() => {}); // Other nodes take over what is left.
    const { written, token } = this;
    if (this.left === undefined && this.underWay.size === 0)
      await this.records.remove({ token, version: written.version }).catch(() => {});
  }

  /** Publishes what this node may have left unpublished, and writes the mark. */
  private async mark(): Promise<void> {
    if (this.written === undefined) return;
    const from = this.left;
    if (from !== undefined) {
      this.left = undefined;
      try {
        await this.publishBehind(from, this.token);
      } catch (thrown) {
        this.left = this.left === undefined || this.isBefore(from, this.left) ? from : this.left;
        throw thrown;
      }
    }
    let mark = this.left ?? this.latest;
    for (const begun of this.underWay.values())
      if (mark === undefined || this.isBefore(begun, mark)) mark = begun;
    if (mark === undefined || mark === this.written.mark) return;
    await this.write(mark);
  }

  private async open(): Promise<void> {
    this.latest = await this.services.end();
    await this.write(this.latest);
  }

  private async write(mark: Checkpoint): Promise<void> {
    const { nodeId, incarnation } = this.services.self();
    const publisher = { token: this.token, nodeId, incarnation, mark };
    const version = await this.records.write(publisher, this.written?.version ?? 0);
    this.written = { mark, version };
  }

  /** Publishes what absent nodes have left unpublished. */
  private async look(): Promise<void> {
    const nowMs = this.services.clock.monotonicMs();
    const present = new Set(this.services.nodes().map(addressOf));
    for (const publisher of await this.records.list()) {
      const { token } = publisher;
      if (token === this.token || present.has(addressOf(publisher))) {
        this.absentSinceMs.delete(token);
        continue;
      }
      const sinceMs = this.absentSinceMs.get(token) ?? nowMs;
      this.absentSinceMs.set(token, sinceMs);
      if (nowMs - sinceMs >= ABSENT_MS) await this.takeOver(publisher);
    }
  }

  private async takeOver(publisher: RecordedPublisher): Promise<void> {
    const { token, mark, nodeId } = publisher;
    const isAll = await this.publishBehind(mark, token);
    if (isAll) {
      await this.records.remove(publisher);
      this.absentSinceMs.delete(token);
    } else if (!this.unknown.has(token)) {
      this.unknown.add(token);
      this.services.warn(
        `The node '${nodeId}' died and may have left events unpublished whose classes this node does not have: a node with its code will publish them.`,
      );
    }
  }

  /** Publishes the events of a token after a mark. Resolves with whether this node knows all their classes. */
  private async publishBehind(mark: Checkpoint, token: string): Promise<boolean> {
    const store = this.services.store();
    let isAll = true;
    for (let at = mark; ;) {
      const page = await this.pageBehind(store, at);
      if (page === undefined) return true;
      for (const recorded of page.events)
        if (recorded.headers[PUBLISHER] === token && !(await this.publish(recorded))) isAll = false;
      if (page.events.length < PAGE) return isAll;
      at = page.next;
    }
  }

  /** A page of events; undefined if the log was replaced. */
  private async pageBehind(
    store: EventStore,
    at: Checkpoint,
  ): Promise<Awaited<ReturnType<EventStore['readAll']>> | undefined> {
    try {
      return await store.readAll(at, PAGE);
    } catch (thrown) {
      if (isOtherLogError(thrown)) return undefined;
      throw thrown;
    }
  }

  private async publish(recorded: RecordedEvent): Promise<boolean> {
    try {
      return await this.services.publish(recorded);
    } catch (thrown) {
      if (isInfrastructureFailure(thrown)) throw thrown;
      const { stream, version } = recorded;
      this.services.warn(`Could not publish the event ${stream}@${version}: ${lineOf(thrown)}`);
      return true;
    }
  }

  private isBefore(one: Checkpoint, other: Checkpoint): boolean {
    return this.services.store().isBefore(one, other);
  }

  /** Runs work periodically, one run at a time. A failure is retried at the next run. */
  private every(periodMs: number, work: () => Promise<void>): void {
    const again = (): void => {
      const cancel = this.services.clock.setTimer(
        periodMs,
        () => {
          this.cancelTimers = this.cancelTimers.filter((other) => other !== cancel);
          this.working = this.working
            .then(() => (this.isStopped ? undefined : work()))
            .catch(() => {})
            .then(() => {
              if (!this.isStopped) again();
            });
        },
        true,
      );
      this.cancelTimers.push(cancel);
    };
    again();
  }
}

function addressOf({ nodeId, incarnation }: NodeAddress): string {
  return `${incarnation}/${nodeId}`;
}
