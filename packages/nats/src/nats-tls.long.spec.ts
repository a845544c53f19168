import { beforeAll, describe, expect, it } from '@jest/globals';
import { TemporaryFolder, authority, signedBy } from '@catga/servers';
import type { Certificate } from '@catga/servers';
import { afterCase, placedOver, startServer } from './testing/case-ends.fixture.js';
import type { NatsServer } from './testing/nats-server.fixture.js';

let ca: Certificate;
let ofServer: Certificate;
let ofClient: Certificate;
beforeAll(async () => {
  ca = await authority();
  ofServer = await signedBy(ca, 'nats');
  ofClient = await signedBy(ca, 'node');
});

/** A server that speaks TLS only, and its client's files. */
async function secured(...args: readonly string[]): Promise<{ server: NatsServer; folder: TemporaryFolder }> {
  const folder = new TemporaryFolder();
  afterCase(() => folder.remove());
  const files = [
    ['--tlscert', folder.write('server.pem', ofServer.cert)],
    ['--tlskey', folder.write('server.key', ofServer.key)],
    ['--tlscacert', folder.write('ca.pem', ca.cert)],
  ];
  const server = await startServer('--tls', ...files.flat(), ...args);
  return { server, folder };
}

const unavailable = { code: 'CATGA_ENGINE_UNAVAILABLE' };

describe('nodes over TLS', () => {
  it('trust the authority that they are given, as text or in a file', async () => {
    const { server, folder } = await secured();
    const caFile = folder.write('trusted.pem', ca.cert);
    for (const tls of [{ ca: ca.cert }, { caFile }]) {
      await expect(placedOver({ servers: server.url, tls })).resolves.toBe('placed tea');
    }
  });

  it('refuse a server whose authority they do not trust, unless told otherwise', async () => {
    const { server } = await secured();
    const servers = server.url.replace('nats://', 'tls://');
    await expect(placedOver({ servers })).rejects.toMatchObject({
      ...unavailable,
      message: expect.stringMatching(/certificate/) as unknown,
    });
    const other = await authority();
    await expect(placedOver({ servers, tls: { ca: other.cert } })).rejects.toMatchObject(unavailable);
    const tls = { rejectUnauthorized: false };
    await expect(placedOver({ servers, tls })).resolves.toBe('placed tea');
  });

  it('show a certificate of their own to a server that asks for one', async () => {
    const { server, folder } = await secured('--tlsverify');
    const trusted = { ca: ca.cert };
    const files = {
      certFile: folder.write('client.pem', ofClient.cert),
      keyFile: folder.write('client.key', ofClient.key),
    };
    for (const own of [ofClient, files]) {
      const tls = { ...trusted, ...own };
      await expect(placedOver({ servers: server.url, tls })).resolves.toBe('placed tea');
    }
    await expect(
      placedOver({ servers: server.url, tls: trusted, connectTimeoutMs: 1000 }),
    ).rejects.toMatchObject(unavailable);
  });

  it('refuse a server that does not speak it', async () => {
    const server = await startServer();
    const tls = { ca: ca.cert };
    await expect(placedOver({ servers: server.url, tls })).rejects.toMatchObject(unavailable);
  });
});
