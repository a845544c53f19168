import { afterEach, describe, expect, it } from '@jest/globals';
import { Command } from '../../contracts/request.js';
import { CatgaNode } from '../../node/catga-node.js';
import { TestClock } from '../../time/test-clock.js';
import { memory } from '../memory-engine.js';

class Step extends Command<void> {
  constructor(
    readonly at: number,
    readonly padding = '',
  ) {
    super();
  }
}

describe('a cancelled command of a key with a backlog', () => {
  let node: CatgaNode;
  let clock: TestClock;
  afterEach(async () => {
    const stopped = node.stop();
    await clock.advance(20_000);
    await stopped;
  });

  /** Queues commands of one key, cancels some while the first one runs, and resolves with those that have run then. */
  async function runWithout(
    cancelled: readonly number[],
    count: number,
    padding?: string,
  ): Promise<readonly number[]> {
    const ran: number[] = [];
    let go = (): void => {};
    const gate = new Promise<void>((resolve) => (go = resolve));
    clock = new TestClock();
    node = new CatgaNode({ engine: memory() }, { clock }).handleRequest(
      Step,
      async (command) => {
        ran.push((command as Step).at);
        if (ran.length === 1) await gate;
      },
      { name: 'Steps' },
    );
    await node.init();
    await node.start();
    for (let at = 0; at < count; at++)
      await node.mediator.enqueue(new Step(at, padding), { key: 'k', messageId: String(at) });
    await clock.advance(100);
    expect(ran).toEqual([0]);
    for (const at of cancelled) {
      const end = node.queue.cancel({ name: 'Step', messageId: String(at) });
      await clock.advance(100);
      await expect(end).resolves.toBe('cancelled');
    }
    go();
    for (let turn = 0; turn < 1000 && ran.length < count - cancelled.length; turn++) await clock.advance(25);
    await clock.advance(1000);
    await expect(node.queue.list()).resolves.toEqual({ items: [], next: undefined });
    return ran;
  }

  const all = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at);

  it('is not run wherever it is, kept ready or left in the log, and the others run in their order', async () => {
    const cancelled = [1, 2, 40, 63, 64, 65, 200, 201, 299];
    await expect(runWithout(cancelled, 300)).resolves.toEqual(
      all(300).filter((at) => !cancelled.includes(at)),
    );
  });

  it('is not run if it was not read yet', async () => {
    const cancelled = [3, 70, 79];
    await expect(runWithout(cancelled, 80, 'x'.repeat(200_000))).resolves.toEqual(
      all(80).filter((at) => !cancelled.includes(at)),
    );
  });
});
