import { beforeAll, describe, expect, it } from '@jest/globals';
import { TemporaryFolder, authority, freePort, signedBy } from '@catga/servers';
import type { Certificate } from '@catga/servers';
import { Redis } from 'ioredis';
import { afterCase, placedOver, startServer } from './testing/case-ends.fixture.js';

let ca: Certificate;
let ofServer: Certificate;
let ofClient: Certificate;
beforeAll(async () => {
  ca = await authority();
  ofServer = await signedBy(ca, 'redis');
  ofClient = await signedBy(ca, 'node');
});

/** Where a server listens that speaks TLS. */
async function secured(...args: readonly string[]): Promise<{ url: string; port: number }> {
  const folder = new TemporaryFolder();
  afterCase(() => folder.remove());
  const port = await freePort();
  const settings = [
    ['--tls-port', String(port)],
    ['--tls-auth-clients', 'no'],
    ['--tls-cert-file', folder.write('server.pem', ofServer.cert)],
    ['--tls-key-file', folder.write('server.key', ofServer.key)],
    ['--tls-ca-cert-file', folder.write('ca.pem', ca.cert)],
  ];
  await startServer(...settings.flat(), ...args);
  return { url: `rediss://127.0.0.1:${port}`, port };
}

const refused = (why: RegExp) => ({
  code: 'CATGA_ENGINE_UNAVAILABLE',
  message: expect.stringMatching(why) as unknown,
});

describe('nodes over TLS', () => {
  it('trust the authority that they are given, beside an address or without one', async () => {
    const { url, port } = await secured();
    const tls = { ca: ca.cert };
    await expect(placedOver({ url, connection: { tls } })).resolves.toBe('placed tea');
    await expect(placedOver({ connection: { host: '127.0.0.1', port, tls } })).resolves.toBe('placed tea');
  });

  it('refuse a server whose authority they do not trust, and say so, unless told otherwise', async () => {
    const { url } = await secured();
    await expect(placedOver({ url })).rejects.toMatchObject(refused(/certificate/));
    const other = await authority();
    const tls = { ca: other.cert };
    await expect(placedOver({ url, connection: { tls } })).rejects.toMatchObject(refused(/certificate/));
    const careless = { rejectUnauthorized: false };
    await expect(placedOver({ url, connection: { tls: careless } })).resolves.toBe('placed tea');
  });

  it('do not wait for a server to get another certificate, even if a start may wait', async () => {
    const { url } = await secured();
    await expect(placedOver({ url, waitOnStart: true })).rejects.toMatchObject(refused(/certificate/));
  });

  it('show a certificate of their own to a server that asks for one', async () => {
    const { url } = await secured('--tls-auth-clients', 'yes');
    const own = { ca: ca.cert, cert: ofClient.cert, key: ofClient.key };
    await expect(placedOver({ url, connection: { tls: own } })).resolves.toBe('placed tea');
    const tls = { ca: ca.cert };
    await expect(placedOver({ url, connection: { tls }, connectTimeoutMs: 1000 })).rejects.toMatchObject({
      code: 'CATGA_ENGINE_UNAVAILABLE',
    });
  });

  it('refuse a server that does not speak it', async () => {
    const server = await startServer();
    const url = server.url.replace('redis:', 'rediss:');
    await expect(placedOver({ url, connectTimeoutMs: 1000 })).rejects.toMatchObject({
      code: 'CATGA_ENGINE_UNAVAILABLE',
    });
  });

  it('listen over it too, beside a client that the application has', async () => {
    const { port } = await secured();
    const client = new Redis({ host: '127.0.0.1', port, tls: { ca: ca.cert } });
    afterCase(() => client.disconnect());
    await expect(placedOver({ client })).resolves.toBe('placed tea');
    expect(client.status).toBe('ready');
  });
});
