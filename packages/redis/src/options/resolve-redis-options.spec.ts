import { describe, expect, it } from '@jest/globals';
import { CatgaError } from '@catga/core';
import { redis } from '../redis-engine.js';
import type { RedisEngineOptions } from './redis-engine-options.js';
import { resolveRedisOptions } from './resolve-redis-options.js';

const clientWith = (options: object) =>
  Object.fromEntries([
    ...['duplicate', 'publish', 'evalshaBuffer', 'on', 'disconnect'].map((name) => [name, () => {}]),
    ['options', options],
  ]) as unknown as NonNullable<RedisEngineOptions['client']>;
const client = clientWith({});

function refused(options: unknown): CatgaError {
  try {
    redis(options as RedisEngineOptions);
  } catch (thrown) {
    if (thrown instanceof CatgaError) return thrown;
  }
  throw new Error('It was not refused.');
}

const problemsOf = (options: unknown): unknown => refused(options).details.problems;

describe('options of the Redis engine', () => {
  it('are complete without any being given', () => {
    expect(resolveRedisOptions(undefined)).toEqual({
      reconnect: { waitMs: 50, maxWaitMs: 2000, maxBufferedBytes: 8_388_608 },
      waitOnStart: false,
      connectTimeoutMs: 5000,
      requestTimeoutMs: 10_000,
      deduplicationWindowMs: 120_000,
      keptEvents: 10_000,
      lanes: 16,
      maxFramesPerLane: 1_000_000,
    });
  });

  it('may be an address or a client', () => {
    expect(resolveRedisOptions('rediss://a:1').url).toBe('rediss://a:1');
    expect(resolveRedisOptions(client).client).toBe(client);
  });

  it('that make no sense are refused, all at once', () => {
    const error = refused({
      url: 'http://a',
      reconnect: { waitMs: 0 },
      connectTimeoutMs: '5s',
      keptEvents: -1,
      cluster: { nodes: [] },
      waitForever: true,
    });
    expect(error.code).toBe('CATGA_CONFIGURATION');
    for (const name of ['url', 'reconnect.waitMs', 'connectTimeoutMs', 'keptEvents', 'cluster.nodes'])
      expect(error.message).toContain(`${name}:`);
    expect(error.message).toContain('waitForever');
  });

  it('that the engine decides itself are refused', () => {
    expect(problemsOf({ connection: { host: 'a', keyPrefix: 'p', maxRetriesPerRequest: 1 } })).toEqual([
      'connection.keyPrefix: is decided by the engine; leave it out',
      'connection.maxRetriesPerRequest: is decided by the engine; leave it out',
    ]);
    expect(problemsOf({ client: clientWith({ keyPrefix: 'p' }) })).toEqual([
      'client: must not have a keyPrefix; the namespace is the prefix',
    ]);
  });

  it('that contradict each other are refused', () => {
    expect(problemsOf({ url: 'redis://a', connection: {}, cluster: { nodes: ['redis://b'] } })).toEqual([
      'url: has no effect beside cluster; leave one out',
      'connection: has no effect beside cluster; use cluster.options.redisOptions',
    ]);
    expect(problemsOf({ client, url: 'redis://a', waitOnStart: true })).toEqual([
      'url: has no effect beside client; leave one out',
      'waitOnStart: has no effect beside client; leave one out',
    ]);
    expect(problemsOf({ client: {} })).toEqual(['client: must be a client of ioredis']);
  });

  it('that are refused do not appear in the error', () => {
    const secret = 's3cr3t';
    const wrong = [
      { url: `http://ann:${secret}@a` },
      { connection: { username: 'ann', password: secret, keyPrefix: secret } },
      {
        cluster: {
          nodes: [`redis://ann:${secret}@a`],
          options: { redisOptions: { password: secret }, lazyConnect: true },
        },
      },
    ];
    for (const options of wrong) expect(JSON.stringify(refused(options))).not.toContain(secret);
  });
});
