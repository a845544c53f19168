import { randomInt, randomUUID } from 'node:crypto';
import { WORKERS, WORKER_LEASE_MS } from '@catga/core/engine';
import type { WorkerIdStore } from '@catga/core/engine';
import { numberOf } from '../connection/lua-script.js';
import type { RedisSession } from '../connection/redis-session.js';
import { releaseWorkerId } from './scripts/release-worker-id.lua.js';
import { takeWorkerId } from './scripts/take-worker-id.lua.js';

/** Time before a released id can be leased again, in milliseconds. */
const REST_MS = 1000;

/** Worker id leases: a key per id with the holder's mark and a time to live. */
export class RedisWorkerIds implements WorkerIdStore {
  private readonly holder: string;
  private readonly keys: readonly string[];

  constructor(
    private readonly session: RedisSession,
    private readonly prefix: string,
    nodeId: string,
  ) {
    this.keys = Array.from({ length: WORKERS }, (_, id) => `${prefix}:${id}`);
    this.holder = `${nodeId} ${randomUUID()}`;
  }

  async take(current = randomInt(WORKERS)): Promise<number | undefined> {
    const args = [this.holder, current, WORKER_LEASE_MS];
    const taken = numberOf(await this.session.run(takeWorkerId, this.keys, args));
    return taken < 0 ? undefined : taken;
  }

  async giveBack(workerId: number): Promise<void> {
    await this.session.run(releaseWorkerId, [`${this.prefix}:${workerId}`], [this.holder, REST_MS]);
  }
}
