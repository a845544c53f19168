import { inspect } from 'node:util';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { CatgaError, CatgaNode } from '@catga/core';
import { redis } from './redis-engine.js';
import type { RedisEngineOptions } from './options/redis-engine-options.js';
import { afterCase, startServer } from './testing/case-ends.fixture.js';

/** Credentials that do not let anybody in. */
const secret = 's3cr3t-that-nobody-may-read';
const wrong: [string, (port: number) => RedisEngineOptions][] = [
  ['a password in the address', (port) => ({ url: `redis://ann:${secret}@127.0.0.1:${port}` })],
  ['a password', (port) => ({ connection: { host: '127.0.0.1', port, username: 'ann', password: secret } })],
  [
    'a password of the default user',
    (port) => ({ connection: { host: '127.0.0.1', port, password: secret } }),
  ],
  [
    'a password of a cluster',
    (port) => ({
      cluster: { nodes: [{ host: '127.0.0.1', port }], options: { redisOptions: { password: secret } } },
    }),
  ],
  [
    'a password in an address of a cluster',
    (port) => ({ cluster: { nodes: [`redis://:${secret}@127.0.0.1:${port}`] } }),
  ],
  [
    'a password of sentinels',
    (port) => ({
      connection: { sentinels: [{ host: '127.0.0.1', port }], name: 'shop', sentinelPassword: secret },
    }),
  ],
  [
    'a key that is none',
    (port) => ({ url: `rediss://127.0.0.1:${port}`, connection: { tls: { key: secret, cert: secret } } }),
  ],
];

describe('a secret is neither logged nor part of an error', () => {
  const written: string[] = [];
  const keep = (...parts: unknown[]): void => void written.push(inspect(parts, { depth: 20 }));
  const logger = { debug: keep, log: keep, warn: keep, error: keep };
  afterEach(() => void (written.length = 0));

  /** Every way to look at what went wrong: its message, its details, its causes, its stack. */
  async function expectNoSecret(options: RedisEngineOptions): Promise<void> {
    // What the client says by itself.
    for (const way of ['warn', 'error'] as const) {
      const spy = jest.spyOn(console, way).mockImplementation(keep);
      afterCase(() => spy.mockRestore());
    }
    const engine = redis({ connectTimeoutMs: 1000, ...options });
    keep(engine, JSON.stringify(engine));
    const node = new CatgaNode({ engine }, { logger });
    afterCase(() => node.stop());
    const error: unknown = await node.init().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CatgaError);
    keep(error, JSON.stringify(error), (error as Error).stack);
    expect(written.join('\n')).not.toContain(secret);
  }

  it.each(wrong)('where the server refuses %s', async (_, optionsFor) => {
    const { port } = await startServer('--requirepass', 'another');
    await expectNoSecret(optionsFor(port));
  });

  it.each(wrong)('where no server is there for %s', async (_, optionsFor) => {
    await expectNoSecret(optionsFor(1));
  });
});
