import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { systemClock } from '@catga/core/engine';
import type { Clock } from '@catga/core/engine';
import { expect, it } from '@jest/globals';
import { nats } from '../index.js';

/** Nobody waits for what does not answer. */
const impatient: Clock = {
  ...systemClock,
  setTimer: (delayMs, ...more) => systemClock.setTimer(Math.min(delayMs, 50), ...more),
};

it('a server that is too old is found by what it says of itself', async () => {
  // Says who it is and answers pings, which is all that a client needs to be connected.
  const server = createServer((socket) => {
    const info = { server_id: 'S', version: '2.9.10', proto: 1, headers: true, max_payload: 1024 * 1024 };
    socket.write(`INFO ${JSON.stringify(info)}\r\n`);
    socket.on('data', (chunk) => void (chunk.includes('PING') && socket.write('PONG\r\n')));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const engine = nats({ servers: `nats://127.0.0.1:${port}` });
  const findings = await engine.diagnose?.({ namespace: 'catga', clock: impatient });
  server.close();
  expect(findings).toContainEqual(
    expect.objectContaining({
      code: 'nats-old-server',
      severity: 'error',
      subject: `127.0.0.1:${port}`,
      text: 'nats-server is 2.9.10; nodes need 2.10 or newer.',
    }),
  );
});
