import { CatgaNode } from '@catga/core';
import { msgpack } from '@catga/core/msgpack';
import { nats } from '@catga/nats';
import { NatsServer, RedisServer, authority, freePort, signedBy } from '@catga/servers';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { PlaceOrder } from './testing/shop.fixture.js';
import { TestTerminal } from './testing/terminal.fixture.js';

let terminal: TestTerminal;
let server: { stop(): Promise<void> } | undefined;
beforeEach(() => {
  terminal = new TestTerminal();
});
afterEach(async () => {
  await server?.stop();
  terminal.folder.remove();
});

/** A listing that the broker allows. */
const LISTED = { exitCode: 0, out: '[]\n', err: '' };
const list = (...args: readonly string[]) => terminal.run('nodes', 'ls', '--output', 'json', ...args);

it('a user with a password gets into NATS, by flags, the environment, and a saved context', async () => {
  const { url } = await natsServer('--user', 'ann', '--pass', 'secret');
  const user = ['--url', url, '--user', 'ann'];
  await expect(list(...user, '--password', 'secret')).resolves.toEqual(LISTED);
  const { exitCode, err } = await list(...user, '--password', 'wrong');
  expect([exitCode, err.includes('wrong')]).toEqual([1, false]);
  await terminal.run('context', 'add', 'saved', url, '--user', 'ann', '--password', 'secret');
  await expect(list()).resolves.toEqual(LISTED);
  const other = new TestTerminal({ CATGA_PASSWORD: 'secret' });
  await expect(other.run('nodes', 'ls', '--output', 'json', ...user)).resolves.toEqual(LISTED);
  other.folder.remove();
});

it('a token gets into NATS, over TLS, by the authority that is given', async () => {
  const ca = await authority();
  const own = await signedBy(ca, 'nats');
  const { folder } = terminal;
  const files = [
    '--tlscert',
    folder.write('server.pem', own.cert),
    '--tlskey',
    folder.write('server.key', own.key),
  ];
  const { url } = await natsServer('--auth', 'secret', '--tls', ...files);
  const args = ['--url', url, '--token', 'secret'];
  await expect(list(...args, '--tls-ca', folder.write('ca.pem', ca.cert))).resolves.toEqual(LISTED);
  await expect(list(...args)).resolves.toMatchObject({ exitCode: 1 });
});

it('a user with a password and a certificate gets into Redis over TLS', async () => {
  const ca = await authority();
  const [own, mine] = [await signedBy(ca, 'redis'), await signedBy(ca, 'ann')];
  const { folder } = terminal;
  const trusted = folder.write('ca.pem', ca.cert);
  const port = await freePort();
  const settings = [
    ['--tls-port', String(port)],
    ['--tls-ca-cert-file', trusted],
    ['--tls-cert-file', folder.write('server.pem', own.cert)],
    ['--tls-key-file', folder.write('server.key', own.key)],
  ];
  server = await RedisServer.spawn([
    ...settings.flat(),
    ...'--user ann on >secret ~* &* +@all --user default off'.split(' '),
  ]);
  const args = ['--url', `rediss://127.0.0.1:${port}`, '--user', 'ann', '--tls-ca', trusted];
  const certificate = [
    ['--tls-cert', folder.write('ann.pem', mine.cert)],
    ['--tls-key', folder.write('ann.key', mine.key)],
  ].flat();
  await expect(list(...args, ...certificate, '--password', 'secret')).resolves.toEqual(LISTED);
  const { exitCode, err } = await list(...args, ...certificate, '--password', 'wrong');
  expect([exitCode, err.includes('wrong')]).toEqual([1, false]);
  await expect(list(...args, '--password', 'secret')).resolves.toMatchObject({ exitCode: 1 });
});

it('nodes of another serializer are shown with a remark, and sent nothing until it is said', async () => {
  const { url } = await natsServer();
  const node = new CatgaNode({ engine: nats(url), nodeId: 'packed', serializer: msgpack() }).handleRequest(
    PlaceOrder,
    (command) => ({ orderId: `order of ${(command as PlaceOrder).sku}` }),
  );
  await node.init();
  await node.start();
  const remark = "The nodes use the serializer 'msgpack', not 'json': pass --serializer msgpack.\n";
  await expect(list('--url', url)).resolves.toMatchObject({ exitCode: 0, err: remark });
  const send = ['send', 'orders.place.v1', '{"sku":"tea"}', '--url', url];
  await expect(terminal.run(...send)).resolves.toMatchObject({ exitCode: 2, out: '' });
  await expect(terminal.json(...send, '--serializer', 'msgpack')).resolves.toEqual({
    orderId: 'order of tea',
  });
  await node.stop();
});

async function natsServer(...args: readonly string[]): Promise<{ readonly url: string }> {
  const spawned = await NatsServer.spawn(args);
  server = spawned;
  return spawned;
}
