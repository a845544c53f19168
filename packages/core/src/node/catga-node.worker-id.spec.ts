import { expect, it } from '@jest/globals';
import { memory } from '../memory/memory-engine.js';
import type { Engine } from '../ports/engine.js';
import { TestClock } from '../time/test-clock.js';
import { CatgaNode } from './catga-node.js';

it('a node whose worker id was leased anew makes its ids with the new one from the next heartbeat on', async () => {
  let workerId = 3;
  const inner = memory();
  const engine: Engine = {
    name: inner.name,
    capabilities: inner.capabilities,
    async connect(client) {
      const connection = await inner.connect(client);
      return Object.create(connection, { workerId: { get: () => workerId } }) as typeof connection;
    },
  };
  const node = new CatgaNode({ engine }, { clock: new TestClock() });
  await node.init();
  await node.start();
  expect(node.ids.parse(node.ids.next()).workerId).toBe(3);
  workerId = 200;
  await node.beat();
  expect(node.ids.parse(node.ids.next()).workerId).toBe(200);
  await node.stop();
});
