import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { ReliableEvent } from '@catga/core';
import { NatsCluster, PlaceOrder, until } from './testing/nats-cluster.fixture.js';
import { NatsServer } from './testing/nats-server.fixture.js';

@ReliableEvent()
class PagePrinted {
  constructor(
    readonly page: number,
    readonly text: string,
  ) {}
}

const MOST_PAGES = 2000;
const text = 'x'.repeat(10_000);

let folder: string;
let server: NatsServer;
let cluster: NatsCluster;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'catga-nats-'));
  const config = join(folder, 'server.conf');
  writeFileSync(config, 'jetstream { max_file_store: 2MB }');
  server = await NatsServer.spawn(['--config', config]);
  cluster = new NatsCluster(server.url);
});
afterEach(async () => {
  await cluster.stop();
  await server.stop();
  rmSync(folder, { recursive: true });
});

it('a server at its max_file_store refuses what would be stored, and all that it took arrives; requests go on', async () => {
  const printed = new Set<number>();
  const node = cluster
    .node('printer')
    .handleEvent(PagePrinted, (event) => void printed.add((event as PagePrinted).page))
    .handleRequest(PlaceOrder, () => 'placed');
  await cluster.start(node);
  const { mediator } = node;
  const taken: number[] = [];
  const print = async (): Promise<void> => {
    for (let page = 0; page < MOST_PAGES; page++) {
      await mediator.publish(new PagePrinted(page, text), { key: 'book' });
      taken.push(page);
      if (page === 0) await until(() => printed.has(page)); // A lane of which nobody is the owner yet cannot be taken then.
    }
  };
  await expect(print()).rejects.toMatchObject({ code: 'CATGA_OVERLOADED' });
  await until(() => taken.every((page) => printed.has(page)));
  expect(printed.size).toBe(taken.length);
  await expect(mediator.send(new PlaceOrder('tea'))).resolves.toBe('placed');
});

it('a server at its max_file_store takes events again once some have expired, though it cannot record who trims', async () => {
  const durable = { maxAgeMs: 3000, duplicateWindowMs: 1000 };
  const printed = new Set<number>();
  const node = cluster
    .node('printer', {}, { servers: server.url, durable })
    .handleEvent(PagePrinted, (event) => void printed.add((event as PagePrinted).page));
  await cluster.start(node);
  const { mediator } = node;
  let page = 0;
  const isTaken = (): Promise<boolean> =>
    mediator.publish(new PagePrinted(++page, text)).then(
      () => true,
      () => false,
    );
  while (await isTaken()) expect(page).toBeLessThan(MOST_PAGES);
  await until(isTaken);
  await until(() => printed.has(page));
});
