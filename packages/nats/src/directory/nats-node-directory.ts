import { CatgaError } from '@catga/core';
import type { NodeInfo } from '@catga/core';
import { Timetable } from '@catga/core/engine';
import type { Clock, NodeDirectory, NodeDirectoryListener } from '@catga/core/engine';
import type { BrokerSession } from '../connection/broker-session.js';
import { bucketPrefix, isDeletion } from '../jetstream/bucket.js';
import type { Bucket } from '../jetstream/bucket.js';
import type { ServerClock } from '../jetstream/server-clock.js';
import { decodeGoodbye, decodeRecord, encodeGoodbye, encodeRecord } from './node-record.js';
import { PresentNodes } from './present-nodes.js';

/** What the directory of one node works with. */
export interface DirectoryServices {
  readonly session: BrokerSession;
  readonly bucketName: string;
  readonly bucket: Bucket;
  readonly serverClock: ServerClock;
  readonly clock: Clock;
  readonly heartbeatTimeoutMs: number;
}

/** How often a goodbye is tried that crossed a heartbeat. */
const GOODBYES = 3;

/** How many records are read at a time. */
const READ_AT_A_TIME = 64;

/**
 * A key-value bucket with a record for each node. Watchers read what is there, and listen on the bucket's own subjects
 * for the rest: no consumer that the server would have to keep, and that would be gone when it comes back.
 */
export class NatsNodeDirectory implements NodeDirectory {
  private readonly timetable: Timetable;
  private readonly watches = new Set<() => void>();
  /** What this connection announced: only that may it take back. */
  private readonly own = new Map<string, { readonly incarnation: number; readonly revision: number }>();

  constructor(private readonly services: DirectoryServices) {
    this.timetable = new Timetable(services.clock);
  }

  async announce(node: NodeInfo): Promise<void> {
    const { bucket, heartbeatTimeoutMs: timeoutMs } = this.services;
    const { nodeId, incarnation } = node;
    await bucket.keepFor(timeoutMs);
    const revision = await bucket.put(nodeId, encodeRecord({ node, timeoutMs }));
    this.own.set(nodeId, { incarnation, revision });
  }

  /** The same again: a bucket that vanished with its broker is made anew. */
  refresh(node: NodeInfo): Promise<void> {
    return this.announce(node);
  }

  async withdraw(nodeId: string): Promise<void> {
    const own = this.own.get(nodeId);
    this.own.delete(nodeId);
    const goodbye = encodeGoodbye(own?.incarnation);
    let expected = own?.revision;
    for (let tries = 0; tries < GOODBYES; tries++) {
      if ((await this.services.bucket.remove(nodeId, expected, goodbye)) !== undefined) return;
      // A heartbeat came in between, or a later start of the node: that one's record is not ours to take back.
      const entry = await this.services.bucket.get(nodeId);
      const record = entry && !entry.isDeleted ? decodeRecord(nodeId, entry.value) : undefined;
      if (entry === undefined || record?.node.incarnation !== own?.incarnation) return;
      expected = entry.revision;
    }
  }

  async watch(listener: NodeDirectoryListener): Promise<() => void> {
    const { session, bucketName, clock } = this.services;
    const prefix = bucketPrefix(bucketName);
    const nodes = new PresentNodes(listener, clock, this.timetable, () => session.isUp);
    /** Whom the subjects told of since reading began: what is read of these is older. */
    const toldOf = new Set<string>();
    const subscription = session.subscribe(`${prefix}*`, ({ subject, data, headers }) => {
      const nodeId = subject.slice(prefix.length);
      toldOf.add(nodeId);
      if (isDeletion(headers)) return nodes.left(nodeId, decodeGoodbye(data));
      const record = decodeRecord(nodeId, data);
      if (record === undefined) listener.refused?.(noRecord(nodeId));
      else nodes.heard(record);
    });
    const read = async (): Promise<void> => {
      toldOf.clear();
      nodes.listenAnew();
      await session.flush();
      await this.read(nodes, toldOf, (error) => listener.refused?.(error));
    };
    // What cannot be read now is heard with the next heartbeats.
    const stopListening = session.onReturn(() => void read().catch(() => {}));
    const stop = (): void => {
      stopListening();
      subscription.unsubscribe();
      nodes.close();
      this.watches.delete(stop);
    };
    this.watches.add(stop);
    try {
      await read();
    } catch (thrown) {
      stop();
      throw thrown;
    }
    return stop;
  }

  /** Ends every watch. */
  close(): void {
    for (const stop of this.watches) stop();
    this.timetable.clear();
  }

  private async read(
    nodes: PresentNodes,
    toldOf: ReadonlySet<string>,
    refused: (error: CatgaError) => void,
  ): Promise<void> {
    const { bucket, serverClock } = this.services;
    const keys = [...(await bucket.keys())];
    if (keys.length === 0) return;
    const nowMs = await serverClock.now();
    while (keys.length > 0) {
      await Promise.all(
        keys.splice(0, READ_AT_A_TIME).map(async (key) => {
          const entry = await bucket.get(key);
          if (entry === undefined || toldOf.has(key)) return;
          if (entry.isDeleted) return nodes.left(key, decodeGoodbye(entry.value));
          const record = decodeRecord(key, entry.value);
          if (record === undefined) refused(noRecord(key));
          else nodes.heard(record, Math.max(0, nowMs - entry.storedAtMs));
        }),
      );
    }
  }
}

/** The error of what stands in the bucket where a node's record would. Node ids and keys are of letters and digits. */
function noRecord(key: string): CatgaError {
  return new CatgaError(
    'CATGA_SERIALIZATION',
    `What the directory has under '${key.slice(0, 64)}' is no record of a node.`,
    {
      details: { key },
    },
  );
}
