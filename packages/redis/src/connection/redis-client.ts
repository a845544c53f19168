import { Command } from 'ioredis';
import type { Cluster, Redis } from 'ioredis';

/** A client of ioredis, for one server, a Sentinel group or a cluster. */
export type RedisClient = Redis | Cluster;

/** Methods of every client that ioredis's types lack: script commands with replies in bytes. */
export interface ScriptCommands {
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

/** Sends a command at once, with replies in bytes: an automatic pipeline would wait for the replies of the one before it. */
export function sendDirectly(
  client: RedisClient,
  name: string,
  args: readonly (string | number | Buffer)[],
): Promise<unknown> {
  return client.sendCommand(new Command(name, [...args], { replyEncoding: null })) as Promise<unknown>;
}

/** Script commands that are not part of automatic pipelines. */
export function directScriptCommandsOf(client: RedisClient): ScriptCommands {
  return {
    evalshaBuffer: (...args) => sendDirectly(client, 'evalsha', args),
    evalBuffer: (...args) => sendDirectly(client, 'eval', args),
  };
}

export function isClusterClient(client: RedisClient): client is Cluster {
  return 'isCluster' in client && client.isCluster;
}
