import type { EngineConnection } from '@catga/core/engine';
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { DurableBench, Received, storedMessage } from './testing/durable.fixture.js';
import { until } from './testing/nats-cluster.fixture.js';

const bench = new DurableBench();
afterEach(() => bench.end());

const append = ({ log }: EngineConnection, messageId: string): Promise<unknown> =>
  log.append(storedMessage({ messageId, key: 'k' }));

describe('the streams', () => {
  it('are made as the options say', async () => {
    const server = await bench.server();
    const raw = await bench.raw(server);
    const connection = await bench.open({
      servers: server.url,
      durable: { storage: 'memory', maxAgeMs: 60_000, maxBytes: 100_000, duplicateWindowMs: 5000, lanes: 1 },
    });
    await append(connection, 'm1');
    await connection.log.append(storedMessage({ kind: 'command', name: 'Pay' }));
    const common = { storage: 'memory', max_bytes: 100_000, discard: 'new', duplicate_window: 5e9 };
    await expect(raw.stream('catga_lane_0')).resolves.toMatchObject({
      config: { ...common, subjects: ['catga.lanes.0'], retention: 'limits', max_age: 0 },
    });
    await expect(raw.stream('catga_commands')).resolves.toMatchObject({
      config: { ...common, subjects: ['catga.commands.>'], retention: 'workqueue', max_age: 0 },
    });
  });

  it('are made once the server has removed the files of deleted ones', async () => {
    const server = await bench.server();
    const { connection } = await bench.raw(server);
    const folder = server.folderOf('catga_lane_0');
    mkdirSync(dirname(folder), { recursive: true });
    writeFileSync(folder, 'in the way');
    let creations = 0;
    connection.subscribe('$JS.API.STREAM.CREATE.catga_lane_0', { callback: () => void creations++ });
    await connection.flush();
    const opening = bench.open({ servers: server.url, durable: { lanes: 1 } });
    await until(() => creations > 1);
    // A newer server removes it by itself.
    if (statSync(folder, { throwIfNoEntry: false })?.isFile() === true) rmSync(folder);
    await append(await opening, 'm1');
  });

  it('are brought to what the options say now, and keep what they hold', async () => {
    const server = await bench.server();
    const raw = await bench.raw(server);
    await append(await bench.open({ servers: server.url, durable: { lanes: 1 } }), 'm1');
    const later = await bench.open({ servers: server.url, durable: { maxBytes: 1_000_000 } });
    await append(later, 'm2');
    await expect(raw.stream('catga_lane_0')).resolves.toMatchObject({
      config: { max_bytes: 1_000_000, storage: 'file' },
      state: { messages: 2 },
    });
  });

  it('whose storage is another one are refused, with what to do', async () => {
    const server = await bench.server();
    await append(await bench.open({ servers: server.url, durable: { lanes: 1 } }), 'm1');
    const other = await bench.open({ servers: server.url, durable: { storage: 'memory' } });
    await expect(append(other, 'm2')).rejects.toMatchObject({
      code: 'CATGA_CONFIGURATION',
      details: { stream: 'catga_lane_0', setting: 'storage', found: 'file', wanted: 'memory' },
    });
  });

  it('keep events no longer than their age', async () => {
    const server = await bench.server();
    const raw = await bench.raw(server);
    const durable = { maxAgeMs: 300, duplicateWindowMs: 100, lanes: 1 };
    const connection = await bench.open({ servers: server.url, durable });
    await append(connection, 'm1');
    await expect(raw.stream('catga_lane_0')).resolves.toMatchObject({ state: { messages: 1 } });
    await until(async () => (await raw.stream('catga_lane_0')).state.messages === 0);
  });

  it('keep a command with a key for longer than events, until it is handled', async () => {
    const server = await bench.server();
    const raw = await bench.raw(server);
    const durable = { maxAgeMs: 300, duplicateWindowMs: 100, lanes: 1 };
    const warnings: string[] = [];
    const monitor = {
      lost() {},
      restored() {},
      closed() {},
      refused() {},
      warn: (text: string) => void warnings.push(text),
    };
    const connection = await bench.open({ servers: server.url, durable }, { monitor });
    await append(connection, 'm1');
    await connection.log.append(storedMessage({ messageId: 'c1', kind: 'command', name: 'Pay', key: 'k' }));
    await until(async () => (await raw.stream('catga_lane_0')).state.messages === 1);
    await until(() => warnings.some((text) => text.includes("'queue.Pay'")));
    const received = new Received();
    await connection.log.subscribe(
      { id: 'queue.Pay', kind: 'command', names: ['Pay'], concurrency: 1 },
      received.take,
    );
    await until(async () => (await raw.stream('catga_lane_0')).state.messages === 0);
    expect(received.ids).toEqual(['c1']);
  });
});
