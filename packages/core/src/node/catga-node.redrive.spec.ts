import { expect, it } from '@jest/globals';
import { ReliableEvent } from '../contracts/message.js';
import type {
  DeadLetterBatchOptions,
  DeadLetterBatchResult,
  DeadLetterProgress,
} from '../contracts/dead-letter.js';
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

it.each(['redrive', 'drop'] as const)(
  '%s of many tells of each letter, and ends where that throws',
  async (action) => {
    const engine = memory();
    const failing = new CatgaNode({ engine, retry: { maxAttempts: 1 } }).handleEvent(OrderShipped, () => {
      throw new Error('no');
    });
    await failing.init();
    await failing.start();
    for (let count = 0; count < 3; count++) await failing.mediator.publish(new OrderShipped());
    await failing.settled();
    const told: DeadLetterProgress[] = [];
    const act = (most: number): Promise<DeadLetterBatchResult> => {
      const options: DeadLetterBatchOptions = {
        onProgress(progress) {
          told.push(progress);
          if (progress.done === most) throw new Error('enough');
        },
      };
      return action === 'redrive'
        ? failing.deadLetters.redrive({}, options)
        : failing.deadLetters.drop({}, options);
    };
    await expect(act(1)).rejects.toThrow('enough');
    expect(told.splice(0)).toEqual([{ done: 1, failed: 0, total: 3 }]);
    await failing.settled();
    const total = action === 'redrive' ? 3 : 2; // Redriven, it failed again.
    await expect(act(Infinity)).resolves.toMatchObject({ succeeded: total, failed: 0 });
    expect(told.map(({ done }) => done)).toEqual(Array.from({ length: total }, (_, index) => index + 1));
    await failing.stop();
  },
);
