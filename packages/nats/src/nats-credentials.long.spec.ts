import { inspect } from 'node:util';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { CatgaError } from '@catga/core';
import { TemporaryFolder } from '@catga/servers';
import { nkeys } from '@nats-io/transport-node';
import { nats } from './nats-engine.js';
import type { NatsEngineOptions } from './options/nats-engine-options.js';
import { afterCase, placedOver, startServer } from './testing/case-ends.fixture.js';
import type { NatsServer } from './testing/nats-server.fixture.js';
import { operator } from './testing/operator.fixture.js';
import type { Operator } from './testing/operator.fixture.js';

const secret = 's3cr3t';
let shop: Operator;
beforeAll(async () => {
  shop = await operator();
}); // It signs a lot, without the help of native code.

function folder(): TemporaryFolder {
  const made = new TemporaryFolder();
  afterCase(() => made.remove());
  return made;
}

/** A server with a configuration file. */
function configured(config: string): Promise<NatsServer> {
  return startServer('--config', folder().write('server.conf', config));
}

const at = ({ port }: NatsServer, credentials: string): string => `nats://${credentials}@127.0.0.1:${port}`;

describe('nodes are let in', () => {
  it('with a user and a password, in the address or beside it', async () => {
    const server = await startServer('--user', 'ann', '--pass', secret);
    await expect(placedOver({ servers: at(server, `ann:${secret}`) })).resolves.toBe('placed tea');
    const options = { servers: server.url, user: 'ann', pass: secret };
    await expect(placedOver(options)).resolves.toBe('placed tea');
  });

  it('with a token, in the address or beside it', async () => {
    const server = await startServer('--auth', secret);
    await expect(placedOver({ servers: at(server, secret) })).resolves.toBe('placed tea');
    await expect(placedOver({ servers: server.url, token: secret })).resolves.toBe('placed tea');
  });

  it('with the seed of an nkey', async () => {
    const user = nkeys.createUser();
    const server = await configured(`authorization { users: [{ nkey: ${user.getPublicKey()} }] }`);
    const nkeySeed = new TextDecoder().decode(user.getSeed());
    await expect(placedOver({ servers: server.url, nkeySeed })).resolves.toBe('placed tea');
  });

  it('with a credentials file of an account', async () => {
    const { config, credentials } = shop;
    const server = await configured(config);
    const credentialsFile = folder().write('node.creds', credentials);
    await expect(placedOver({ servers: server.url, credentialsFile })).resolves.toBe('placed tea');
  });
});

describe('nodes are not let in', () => {
  const stranger = new TextDecoder().decode(nkeys.createUser().getSeed());

  /** Why a node with these options does not start. */
  async function refusal(options: NatsEngineOptions): Promise<unknown> {
    return placedOver(options).catch((thrown: unknown) => thrown);
  }

  function expectRefusal(error: unknown, server: NatsServer, secrets: readonly string[]): void {
    expect(error).toBeInstanceOf(CatgaError);
    expect(error).toMatchObject({
      code: 'CATGA_ENGINE_UNAVAILABLE',
      message: expect.stringMatching(
        new RegExp(`127\\.0\\.0\\.1:${server.port}.*(authorization|authentication)`, 'i'),
      ) as unknown,
    });
    for (const hidden of secrets)
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(hidden);
  }

  it.each([[false], [true]])(
    'with a wrong password, which no error shows; waiting for the broker or not: %s',
    async (waitOnStart) => {
      const server = await startServer('--user', 'ann', '--pass', 'right');
      for (const options of [
        { servers: at(server, `ann:${secret}`) },
        { servers: server.url, user: 'ann', pass: secret },
      ]) {
        expectRefusal(await refusal({ ...options, waitOnStart }), server, [secret]);
      }
    },
  );

  it('with a wrong token, which no error shows', async () => {
    const server = await startServer('--auth', 'right');
    expectRefusal(await refusal({ servers: server.url, token: secret }), server, [secret]);
  });

  it('with another nkey, or none', async () => {
    const user = nkeys.createUser().getPublicKey();
    const server = await configured(`authorization { users: [{ nkey: ${user} }] }`);
    expectRefusal(await refusal({ servers: server.url, nkeySeed: stranger }), server, [stranger]);
    expectRefusal(await refusal({ servers: server.url }), server, []);
  });

  it('with the credentials of an account that the server does not know', async () => {
    const { config, strangerCredentials, seed } = shop;
    const server = await configured(config);
    const credentialsFile = folder().write('stranger.creds', strangerCredentials);
    expectRefusal(await refusal({ servers: server.url, credentialsFile }), server, [seed]);
  });

  it('with a credentials file that is not there, or is none', async () => {
    await expect(placedOver({ credentialsFile: '/nowhere/nats.creds' })).rejects.toMatchObject({
      code: 'CATGA_CONFIGURATION',
      details: { credentialsFile: '/nowhere/nats.creds' },
    });
    const server = await startServer();
    const credentialsFile = folder().write('broken.creds', `no seed, but ${secret}`);
    const error = await refusal({ servers: server.url, credentialsFile });
    expect(error).toMatchObject({ code: 'CATGA_CONFIGURATION', details: { credentialsFile } });
    expect(inspect(error, { depth: 10 })).not.toContain(secret);
  });

  it('with a seed that is none', async () => {
    const server = await startServer();
    const error = await refusal({ servers: server.url, nkeySeed: secret });
    expect(error).toMatchObject({ code: 'CATGA_CONFIGURATION' });
    expect(inspect(error, { depth: 10 })).not.toContain(secret);
  });
});

describe('credentials', () => {
  it('do not show when the engine is printed', () => {
    const engine = nats({ servers: 'nats://127.0.0.1:4222', user: 'ann', pass: secret });
    expect(inspect(engine, { depth: 10, showHidden: true })).not.toContain(secret);
    expect(JSON.stringify(engine)).not.toContain(secret);
  });
});
