import type { CatgaError } from '../errors/catga-error.js';
import type { NodeInfo } from '../contracts/node-info.js';
import type { NodeAddress } from './links.js';

/**
 * Who is there.
 *
 * Contract: a record lapses unless it is refreshed within the heartbeat timeout, by the engine's clock. Watching
 * begins with every present node. A withdrawn or lapsed node is reported as left, once. A record belongs to the start
 * of the node that announced itself last: an earlier start, which stood still meanwhile, neither keeps it nor takes it back.
 */
export interface NodeDirectory {
  /** Makes the node known. */
  announce(node: NodeInfo): Promise<void>;
  /**
   * A heartbeat: keeps the record and brings its load up to date, for watchers no later than their own next heartbeat. `CATGA_CONFIGURATION` if the record is another
   * start's: two processes have one node id.
   */
  refresh(node: NodeInfo): Promise<void>;
  /** A goodbye. No effect on the record of another start. */
  withdraw(node: NodeAddress): Promise<void>;
  /** Reports the present nodes, then every change. Returns how to stop. */
  watch(listener: NodeDirectoryListener): Promise<() => void>;
  /**
   * Where heartbeats are read as a list and not told: reads it now, so that watchers know the latest. Never rejects.
   */
  look?(): Promise<void>;
}

/** What a directory reports. */
export interface NodeDirectoryListener {
  /** @param ageMs how long ago it gave its latest sign of life; 0 if left out */
  present(node: NodeInfo, ageMs?: number): void;
  left(nodeId: string): void;
  /** Something is there that is not a valid node record. It is left alone. */
  refused?(error: CatgaError): void;
}
