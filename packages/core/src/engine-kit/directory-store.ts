import type { NodeLoad } from '../contracts/node-info.js';
import type { NodeAddress } from '../ports/links.js';
import type { NodeRecord } from './node-record.js';

/** The latest heartbeat of a node, as the broker lists it. */
export interface Heartbeat extends NodeAddress {
  /** Unique per heartbeat. */
  readonly mark: string;
  /** Age by the broker's clock, in milliseconds. */
  readonly ageMs: number;
  /** Time without another heartbeat after which the node has left, in milliseconds. */
  readonly timeoutMs: number;
  readonly load: NodeLoad;
}

/** Change of the directory for watchers: a written entry or a goodbye. */
export interface DirectoryChange {
  /** Key of the entry. */
  readonly key: string;
  readonly bytes: Uint8Array;
}

/** An entry of the directory. */
export interface DirectoryEntry {
  readonly nodeId: string;
  readonly bytes: Uint8Array;
}

/**
 * Storage of a namespace's node directory in a broker: records, which are watched, and heartbeats, which
 * each node reads as one list. So the broker's traffic grows linearly with the number of nodes, not with
 * its square.
 */
export interface DirectoryStore {
  /** Whether the broker is reachable. */
  readonly isUp: boolean;
  /** Calls back after each reconnect. Returns a function that stops. */
  onReturn(listener: () => void): () => void;
  /** Calls back with each change after the promise has resolved. Resolves with a function that stops. */
  listen(changed: (change: DirectoryChange) => void): Promise<() => void>;
  /** All entries. */
  readEntries(): Promise<readonly DirectoryEntry[]>;
  /** The entry of one node. */
  readEntry(nodeId: string): Promise<DirectoryEntry | undefined>;
  /** The latest heartbeat of each node, including nodes that have stopped, in one request. */
  readHeartbeats(): Promise<readonly Heartbeat[]>;
  /** Writes the record and a heartbeat, replacing any other incarnation, and notifies watchers. */
  announce(record: NodeRecord): Promise<void>;
  /**
   * Writes a heartbeat. Also writes the record and notifies watchers if it has changed or is missing. If the record is
   * of another incarnation, writes nothing and resolves with that incarnation.
   */
  beat(record: NodeRecord, hasChanged: boolean): Promise<number | undefined>;
  /** Removes the record and heartbeat of this incarnation, and notifies watchers. */
  withdraw(node: NodeAddress): Promise<void>;
}
