import type { CatgaError } from '../errors/catga-error.js';
import type { NodeInfo } from '../contracts/node-info.js';
import type { NodeAddress } from './links.js';

/**
 * Directory of the present nodes.
 *
 * Contract: a record expires unless it is refreshed within the heartbeat timeout, by the engine's clock. A watcher first
 * gets every present node. A withdrawn or expired node is reported as left, once. A record belongs to the incarnation
 * that announced itself last: an earlier one, resumed after a suspension, can neither refresh nor withdraw it.
 */
export interface NodeDirectory {
  /** Adds the node's record. */
  announce(node: NodeInfo): Promise<void>;
  /**
   * Heartbeat: extends the record and updates its load; watchers see the load at their own next heartbeat at the latest.
   * @throws CatgaError `CATGA_CONFIGURATION` if the record belongs to another incarnation: two processes use one node id
   */
  refresh(node: NodeInfo): Promise<void>;
  /** Goodbye: removes the record. No effect on the record of another incarnation. */
  withdraw(node: NodeAddress): Promise<void>;
  /** Reports the present nodes, then every change. Resolves with a function that stops watching. */
  watch(listener: NodeDirectoryListener): Promise<() => void>;
  /**
   * Reads the list of heartbeats now and updates the watchers, on engines that poll heartbeats. Never rejects.
   */
  look?(): Promise<void>;
}

/** Callbacks of a directory watch. */
export interface NodeDirectoryListener {
  /** @param ageMs milliseconds since its latest heartbeat; 0 if omitted */
  present(node: NodeInfo, ageMs?: number): void;
  left(nodeId: string): void;
  /** An entry that is not a valid node record. It is not changed. */
  refused?(error: CatgaError): void;
}
