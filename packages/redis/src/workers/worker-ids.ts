import { randomInt, randomUUID } from 'node:crypto';
import { WORKERS, WORKER_LEASE_MS } from '@catga/core/engine';
import type { WorkerIdStore } from '@catga/core/engine';
import { numberOf } from '../connection/lua-script.js';
import type { RedisSession } from '../connection/redis-session.js';
import { releaseWorkerId } from './scripts/release-worker-id.lua.js';
import { takeWorkerId } from './scripts/take-worker-id.lua.js';

/** How long an id that was given back rests, in milliseconds, so that two generators do not follow each other on it. */
const REST_MS = 1000;

/** A key with the holder's mark for each worker id, which Redis drops when it is not renewed. */
export class RedisWorkerIds implements WorkerIdStore {
  private readonly holder: string;

  constructor(
    private readonly session: RedisSession,
    private readonly prefix: string,
    nodeId: string,
  ) {
    this.holder = `${nodeId} ${randomUUID()}`;
  }

  async take(current = randomInt(WORKERS)): Promise<number | undefined> {
    const args = [this.holder, current, WORKERS, WORKER_LEASE_MS];
    const taken = numberOf(await this.session.run(takeWorkerId, [this.prefix], args));
    return taken < 0 ? undefined : taken;
  }

  async giveBack(workerId: number): Promise<void> {
    await this.session.run(releaseWorkerId, [`${this.prefix}:${workerId}`], [this.holder, REST_MS]);
  }
}
