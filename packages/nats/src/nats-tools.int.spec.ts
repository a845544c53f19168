import { CatgaNode, Command, ReliableEvent } from '@catga/core';
import type { CatgaOptions } from '@catga/core';
import { NatsServer } from '@catga/servers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { nats } from './nats-engine.js';
import { operate } from './testing/lanes.fixture.js';

let server: NatsServer;
beforeAll(async () => {
  server = await NatsServer.spawn();
});
afterAll(() => server.stop());

@ReliableEvent()
class Paid {}
class Pay extends Command {}

async function run(options: CatgaOptions): Promise<CatgaNode> {
  const node = new CatgaNode(options).handleEvent(Paid, () => {}).handleRequest(Pay, () => {});
  await node.init();
  await node.start();
  return node;
}

/** The settings of all streams. */
async function settings(): Promise<readonly unknown[]> {
  const { streams } = (await operate(server, 'STREAM.LIST')) as {
    readonly streams: readonly { readonly config: { readonly name: string } }[];
  };
  return streams.map(({ config }) => config).sort((one, other) => one.name.localeCompare(other.name));
}

describe('a tool on NATS', () => {
  it('leaves streams as nodes with other options have made them, whatever it does', async () => {
    const durable = {
      maxBytes: 64 * 1024 * 1024,
      duplicateWindowMs: 30_000,
      storage: 'memory',
      lanes: 3,
    } as const;
    const node = await run({ engine: nats({ servers: server.url, durable }) });
    await node.mediator.publish(new Paid());
    await node.mediator.enqueue(new Pay());
    const before = await settings();
    const tool = new CatgaNode({ engine: nats(server.url), role: 'tool' });
    await tool.init();
    await tool.start();
    await tool.subscriptions.list();
    await tool.mediator.publish(new Paid());
    await tool.mediator.enqueue(new Pay());
    await tool.stop();
    expect(before).toContainEqual(expect.objectContaining({ name: 'catga_lane_2' }));
    await expect(settings()).resolves.toEqual(before);
    await node.stop();
  });
});
