import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '@catga/core/engine';
import type { EngineConnection, LogSubscription, StoredMessage } from '@catga/core/engine';
import { redis } from '@catga/redis';
import { RedisServer } from '@catga/servers';
import { Redis } from 'ioredis';

const program = fileURLToPath(new URL('consumer.mjs', import.meta.url));
const subscription: LogSubscription = {
  id: 'queue.ShipOrder',
  kind: 'command',
  names: ['ShipOrder'],
  concurrency: 10,
};
const LEASES = '{catga:log}:alive:';

const message = (messageId: string): StoredMessage => ({
  messageId,
  name: 'ShipOrder',
  kind: 'command',
  body: new TextEncoder().encode('{}'),
  serializer: 'json',
  headers: {},
  key: undefined,
  correlationId: messageId,
  causationId: undefined,
  originNodeId: 'publisher',
  sentAtMs: 0,
  history: [],
});

let server: RedisServer;
let operator: Redis;
let connection: EngineConnection;
let holder: ChildProcess | undefined;
beforeEach(async () => {
  server = await RedisServer.spawn();
  operator = new Redis(server.url);
  const client = { namespace: 'catga', nodeId: 'node', clock: systemClock, heartbeatTimeoutMs: 1000 };
  connection = await redis(server.url).connect(client);
});
afterEach(async () => {
  holder?.kill('SIGKILL');
  await connection.close();
  operator.disconnect();
  await server.stop();
});

/** A process that has these events. */
async function startHolder(...messages: readonly StoredMessage[]): Promise<ChildProcess> {
  const stdio: ['ignore', 'pipe', 'inherit'] = ['ignore', 'pipe', 'inherit'];
  const child = spawn(process.execPath, [program, server.url, JSON.stringify(subscription)], { stdio });
  holder = child;
  let said = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === 'listening') for (const each of messages) await connection.log.append(each);
    else expect(line).toMatch(/ 1$/);
    if (++said > messages.length) return child;
  }
  throw new Error('It ended.');
}

/** What comes to us, and whether the other process had a lease then. */
async function takeOver(count: number): Promise<readonly string[]> {
  const seen: string[] = [];
  return new Promise((resolve, reject) => {
    connection.log
      .subscribe(subscription, async (delivery) => {
        const leases = await operator.keys(`${LEASES}held.*`);
        seen.push(`${delivery.message.messageId} ${delivery.attempt} ${leases.length}`);
        await delivery.ack();
        if (seen.length === count) resolve(seen);
      })
      .catch(reject);
  });
}

describe('what a process had taken that is killed', () => {
  it('comes to another as the next attempt, once its lease has lapsed and not before', async () => {
    const child = await startHolder(message('m1'), message('m2'));
    const taken = takeOver(3);
    await connection.log.append(message('m3')); // nobody's
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    const seen = await taken;
    // Taken by us, or by the other process, which was there still when it was stored.
    expect(seen.filter((line) => line.startsWith('m3'))).toHaveLength(1);
    const others = seen.filter((line) => !line.startsWith('m3'));
    expect(others.toSorted()).toEqual(['m1 2 0', 'm2 2 0']);
    await expect(operator.xlen('{catga:log}:entries:queue.ShipOrder')).resolves.toBe(0);
    const consumers = (await operator.xinfo(
      'CONSUMERS',
      '{catga:log}:entries:queue.ShipOrder',
      'catga',
    )) as unknown[][];
    const processes = consumers.map((about) => String(about[1]).replace(/\..*/, ''));
    expect(new Set(processes)).toEqual(new Set(['-', 'node']));
  });

  it('comes at once and as the same attempt, if the process left in order', async () => {
    const child = await startHolder(message('m1'), message('m2'));
    const taken = takeOver(2);
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    expect((await taken).map((line) => line.slice(0, 4)).toSorted()).toEqual(['m1 1', 'm2 1']);
    await gone;
  });
});
