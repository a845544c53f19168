import type { Cluster, Redis } from 'ioredis';

/** A client of ioredis, for one server, a Sentinel group or a cluster. */
export type RedisClient = Redis | Cluster;

/** Methods of every client that ioredis's types lack: script commands with replies in bytes. */
interface ScriptCommands {
  evalshaBuffer(
    digest: string,
    keyCount: number,
    ...keysAndArguments: (string | number | Buffer)[]
  ): Promise<unknown>;
  evalBuffer(
    text: string,
    keyCount: number,
    ...keysAndArguments: (string | number | Buffer)[]
  ): Promise<unknown>;
}

export function scriptCommandsOf(client: RedisClient): ScriptCommands {
  return client as RedisClient & ScriptCommands;
}

export function isClusterClient(client: RedisClient): client is Cluster {
  return 'isCluster' in client && client.isCluster;
}
