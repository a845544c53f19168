import type { LaneStore } from '@catga/core/engine';
import type { LaneServices } from './lane-services.js';
import { RedisLaneLog } from './redis-lane-log.js';
import { RedisLaneRecords } from './redis-lane-records.js';

/** Lane store on Redis: lanes in streams, records in hashes. */
export class RedisLaneStore implements LaneStore {
  private constructor(
    readonly log: RedisLaneLog,
    readonly records: RedisLaneRecords,
    private readonly stopListening: () => void,
  ) {}

  /** Reads the number of lanes, or records it for a new log. */
  static async open(services: LaneServices): Promise<RedisLaneStore> {
    const { session, keys, monitor } = services;
    const lanes = await recordedLanes(services, services.lanes);
    const again = async (): Promise<void> => {
      const found = await recordedLanes(services, lanes);
      if (found !== lanes)
        monitor?.warn(
          `The log was created again with ${found} lanes instead of ${lanes}: restart this node.`,
        );
    };
    // After the server lost its data, before a node with another number starts.
    const stopListening = session.onReturn(() => void again().catch(() => {}));
    const log = new RedisLaneLog(lanes, services);
    return new RedisLaneStore(log, new RedisLaneRecords(session, keys), stopListening);
  }

  /** Stops reading. */
  close(): void {
    this.stopListening();
    this.log.close();
  }
}

/** Writes only if it is missing: a full server refuses writes. */
async function recordedLanes({ session, keys }: LaneServices, wanted: number): Promise<number> {
  const key = `${keys.part('log')}:lanes`;
  const found = await session.ask(
    async (client) => (await client.get(key)) ?? (await client.set(key, wanted, 'NX')) ?? client.get(key),
    0,
    key,
  );
  const lanes = Number(found);
  return Number.isInteger(lanes) && lanes > 0 ? lanes : wanted;
}
