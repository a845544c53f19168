import { encodeNodeChange, readHeartbeat, writeLoad } from '@catga/core/engine';
import type {
  DirectoryChange,
  DirectoryEntry,
  DirectoryStore,
  Heartbeat,
  NodeAddress,
  NodeRecord,
} from '@catga/core/engine';
import type { KeySpace } from '../connection/key-space.js';
import { bytesOf, listOf, numberOf } from '../connection/lua-script.js';
import type { RedisSession } from '../connection/redis-session.js';
import { announceNode } from './scripts/announce-node.lua.js';
import { beatNode } from './scripts/beat-node.lua.js';
import { readHeartbeats } from './scripts/read-heartbeats.lua.js';
import { withdrawNode } from './scripts/withdraw-node.lua.js';

const WRITTEN = -1;
const NO_RECORD = -2;

/**
 * Directory in two hashes, of records and heartbeats, changed by scripts with the server's clock, and a channel of
 * changes. Keyspace notifications are not used, because they are off by default.
 */
export class RedisDirectoryStore implements DirectoryStore {
  private readonly records: string;
  private readonly beats: string;
  private readonly channel: string;

  constructor(
    private readonly session: RedisSession,
    keys: KeySpace,
  ) {
    this.records = `${keys.part('nodes')}:records`;
    this.beats = `${keys.part('nodes')}:beats`;
    this.channel = keys.nodesChannel;
  }

  get isUp(): boolean {
    return this.session.isUp;
  }

  onReturn(listener: () => void): () => void {
    return this.session.onReturn(listener);
  }

  listen(changed: (change: DirectoryChange) => void): Promise<() => void> {
    return this.session.channels.subscribe(this.channel, (bytes) => changed({ key: '', bytes }));
  }

  async readEntries(): Promise<readonly DirectoryEntry[]> {
    const found = await this.session.ask((client) => client.hgetallBuffer(this.records));
    return Object.entries(found).map(([nodeId, bytes]) => ({ nodeId, bytes }));
  }

  async readEntry(nodeId: string): Promise<DirectoryEntry | undefined> {
    const bytes = await this.session.ask((client) => client.hgetBuffer(this.records, nodeId));
    return bytes === null ? undefined : { nodeId, bytes };
  }

  async readHeartbeats(): Promise<readonly Heartbeat[]> {
    const [now, ...found] = listOf(await this.session.run(readHeartbeats, [this.beats]));
    const nowMs = numberOf(now);
    const heartbeats: Heartbeat[] = [];
    for (let at = 0; at + 1 < found.length; at += 2) {
      const heartbeat = readHeartbeat(
        bytesOf(found[at]).toString(),
        bytesOf(found[at + 1]).toString(),
        nowMs,
      );
      if (heartbeat !== undefined) heartbeats.push(heartbeat);
    }
    return heartbeats;
  }

  async announce(record: NodeRecord): Promise<void> {
    await this.write(record, '0');
  }

  async beat(record: NodeRecord, hasChanged: boolean): Promise<number | undefined> {
    let answer = hasChanged ? NO_RECORD : await this.writeBeat(record);
    if (answer === NO_RECORD) answer = await this.write(record, '1');
    return answer === WRITTEN ? undefined : answer;
  }

  async withdraw({ nodeId, incarnation }: NodeAddress): Promise<void> {
    const goodbye = Buffer.from(encodeNodeChange({ goodbyeOf: nodeId, incarnation }));
    const args = [nodeId, incarnation, goodbye, this.channel];
    await this.session.run(withdrawNode, [this.records, this.beats], args);
  }

  private async writeBeat({ node, timeoutMs }: NodeRecord): Promise<number> {
    const args = [node.nodeId, node.incarnation, Math.ceil(timeoutMs), writeLoad(node.load)];
    return numberOf(await this.session.run(beatNode, [this.records, this.beats], args));
  }

  private async write(record: NodeRecord, isHeartbeat: '0' | '1'): Promise<number> {
    const { node, timeoutMs } = record;
    const beat = [node.nodeId, node.incarnation, Math.ceil(timeoutMs), writeLoad(node.load)];
    const args = [...beat, Buffer.from(encodeNodeChange(record)), this.channel, isHeartbeat];
    return numberOf(await this.session.run(announceNode, [this.records, this.beats], args));
  }
}
