import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { CatgaError, CatgaNode } from '@catga/core';
import { nkeys } from '@nats-io/transport-node';
import { nats } from './nats-engine.js';
import type { NatsEngineOptions } from './options/nats-engine-options.js';
import { NatsServer } from './testing/nats-server.fixture.js';

const folder = mkdtempSync(join(tmpdir(), 'catga-nats-'));
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const fileOf = (name: string, content: string): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

let server: NatsServer;
beforeAll(async () => {
  server = await NatsServer.spawn(['--user', 'ann', '--pass', 'right']);
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

/** Credentials that do not let anybody in, each with the secret that they hold. */
const secret = 's3cr3t-that-nobody-may-read';
const seed = text(nkeys.createUser().getSeed());
const credentials = `-----BEGIN NATS USER JWT-----\n${secret}\n------END NATS USER JWT------\n\n-----BEGIN USER NKEY SEED-----\n${seed}\n------END USER NKEY SEED------\n`;
const wrong: [string, (host: string) => NatsEngineOptions, string][] = [
  ['a password in the address', (host) => ({ servers: `nats://ann:${secret}@${host}` }), secret],
  ['a token in the address', (host) => ({ servers: `nats://${secret}@${host}` }), secret],
  ['a password', (host) => ({ servers: host, user: 'ann', pass: secret }), secret],
  ['a token', (host) => ({ servers: host, token: secret }), secret],
  ['a seed', (host) => ({ servers: host, nkeySeed: seed }), seed],
  ['what should be a seed and is none', (host) => ({ servers: host, nkeySeed: secret }), secret],
  [
    'a credentials file',
    (host) => ({ servers: host, credentialsFile: fileOf('a.creds', credentials) }),
    seed,
  ],
  [
    'what should be a credentials file',
    (host) => ({ servers: host, credentialsFile: fileOf('b', secret) }),
    secret,
  ],
  [
    'a key that is none',
    (host) => ({ servers: `tls://${host}`, tls: { key: secret, cert: secret } }),
    secret,
  ],
];

describe('a secret is neither logged nor part of an error', () => {
  const written: string[] = [];
  const keep = (...parts: unknown[]): void => void written.push(inspect(parts, { depth: 20 }));
  const logger = { debug: keep, log: keep, warn: keep, error: keep };
  const nodes: CatgaNode[] = [];
  afterEach(async () => {
    written.length = 0;
    for (const node of nodes.splice(0)) await node.stop();
  });

  /** Every way to look at what went wrong: its message, its details, its causes, its stack. */
  async function failureOf(options: NatsEngineOptions): Promise<unknown> {
    const engine = nats({ connectTimeoutMs: 1000, ...options });
    keep(engine, JSON.stringify(engine));
    const node = new CatgaNode({ engine }, { logger });
    nodes.push(node);
    return node.init().catch((thrown: unknown) => thrown);
  }

  it.each(wrong)('where the server refuses %s', async (_, optionsFor, hidden) => {
    const error = await failureOf(optionsFor(`127.0.0.1:${server.port}`));
    expect(error).toBeInstanceOf(CatgaError);
    keep(error, JSON.stringify(error), (error as Error).stack);
    expect(written.join('\n')).not.toContain(hidden);
  });

  it.each(wrong)('where no server is there for %s', async (_, optionsFor, hidden) => {
    const error = await failureOf(optionsFor('127.0.0.1:1'));
    expect(error).toBeInstanceOf(CatgaError);
    keep(error, JSON.stringify(error), (error as Error).stack);
    expect(written.join('\n')).not.toContain(hidden);
  });
});
