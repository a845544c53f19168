import { expect, it } from '@jest/globals';
import { ReliableEvent } from '../contracts/message.js';
import { CatgaNode } from './catga-node.js';
import { memory } from '../memory/memory-engine.js';
import type { Engine } from '../ports/engine.js';

@ReliableEvent()
class OrderShipped {
  readonly orderId = 'o1';
}

/** An engine on which a redriven message fails for good before `redrive` gets to removing the letter it came from. */
function slowToRemove(failed: () => Promise<boolean>): Engine {
  const engine = memory();
  return {
    name: engine.name,
    capabilities: engine.capabilities,
    async connect(client) {
      const connection = await engine.connect(client);
      const { deadLetters } = connection;
      const remove = async (id: string): Promise<boolean> => {
        while (!(await failed())) await new Promise((resolve) => setImmediate(resolve));
        return deadLetters.remove(id);
      };
      return Object.assign(Object.create(connection) as typeof connection, {
        deadLetters: {
          put: deadLetters.put.bind(deadLetters),
          get: deadLetters.get.bind(deadLetters),
          list: deadLetters.list.bind(deadLetters),
          keys: deadLetters.keys.bind(deadLetters),
          remove,
        },
      });
    },
  };
}

it('a redriven message that fails again before its old letter is removed is not lost', async () => {
  let failures = 0;
  const node: CatgaNode = new CatgaNode({
    engine: slowToRemove(async () => failures === 2 && (await node.deadLetters.list()).items.length === 2),
    retry: { maxAttempts: 1 },
  }).handleEvent(OrderShipped, () => {
    failures++;
    throw new Error('no');
  });
  await node.init();
  await node.start();
  await node.mediator.publish(new OrderShipped());
  await node.settled();
  const [letter] = (await node.deadLetters.list()).items;
  await node.deadLetters.redrive(letter!.id);
  const { items } = await node.deadLetters.list();
  expect(items).toMatchObject([{ messageId: letter!.messageId, history: [{ attempts: 1 }] }]);
  await node.stop();
});

it('a dead letter in JSON has its bytes as base64', async () => {
  const node = new CatgaNode({ retry: { maxAttempts: 1 } }).handleEvent(OrderShipped, () => {
    throw new Error('no');
  });
  await node.init();
  await node.start();
  await node.mediator.publish(new OrderShipped());
  await node.settled();
  const [letter] = (await node.deadLetters.list()).items;
  const { body } = JSON.parse(JSON.stringify(letter)) as { readonly body: string };
  expect(Buffer.from(body, 'base64').toString()).toBe('{"orderId":"o1"}');
  await node.stop();
});
