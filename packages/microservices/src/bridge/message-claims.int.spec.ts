import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { toError } from '@catga/core/engine';
import { until } from '@catga/compliance/fixtures';
import { RedisServer } from '@catga/servers';
import { MessageClaims } from './message-claims.js';
import type { ClaimClient } from './message-claims.js';
import { RedisBridgeServer } from './redis-bridge-server.js';

describe('claims of bridge nodes', () => {
  let broker: RedisServer;
  let server: RedisBridgeServer;
  let client: ClaimClient;

  beforeAll(async () => {
    broker = await RedisServer.spawn();
    server = new RedisBridgeServer({ port: broker.port }, 'bridge');
    jest.spyOn(server['logger'], 'log').mockReturnValue(undefined);
    await new Promise<void>((resolve, reject) => {
      void server.listen((failure?: unknown) => (failure ? reject(toError(failure)) : resolve()));
    });
    [client] = server.unwrap<[ClaimClient]>();
  });

  afterEach(() => {
    jest.restoreAllMocks();
  });

  afterAll(async () => {
    await server.close();
    await broker.stop();
  });

  it('of a request: one node has it', async () => {
    const [one, other] = [new MessageClaims('requests'), new MessageClaims('requests')];
    const claims = [one.request(client, 'a', 'id'), other.request(client, 'a', 'id')];
    await expect(Promise.all(claims)).resolves.toEqual([true, false]);
    await expect(other.request(client, 'a', 'id 2')).resolves.toBe(true);
  });

  it('of events that are alike: one node has each, whichever is faster', async () => {
    const [one, other] = [new MessageClaims('events'), new MessageClaims('events')];
    const claims: boolean[] = [];
    for (const node of [one, one, other, other, other, one])
      claims.push(await node.event(client, 'tick', '{}'));
    expect(claims).toEqual([true, true, false, false, true, false]);
  });

  it('of events that are alike: a node that came later has them once the others are gone', async () => {
    const [gone, late] = [new MessageClaims('late', 200), new MessageClaims('late', 200)];
    const before = Array.from({ length: 1000 }, () => gone.event(client, 'tick', '{}'));
    expect(new Set(await Promise.all(before))).toEqual(new Set([true]));
    let ticks = 0;
    // What comes meanwhile does not keep the counts of the other alive.
    await until(() => {
      ticks++;
      return late.event(client, 'tick', '{}');
    });
    expect(ticks).toBeLessThan(1000);
    await expect(late.event(client, 'tick', '{}')).resolves.toBe(true);
  });

  it('that fail drop the message, and the process goes on', async () => {
    const error = jest.spyOn(server['logger'], 'error').mockReturnValue(undefined);
    const refused = () => Promise.reject(new Error('OOM command not allowed'));
    const full: ClaimClient = { set: refused, eval: refused };
    await expect(server.handleMessage('a', '{"id":"1","data":{}}', full, 'a')).resolves.toBeUndefined();
    await expect(server.handleMessage('a', '{"data":{}}', full, 'a')).resolves.toBeUndefined();
    expect(error.mock.calls).toEqual([
      ['A message on a was dropped: OOM command not allowed'],
      ['A message on a was dropped: OOM command not allowed'],
    ]);
  });
});
