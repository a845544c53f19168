import { decodeNodeRecord, encodeNodeChange } from '@catga/core/engine';
import type {
  Clock,
  DirectoryChange,
  DirectoryEntry,
  DirectoryStore,
  Heartbeat,
  NodeAddress,
  NodeRecord,
} from '@catga/core/engine';
import type { BrokerSession } from '../connection/broker-session.js';
import { isDeletion } from '../jetstream/bucket.js';
import type { Bucket } from '../jetstream/bucket.js';
import { readSubject } from '../jetstream/stream-reader.js';
import type { ReaderServices } from '../jetstream/stream-reader.js';
import type { StreamStore } from '../jetstream/stream-store.js';
import { beatSubject, readBeatSubject } from './beat-subject.js';

/** How often a change is tried that another one crossed. */
const TRIES = 3;
/** After how long without a heartbeat what a node left behind is removed, in milliseconds. */
const FORGOTTEN_AFTER_MS = 60 * 60 * 1000;
const NOTHING = new Uint8Array(0);

/**
 * One key-value bucket in the server's memory: a key for each record, and deeper keys for heartbeats, which say all that
 * they have to say in their subject. The list of heartbeats is the list of these subjects (`STREAM.INFO` with a
 * `subjects_filter`), with the server's time.
 */
export class NatsDirectoryStore implements DirectoryStore {
  /** What this connection announced and did not take back. */
  private readonly own = new Set<string>();
  /** The server's time and when it was told, in milliseconds. */
  private serverMs = 0;
  private toldAtMs = -Infinity;

  /** @param prefix what the subjects of the bucket begin with */
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
    const entries: DirectoryEntry[] = [];
    await readSubject(
      this.reader,
      this.stream.shape.name,
      `${this.prefix}*`,
      ({ subject, data, headers }) => {
        const nodeId = subject.slice(this.prefix.length);
        if (!isDeletion(headers)) entries.push({ nodeId, bytes: data });
      },
    );
    return entries;
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
    const latest = new Map<string, Heartbeat & { readonly beatAtMs: number }>();
    for (const subject of subjects) {
      const beat = readBeatSubject(subject.slice(this.prefix.length));
      // For a moment there are two of a node: it removes the one before.
      if (beat === undefined || beat.beatAtMs < (latest.get(beat.nodeId)?.beatAtMs ?? 0)) continue;
      latest.set(beat.nodeId, { ...beat, ageMs: Math.max(0, this.serverMs - beat.beatAtMs) });
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
      if (wasAnnounced && !this.own.has(nodeId)) return undefined; // It said goodbye meanwhile, and stays away.
      const present =
        entry === undefined || entry.isDeleted ? undefined : decodeNodeRecord(nodeId, entry.value);
      if (present !== undefined && present.node.incarnation !== incarnation) return present.node.incarnation;
      if (present !== undefined && !hasChanged) break;
      if (entry === undefined) await this.make();
      // It is gone with its broker, or is no record, or says something else from now on.
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
      // The record of another start of the node is not ours to take back.
      if (decodeNodeRecord(nodeId, entry.value)?.node.incarnation !== incarnation) break;
      const goodbye = encodeNodeChange({ goodbyeOf: nodeId, incarnation });
      const revision = await this.bucket.remove(nodeId, entry.revision, goodbye);
      if (revision === undefined) continue; // A heartbeat came in between.
      await this.stream.purge(`${this.prefix}${nodeId}`, { before: revision + 1 });
      break;
    }
    await this.stream.purge(`${this.prefix}${nodeId}.${incarnation}.>`);
  }

  /** Before anything is written: where somebody watches the bucket, the server does not say that there is none. */
  private async make(): Promise<void> {
    await this.stream.make();
  }

  private async writeBeat({ node, timeoutMs }: NodeRecord): Promise<void> {
    const beatAtMs = Math.floor(this.serverMs + (this.clock.monotonicMs() - this.toldAtMs));
    const { nodeId, incarnation, load } = node;
    const subject = beatSubject({ nodeId, incarnation, timeoutMs, beatAtMs, load });
    await this.stream.store(this.prefix + subject, NOTHING);
  }

  /** Nodes that went without a goodbye leave their entries behind; who joins tidies up. */
  private async forgetLongGone(self: string): Promise<void> {
    for (const { nodeId, ageMs } of await this.readHeartbeats()) {
      if (ageMs < FORGOTTEN_AFTER_MS || nodeId === self) continue;
      await this.stream.purge(`${this.prefix}${nodeId}`);
      await this.stream.purge(`${this.prefix}${nodeId}.>`);
    }
  }
}
