import { decodeNodeRecord, encodeNodeChange, readHeartbeat, writeHeartbeat } from '@catga/core/engine';
import type {
  Clock,
  DirectoryChange,
  DirectoryEntry,
  DirectoryStore,
  Heartbeat,
  NodeAddress,
  NodeRecord,
  WrittenHeartbeat,
} from '@catga/core/engine';
import type { BrokerSession } from '../connection/broker-session.js';
import { isDeletion } from '../jetstream/bucket.js';
import type { Bucket } from '../jetstream/bucket.js';
import { readSubject } from '../jetstream/stream-reader.js';
import type { ReaderServices } from '../jetstream/stream-reader.js';
import type { StreamStore } from '../jetstream/stream-store.js';

/** Maximum tries of a compare-and-set. */
const TRIES = 3;
/** Time without a heartbeat after which a node's entries are removed, in milliseconds. */
const FORGOTTEN_AFTER_MS = 60 * 60 * 1000;
const NOTHING = new Uint8Array(0);

/**
 * Directory in one memory bucket: a key per record, and deeper keys for heartbeats, whose subject carries all
 * values. The list of heartbeats is the list of these subjects (`STREAM.INFO` with a
 * `subjects_filter`), with the server's time.
 */
export class NatsDirectoryStore implements DirectoryStore {
  /** Node ids that this connection has announced and not withdrawn. */
  private readonly own = new Set<string>();
  /** Latest server time and when it was received, in milliseconds. */
  private serverMs = 0;
  private toldAtMs = -Infinity;

  /** @param prefix prefix of the bucket's subjects */
  constructor(
    private readonly bucket: Bucket,
    private readonly stream: StreamStore,
    private readonly prefix: string,
    private readonly session: BrokerSession,
    private readonly reader: ReaderServices,
    private readonly clock: Clock,
  ) {}

  get isUp(): boolean {
    return this.session.isUp;
  }

  onReturn(listener: () => void): () => void {
    return this.session.onReturn(listener);
  }

  async listen(changed: (change: DirectoryChange) => void): Promise<() => void> {
    const subscription = this.session.subscribe(`${this.prefix}*`, ({ subject, data }) =>
      changed({ key: subject.slice(this.prefix.length), bytes: data }),
    );
    await this.session.flush();
    return () => subscription.unsubscribe();
  }

  async readEntries(): Promise<readonly DirectoryEntry[]> {
    const entries = new Map<string, DirectoryEntry>();
    await readSubject(
      this.reader,
      this.stream,
      `${this.prefix}*`,
      ({ subject, data, headers }) => {
        const nodeId = subject.slice(this.prefix.length);
        entries.delete(nodeId); // It may have been read already.
        if (!isDeletion(headers)) entries.set(nodeId, { nodeId, bytes: data });
      },
      { isRewritten: true },
    );
    return [...entries.values()];
  }

  async readEntry(nodeId: string): Promise<DirectoryEntry | undefined> {
    const entry = await this.bucket.get(nodeId);
    return entry === undefined || entry.isDeleted ? undefined : { nodeId, bytes: entry.value };
  }

  async readHeartbeats(): Promise<readonly Heartbeat[]> {
    const { subjects, serverMs } = await this.stream.listSubjects(`${this.prefix}*.*.>`);
    if (serverMs !== undefined) {
      this.serverMs = serverMs;
      this.toldAtMs = this.clock.monotonicMs();
    }
    const latest = new Map<string, WrittenHeartbeat>();
    for (const subject of subjects) {
      const end = subject.indexOf('.', this.prefix.length);
      const nodeId = subject.slice(this.prefix.length, end);
      const beat = readHeartbeat(nodeId, subject.slice(end + 1), this.serverMs);
      // Briefly there are two per node: a node removes its previous one.
      if (beat === undefined || beat.beatAtMs < (latest.get(nodeId)?.beatAtMs ?? 0)) continue;
      latest.set(nodeId, beat);
    }
    return [...latest.values()];
  }

  async announce(record: NodeRecord): Promise<void> {
    const { nodeId } = record.node;
    this.own.add(nodeId);
    await this.make();
    await this.bucket.put(nodeId, encodeNodeChange(record));
    await this.forgetLongGone(nodeId);
    await this.writeBeat(record);
    await this.stream.purge(`${this.prefix}${nodeId}.>`, { keep: 1 });
  }

  async beat(record: NodeRecord, hasChanged: boolean): Promise<number | undefined> {
    const { nodeId, incarnation } = record.node;
    const wasAnnounced = this.own.has(nodeId);
    for (let tries = 0; ; tries++) {
      const entry = await this.bucket.get(nodeId);
      if (wasAnnounced && !this.own.has(nodeId)) return undefined; // Withdrawn meanwhile.
      const present =
        entry === undefined || entry.isDeleted ? undefined : decodeNodeRecord(nodeId, entry.value);
      if (present !== undefined && present.node.incarnation !== incarnation) return present.node.incarnation;
      if (present !== undefined && !hasChanged) break;
      if (entry === undefined) await this.make();
      // The record is missing, invalid, or has changed.
      const written = await this.bucket.replace(nodeId, encodeNodeChange(record), entry?.revision ?? 0);
      if (written !== undefined || tries >= TRIES) break;
    }
    this.own.add(nodeId);
    if (this.toldAtMs < 0) await this.readHeartbeats();
    await this.writeBeat(record);
    await this.stream.purge(`${this.prefix}${nodeId}.${incarnation}.>`, { keep: 1 });
    return undefined;
  }

  async withdraw({ nodeId, incarnation }: NodeAddress): Promise<void> {
    this.own.delete(nodeId);
    for (let tries = 0; tries < TRIES; tries++) {
      const entry = await this.bucket.get(nodeId);
      if (entry === undefined || entry.isDeleted) break;
      // Another incarnation's record must not be removed.
      if (decodeNodeRecord(nodeId, entry.value)?.node.incarnation !== incarnation) break;
      const goodbye = encodeNodeChange({ goodbyeOf: nodeId, incarnation });
      const revision = await this.bucket.remove(nodeId, entry.revision, goodbye);
      if (revision === undefined) continue; // A heartbeat came in between.
      await this.stream.purge(`${this.prefix}${nodeId}`, { before: revision + 1 });
      break;
    }
    await this.stream.purge(`${this.prefix}${nodeId}.${incarnation}.>`);
  }

  /** Creates the stream before a write: with a watcher on the subject, the server does not reply "no responders". */
  private async make(): Promise<void> {
    await this.stream.make();
  }

  private async writeBeat({ node, timeoutMs }: NodeRecord): Promise<void> {
    const beatAtMs = Math.floor(this.serverMs + (this.clock.monotonicMs() - this.toldAtMs));
    const { nodeId, incarnation, load } = node;
    const beat = writeHeartbeat({ incarnation, beatAtMs, timeoutMs, load });
    await this.stream.store(`${this.prefix}${nodeId}.${beat}`, NOTHING);
  }

  /** Removes entries of nodes that left without a goodbye. */
  private async forgetLongGone(self: string): Promise<void> {
    for (const { nodeId, ageMs } of await this.readHeartbeats()) {
      if (ageMs < FORGOTTEN_AFTER_MS || nodeId === self) continue;
      await this.stream.purge(`${this.prefix}${nodeId}`);
      await this.stream.purge(`${this.prefix}${nodeId}.>`);
    }
  }
}
