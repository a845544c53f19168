import { systemClock } from '@catga/core/engine';
import type { EngineConnection, StreamLog } from '@catga/core/engine';
import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { nats } from './nats-engine.js';
import { NatsServer } from './testing/nats-server.fixture.js';

let server: NatsServer;
let connection: EngineConnection;
let log: StreamLog;

beforeAll(async () => {
  server = await NatsServer.spawn();
  const client = { namespace: 'shop', nodeId: 'one', clock: systemClock, heartbeatTimeoutMs: 15_000 };
  connection = await nats({ servers: server.url, durable: { lanes: 1 } }).connect(client);
  if (connection.streams === undefined) throw new TypeError('NATS keeps no streams.');
  log = connection.streams;
});

afterAll(async () => {
  await connection?.close();
  await server?.stop();
});

const text = (body: Uint8Array): string => Buffer.from(body).toString();
const entry = (body: string): { head: string; body: Uint8Array } => ({
  head: '1 1',
  body: Buffer.from(body),
});

describe('streams on NATS', () => {
  it('leave out what somebody else has put there', async () => {
    const first = (await log.append('a', entry('first'), 0)) ?? 0;
    const raw = await connect({ servers: server.url.replace('nats://', '') });
    for (let at = 0; at < 3; at++) await raw.request('shop.streams.theirs', 'not an entry');
    await raw.close();
    const next = (await log.append('a', entry('next'), first)) ?? 0;
    const all = await log.readAll(1, 10);
    expect(all.map(({ body, after }) => [text(body), after])).toEqual([
      ['first', 0],
      ['next', first],
    ]);
    await expect(log.readAll(first + 1, 1)).resolves.toMatchObject([{ position: next }]);
    await expect(log.readAll(next + 1, 1)).resolves.toEqual([]);
  });

  it('have a subject each, whatever their names', async () => {
    const names = [
      'bank.account/1',
      'bank.account=2F1',
      'x'.repeat(400),
      `${'x'.repeat(399)}y`,
      '*',
      '>',
      'ü *',
    ];
    for (const name of names) await expect(log.append(name, entry(name), 0)).resolves.toBeGreaterThan(0);
    for (const name of names)
      await expect(log.last(name).then((last) => text(last?.body ?? new Uint8Array(0)))).resolves.toBe(name);
  });

  it('give heads without bodies', async () => {
    const position = (await log.append('heads', entry('body'), 0)) ?? 0;
    await expect(log.read('heads', 1, position, true)).resolves.toMatchObject([
      { head: '1 1', position, body: { byteLength: 0 } },
    ]);
  });
});
