import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Answers with what it was asked. */
const echo = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => (body += String(chunk)));
  request.on('end', () => {
    const { method, url, headers } = request;
    response.end(JSON.stringify({ method, url, type: headers['content-type'], key: headers['x-key'], body }));
  });
});

beforeAll(async () => {
  await once(echo.listen(0, '127.0.0.1'), 'listening');
});
afterAll(() => void echo.close());

describe('the stand-in for curl', () => {
  const curl = async (...args: string[]): Promise<unknown> => {
    const { port } = echo.address() as AddressInfo;
    const script = fileURLToPath(new URL('curl.mjs', import.meta.url));
    const all = [script, `http://127.0.0.1:${port}/orders/a~b.c`, ...args];
    return JSON.parse((await execute(process.execPath, all)).stdout);
  };

  it('gets', async () => {
    expect(await curl()).toEqual({ method: 'GET', url: '/orders/a~b.c', body: '' });
  });

  it('posts data, with headers', async () => {
    const args = ['-s', '-H', 'Content-Type: application/json', '-H', 'X-Key: a:b', '-d', '{ "a": 1 }'];
    expect(await curl(...args)).toEqual({
      method: 'POST',
      url: '/orders/a~b.c',
      type: 'application/json',
      key: 'a:b',
      body: '{ "a": 1 }',
    });
  });

  it('uses the method it is told', async () => {
    expect(await curl('-X', 'POST')).toMatchObject({ method: 'POST', body: '' });
  });
});
