import { joinedKey } from '@catga/core/engine';
import type { MessageIdentity, NodeAddress } from '@catga/core/engine';

/** In how many slots of a Redis Cluster the records of a namespace lie. */
const RECORD_PARTS = 16;

/**
 * The keys and channels of a namespace. What one script touches has one hash tag, and so lies in one slot of a Redis
 * Cluster.
 */
export class KeySpace {
  /** Channels know no databases, so that these are told apart by name. */
  private readonly channelPrefix: string;

  constructor(
    readonly namespace: string,
    database = 0,
  ) {
    this.channelPrefix = database === 0 ? namespace : `${namespace}@${database}`;
  }

  /** What the keys of a part of the engine begin with. */
  part(name: 'nodes' | 'log' | 'dead' | 'workers'): string {
    return `{${this.namespace}:${name}}`;
  }

  /** Which part of the records that of an id is in. FNV-1a: quick, and the same everywhere. */
  recordPart(id: string): number {
    let hash = 0x811c9dc5;
    for (let at = 0; at < id.length; at++) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193);
    return (hash >>> 0) % RECORD_PARTS;
  }

  /** What the keys of a part of the records begin with. */
  records(part: number): string {
    return `{${this.namespace}:records:${part}}`;
  }

  outcome({ nodeId, incarnation }: NodeAddress, id: string): string {
    return `${this.namespace}:outcome:${nodeId}:${incarnation}:${id}`;
  }

  success(subscription: string, { name, messageId }: MessageIdentity): string {
    return `${this.namespace}:inbox:${joinedKey(subscription, name, messageId)}`;
  }

  /** Where a node listens for frames. */
  nodeChannel({ nodeId, incarnation }: NodeAddress): string {
    return `${this.channelPrefix}:node:${nodeId}:${incarnation}`;
  }

  /** Where changes of the node directory are told. */
  get nodesChannel(): string {
    return `${this.channelPrefix}:nodes`;
  }

  /** What the channels begin with on which consumers hear that there is something for their subscription. */
  get wakeChannel(): string {
    return `${this.channelPrefix}:wake:`;
  }
}
