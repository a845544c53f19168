import { CatgaError } from '@catga/core';
import type { NodeInfo } from '@catga/core';
import { Timetable, nodeIdTakenError } from '@catga/core/engine';
import type { Clock, NodeAddress, NodeDirectory, NodeDirectoryListener } from '@catga/core/engine';
import type { KeySpace } from '../connection/key-space.js';
import { unavailable } from '../connection/broker-errors.js';
import { bytesOf, listOf, numberOf } from '../connection/lua-script.js';
import type { RedisSession } from '../connection/redis-session.js';
import { decodeChange, decodeRecord } from './node-record.js';
import type { NodeRecord } from './node-record.js';
import { PresentNodes } from './present-nodes.js';
import type { Snapshot } from './present-nodes.js';
import { announceNode } from './scripts/announce-node.lua.js';
import { readNodes } from './scripts/read-nodes.lua.js';
import { withdrawNode } from './scripts/withdraw-node.lua.js';

/** What the directory of one node works with. */
export interface DirectoryServices {
  readonly session: RedisSession;
  readonly keys: KeySpace;
  readonly clock: Clock;
  readonly heartbeatTimeoutMs: number;
}

/**
 * A key with a lifetime for each node, and a channel of changes. Watchers listen first and read then, so that nothing
 * falls in between; no keyspace notifications, which servers have switched off.
 */
export class RedisNodeDirectory implements NodeDirectory {
  private readonly timetable: Timetable;
  private readonly watches = new Set<() => void>();
  private readonly prefix: string;

  constructor(private readonly services: DirectoryServices) {
    this.timetable = new Timetable(services.clock);
    this.prefix = services.keys.part('nodes');
  }

  async announce(node: NodeInfo): Promise<void> {
    await this.write(node, '0');
  }

  /** By compare-and-set, so that a start that stood still does not take the place of the next one. */
  async refresh(node: NodeInfo): Promise<void> {
    const taken = await this.write(node, '1');
    if (taken >= 0) throw nodeIdTakenError(node.nodeId, node.incarnation, taken);
  }

  async withdraw({ nodeId, incarnation }: NodeAddress): Promise<void> {
    const { session, keys } = this.services;
    if (!session.isUp)
      throw unavailable('Redis is disconnected: the directory entry of the node expires by itself.');
    const goodbye = JSON.stringify({ goodbyeOf: nodeId, incarnation });
    await session.run(withdrawNode, this.keysOf(nodeId), [nodeId, incarnation, goodbye, keys.nodesChannel]);
  }

  async watch(listener: NodeDirectoryListener): Promise<() => void> {
    const { session, keys, clock } = this.services;
    const nodes = new PresentNodes(
      listener,
      clock,
      this.timetable,
      () => this.read(listener),
      () => session.isUp,
    );
    /** Whom the channel told of since reading began: what is read of these may be older. */
    const toldOf = new Set<string>();
    const unsubscribe = await session.channels.subscribe(keys.nodesChannel, (message) => {
      const change = decodeChange(message);
      if (change === undefined) return listener.refused?.(noRecord(keys.nodesChannel));
      toldOf.add('node' in change ? change.node.nodeId : change.goodbyeOf);
      if ('node' in change) nodes.heard(change);
      else nodes.left(change.goodbyeOf, change.incarnation);
    });
    const readAll = async (): Promise<void> => {
      toldOf.clear();
      for (const { record, leftMs } of await this.read(listener)) {
        if (!toldOf.has(record.node.nodeId)) nodes.heard(record, leftMs);
      }
    };
    const stopListening = session.onReturn(() => {
      nodes.listenAnew();
      // What cannot be read now is heard with the next heartbeats.
      void readAll().catch(() => {});
    });
    const stop = (): void => {
      stopListening();
      unsubscribe();
      nodes.close();
      this.watches.delete(stop);
    };
    this.watches.add(stop);
    try {
      await readAll();
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

  /** Resolves with the incarnation that has the record instead, or -1. */
  private async write(node: NodeInfo, isRefresh: '0' | '1'): Promise<number> {
    const { session, keys, heartbeatTimeoutMs: timeoutMs } = this.services;
    const { nodeId, incarnation } = node;
    const record = JSON.stringify({ timeoutMs, node });
    const lastsMs = Math.ceil(timeoutMs);
    const args = [nodeId, incarnation, record, lastsMs, keys.nodesChannel, isRefresh];
    return numberOf(await session.run(announceNode, this.keysOf(nodeId), args));
  }

  private async read(listener: NodeDirectoryListener): Promise<Snapshot> {
    const reply = listOf(await this.services.session.run(readNodes, [this.prefix, this.index]));
    const found: { record: NodeRecord; leftMs: number }[] = [];
    for (let at = 0; at + 2 < reply.length; at += 3) {
      const nodeId = bytesOf(reply[at]).toString();
      const record = decodeRecord(nodeId, bytesOf(reply[at + 1]));
      const leftMs = numberOf(reply[at + 2]);
      // One that never lapses was not written by a node.
      if (record === undefined || leftMs < 0) listener.refused?.(noRecord(nodeId));
      else found.push({ record, leftMs });
    }
    return found;
  }

  private get index(): string {
    return `${this.prefix}:all`;
  }

  private keysOf(nodeId: string): readonly string[] {
    return [`${this.prefix}:node:${nodeId}`, this.index];
  }
}

/** The error of what stands where the record of a node would. */
function noRecord(key: string): CatgaError {
  const message = `The directory entry '${key.slice(0, 64)}' is not a valid node record.`;
  return new CatgaError('CATGA_SERIALIZATION', message, { details: { key } });
}
