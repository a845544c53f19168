import type { NodeInfo } from '@catga/core';
import { Timetable } from '@catga/core/engine';
import type { Clock, NodeDirectory, NodeDirectoryListener } from '@catga/core/engine';
import type { KeySpace } from '../connection/key-space.js';
import { bytesOf, listOf, numberOf } from '../connection/lua-script.js';
import type { RedisSession } from '../connection/redis-session.js';
import { decodeChange, decodeRecord } from './node-record.js';
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
  /** What this connection announced: only that may it take back. */
  private readonly own = new Map<string, number>();

  constructor(private readonly services: DirectoryServices) {
    this.timetable = new Timetable(services.clock);
    this.prefix = services.keys.part('nodes');
  }

  async announce(node: NodeInfo): Promise<void> {
    const { session, keys, heartbeatTimeoutMs: timeoutMs } = this.services;
    const { nodeId, incarnation } = node;
    this.own.set(nodeId, incarnation);
    const record = JSON.stringify({ timeoutMs, node });
    await session.run(announceNode, this.keysOf(nodeId), [
      nodeId,
      incarnation,
      record,
      Math.ceil(timeoutMs),
      keys.nodesChannel,
    ]);
  }

  /** The same again: a record that vanished with its broker is made anew. */
  refresh(node: NodeInfo): Promise<void> {
    return this.announce(node);
  }

  async withdraw(nodeId: string): Promise<void> {
    const { session, keys } = this.services;
    const incarnation = this.own.get(nodeId);
    if (incarnation === undefined) return;
    this.own.delete(nodeId);
    const goodbye = JSON.stringify({ goodbyeOf: nodeId, incarnation });
    await session.run(withdrawNode, this.keysOf(nodeId), [nodeId, incarnation, goodbye, keys.nodesChannel]);
  }

  async watch(listener: NodeDirectoryListener): Promise<() => void> {
    const { session, keys, clock } = this.services;
    const nodes = new PresentNodes(
      listener,
      clock,
      this.timetable,
      () => this.read(),
      () => session.isUp,
    );
    /** Whom the channel told of since reading began: what is read of these may be older. */
    const toldOf = new Set<string>();
    const unsubscribe = await session.channels.subscribe(keys.nodesChannel, (message) => {
      const change = decodeChange(message);
      if (change === undefined) return;
      toldOf.add('node' in change ? change.node.nodeId : change.goodbyeOf);
      if ('node' in change) nodes.heard(change);
      else nodes.left(change.goodbyeOf, change.incarnation);
    });
    const readAll = async (): Promise<void> => {
      toldOf.clear();
      for (const { record, leftMs } of await this.read()) {
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

  private async read(): Promise<Snapshot> {
    const reply = listOf(await this.services.session.run(readNodes, [this.prefix, this.index]));
    const found: { record: NonNullable<ReturnType<typeof decodeRecord>>; leftMs: number }[] = [];
    for (let at = 0; at + 1 < reply.length; at += 2) {
      const record = decodeRecord(bytesOf(reply[at]));
      if (record !== undefined) found.push({ record, leftMs: numberOf(reply[at + 1]) });
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
