import { joinedKey } from '@catga/core/engine';
import type { MessageIdentity, NodeAddress } from '@catga/core/engine';

/** Number of hash tags, and so slots, that idempotency records and lane records are spread over. */
export const RECORD_PARTS = 16;

/**
 * Keys and channels of a namespace. All keys of one script share a hash tag, and so a slot of a Redis
 * Cluster.
 */
export class KeySpace {
  /** Channels are shared by all databases, so their names contain the database. */
  private readonly channelPrefix: string;

  constructor(
    readonly namespace: string,
    database = 0,
  ) {
    this.channelPrefix = database === 0 ? namespace : `${namespace}@${database}`;
  }

  /** Key prefix of a part of the engine. */
  part(name: 'nodes' | 'log' | 'dead' | 'workers'): string {
    return `{${this.namespace}:${name}}`;
  }

  /** Partition of an id's record, by FNV-1a: fast, and the same on all nodes. */
  recordPart(id: string): number {
    let hash = 0x811c9dc5;
    for (let at = 0; at < id.length; at++) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193);
    return (hash >>> 0) % RECORD_PARTS;
  }

  /** Key prefix of a partition of the records. */
  records(part: number): string {
    return `{${this.namespace}:records:${part}}`;
  }

  /** The record of an id. */
  record(id: string): string {
    return `${this.records(this.recordPart(id))}:id:${id}`;
  }

  /** Key prefix of one part of the lane records. */
  laneRecords(part: number): string {
    return `{${this.namespace}:lanes:${part}}`;
  }

  /** Key of one part of the records of packages on top of the engine. */
  keptRecords(part: number): string {
    return `{${this.namespace}:kept:${part}}`;
  }

  outcome({ nodeId, incarnation }: NodeAddress, id: string): string {
    return `${this.namespace}:outcome:${nodeId}:${incarnation}:${id}`;
  }

  success(subscription: string, { name, messageId }: MessageIdentity): string {
    return `${this.namespace}:inbox:${joinedKey(subscription, name, messageId)}`;
  }

  /** Channel on which a node receives frames. */
  nodeChannel({ nodeId, incarnation }: NodeAddress): string {
    return `${this.channelPrefix}:node:${nodeId}:${incarnation}`;
  }

  /** Channel of directory changes. */
  get nodesChannel(): string {
    return `${this.channelPrefix}:nodes`;
  }

  /** Prefix of the channels that wake consumers. */
  get wakeChannel(): string {
    return `${this.channelPrefix}:wake:`;
  }
}
