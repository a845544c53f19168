import { RedisServer } from '@catga/servers';
import { Redis } from 'ioredis';

export { RedisServer };

/** A broker for one test file, which forgets between its cases. */
export interface SharedBroker {
  readonly url: string;
  readonly admin: Redis;
  /** How many keys begin like this. */
  keysLike(pattern: string): Promise<number>;
  /** Removes everything. */
  forget(): Promise<void>;
  stop(): Promise<void>;
}

/** The server of `REDIS_URL`, or one of our own. */
export async function sharedBroker(): Promise<SharedBroker> {
  const given = process.env.REDIS_URL;
  const server = given === undefined ? await RedisServer.spawn() : undefined;
  const url = given ?? server?.url ?? '';
  const admin = new Redis(url);
  return {
    url,
    admin,
    keysLike: async (pattern) => (await admin.keys(pattern)).length,
    forget: async () => void (await admin.flushall()),
    async stop() {
      admin.disconnect();
      await server?.stop();
    },
  };
}
