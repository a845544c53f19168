import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { identifyServer } from './identify-server.js';

let server: Server | undefined;
afterEach(() => void server?.close());

async function listen(made: Server): Promise<number> {
  server = made;
  made.listen(0, '127.0.0.1');
  await once(made, 'listening');
  return (made.address() as AddressInfo).port;
}

describe('what listens at an address', () => {
  it('is a NATS server if it speaks first', async () => {
    const port = await listen(createServer((socket) => socket.write('INFO {"server_id":"x"}\r\n')));
    await expect(identifyServer('127.0.0.1', port)).resolves.toBe('nats');
  });

  it.each(['+PONG\r\n', '-NOAUTH Authentication required.\r\n', '-ERR wrong number of arguments\r\n'])(
    'is a Redis server if it answers %j',
    async (answer) => {
      const port = await listen(createServer((socket) => socket.on('data', () => socket.write(answer))));
      await expect(identifyServer('127.0.0.1', port)).resolves.toBe('redis');
    },
  );

  it('is an HTTP server if it answers as one', async () => {
    await expect(identifyServer('127.0.0.1', await listen(createHttpServer()))).resolves.toBe('http');
  });

  it('is not known if it says nothing, or nothing listens', async () => {
    const port = await listen(createServer(() => {}));
    await expect(identifyServer('127.0.0.1', port)).resolves.toBeUndefined();
    await expect(identifyServer('127.0.0.1', 1)).resolves.toBeUndefined();
  });
});
