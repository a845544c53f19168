import { randomBytes } from 'node:crypto';
import { isInfrastructureFailure, lineOf } from '@catga/core/engine';
import type { Clock, RecordStore } from '@catga/core/engine';
import type { Appended, Checkpoint, EventStore, RecordedEvent } from '../store/event-store.js';
import { isOtherLogError } from '../store/store-arguments.js';
import { PublisherRecords } from './publisher-records.js';
import type { RecordedPublisher } from './publisher-records.js';

/** Header of an event: the token of the node that appended it, and publishes it. */
const PUBLISHER = 'catga-publisher';
/** How often a node that appends says how far it has come, in milliseconds. */
const MARK_EVERY_MS = 5000;
/** How often it is looked for nodes that left events unpublished, and for how long such a node has been absent, in milliseconds. */
const LOOK_EVERY_MS = 15_000;
const ABSENT_MS = 10_000;
/** Number of events that are read at a time. */
const PAGE = 200;

/** A node in the directory. */
interface NodeAddress {
  readonly nodeId: string;
  readonly incarnation: number;
}

/** What publications need. */
export interface PublicationServices {
  readonly clock: Clock;
  readonly place: { readonly records: RecordStore };
  readonly self: () => NodeAddress;
  readonly nodes: () => readonly NodeAddress[];
  readonly store: () => EventStore;
  /** Place behind its last event. */
  readonly end: () => Promise<Checkpoint>;
  /** Publishes a stored event, under its id. False if this node does not know its class. */
  readonly publish: (recorded: RecordedEvent) => Promise<boolean>;
  warn(line: string): void;
}

/** An append whose events are to be published. */
export interface Publication {
  /** It was stored. */
  appended(appended: Appended): void;
  /** All is published, or there is nothing to publish. */
  done(): void;
  /** Something may be left: it is looked for in the store. */
  unsure(): void;
}

/**
 * Sees to it that what is appended is published, where no transaction does both. Whoever appends publishes at once; what is left, because the broker was away
 * or the process was killed, is found in the store behind the mark of its node. Events that were published already are known by their ids.
 */
export class Publications {
  private readonly token = randomBytes(9).toString('base64url');
  /** For each event of this node. */
  readonly headers: Readonly<Record<string, string>> = Object.freeze({ [PUBLISHER]: this.token });
  private readonly records: PublisherRecords;
  /** Where appends begin that are under way. */
  private readonly underWay = new Map<number, Checkpoint>();
  private begun = 0;
  private latest: Checkpoint | undefined;
  /** Behind which something may be left. */
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

  /** The first one writes the mark of this node, before anything is appended. */
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

  /** Removes the mark if nothing is left. */
  async stop(): Promise<void> {
    this.isStopped = true;
    for (const cancel of this.cancelTimers.splice(0)) cancel();
    await this.working;
    if (this.written === undefined) return;
    await this.mark().catch(() => {}); // What is left others will find.
    const { written, token } = this;
    if (this.left === undefined && this.underWay.size === 0)
      await this.records.remove({ token, version: written.version }).catch(() => {});
  }

  /** Publishes what this node may have left, and writes how far it has come. */
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

  /** Publishes what nodes have left that are not there any more. */
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
        `The node '${nodeId}' was killed and may have left events unpublished whose classes this node does not have: a node with its code will publish them.`,
      );
    }
  }

  /** Resolves with whether this node knows all their classes. */
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

  /** Undefined if the log was replaced. */
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
      this.services.warn(`The event ${stream}@${version} cannot be published: ${lineOf(thrown)}`);
      return true;
    }
  }

  private isBefore(one: Checkpoint, other: Checkpoint): boolean {
    return this.services.store().isBefore(one, other);
  }

  /** Runs work from time to time, one at a time. What fails is tried again the next time. */
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
