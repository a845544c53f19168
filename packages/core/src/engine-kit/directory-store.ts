import type { NodeLoad } from '../contracts/node-info.js';
import type { NodeAddress } from '../ports/links.js';
import type { NodeRecord } from './node-record.js';

/** The latest heartbeat of a node, as the broker lists it. */
export interface Heartbeat extends NodeAddress {
  /** Another text for each heartbeat. */
  readonly mark: string;
  /** How long ago it was, by the broker's clock, in milliseconds. */
  readonly ageMs: number;
  /** After how long without another one the node has left, in milliseconds. */
  readonly timeoutMs: number;
  readonly load: NodeLoad;
}

/** What watchers of the directory are told as it happens: an entry that changed, as it was written, or a goodbye. */
export interface DirectoryChange {
  /** What the entry is called where it was found. */
  readonly key: string;
  readonly bytes: Uint8Array;
}

/** An entry of the directory. */
export interface DirectoryEntry {
  readonly nodeId: string;
  readonly bytes: Uint8Array;
}

/**
 * The node directory of a namespace as a broker keeps it: records, whose changes are watched, and heartbeats, which
 * nobody watches and each node reads as one list. So the messages that the broker hands out grow with the number of
 * nodes and not with its square.
 */
export interface DirectoryStore {
  /** Whether the broker is in reach. */
  readonly isUp: boolean;
  /** Calls back each time the broker is back. Returns how to stop. */
  onReturn(listener: () => void): () => void;
  /** Calls back with each change from when the promise resolves. Resolves with how to stop. */
  listen(changed: (change: DirectoryChange) => void): Promise<() => void>;
  /** All entries that are there. */
  readEntries(): Promise<readonly DirectoryEntry[]>;
  /** The entry of one node. */
  readEntry(nodeId: string): Promise<DirectoryEntry | undefined>;
  /** The latest heartbeat of each node, those that stopped included. One question, one answer. */
  readHeartbeats(): Promise<readonly Heartbeat[]>;
  /** Writes the record and a heartbeat in place of whatever start of the node was there, and tells who watches. */
  announce(record: NodeRecord): Promise<void>;
  /**
   * A heartbeat. Writes the record again, and tells who watches, if it has changed or is gone. Resolves with the
   * incarnation whose record is there if it is another one; nothing is written then.
   */
  beat(record: NodeRecord, hasChanged: boolean): Promise<number | undefined>;
  /** Removes the record and the heartbeat of this start of the node, and tells who watches. */
  withdraw(node: NodeAddress): Promise<void>;
}
