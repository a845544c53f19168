import { describe, expect, it } from '@jest/globals';
import { Command } from '../contracts/request.js';
import { ReliableEvent } from '../contracts/message.js';
import type { MessageContext } from '../contracts/message-context.js';
import { memory } from '../memory/memory-engine.js';
import { TestClock } from '../time/test-clock.js';
import { CatgaNode } from './catga-node.js';

class PlaceOrder extends Command {}

@ReliableEvent()
class OrderPlaced {
  constructor(readonly step = 1) {}
}

function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open: () => open() };
}

describe('a stopping node on the memory engine', () => {
  it('handles the reliable events that its last handlers publish, since nobody will later', async () => {
    const { opened, open } = gate();
    const handled: number[] = [];
    const node = new CatgaNode()
      .handleRequest(PlaceOrder, async (_command, context) => {
        await opened;
        await context.publish(new OrderPlaced());
      })
      .handleEvent(OrderPlaced, async (event: object, context: MessageContext) => {
        const { step } = event as OrderPlaced;
        handled.push(step);
        if (step < 3) await context.publish(new OrderPlaced(step + 1));
      });
    await node.init();
    await node.start();
    const placed = node.mediator.send(new PlaceOrder());
    const stopped = node.stop();
    open();
    await Promise.all([placed, stopped]);
    expect(handled).toEqual([1, 2, 3]);
  });

  it('is not idle before the outcome of a recorded command is written', async () => {
    const order: string[] = [];
    const node = new CatgaNode().handleRequest(PlaceOrder, () => void order.push('handled'));
    await node.init();
    await node.start();
    const sent = node.mediator
      .send(new PlaceOrder(), { messageId: 'one' })
      .then(() => order.push('answered'));
    await node.stop();
    order.push('stopped');
    await sent;
    expect(order).toEqual(['handled', 'answered', 'stopped']);
  });

  it('does not count an attempt against a handler to which it refused something itself', async () => {
    const engine = memory();
    const { opened, open } = gate();
    const attempts: number[] = [];
    const node: CatgaNode = new CatgaNode({ engine, retry: { maxAttempts: 1 } })
      .handleRequest(PlaceOrder, () => {})
      .handleEvent(OrderPlaced, async (_event: object, { attempt }: MessageContext) => {
        attempts.push(attempt);
        await opened;
        await node.mediator.send(new PlaceOrder()); // Not through its context: the mediator cannot know it.
      });
    await node.init();
    await node.start();
    await node.mediator.publish(new OrderPlaced());
    const stopped = node.stop();
    open();
    await stopped;
    expect(attempts).toEqual([1]);
    const next = new CatgaNode({ engine }).handleEvent(
      OrderPlaced,
      (_event: object, { attempt }: MessageContext) => void attempts.push(attempt),
      { name: 'OrderPlacedHandler' },
    );
    await next.init();
    await next.start();
    await expect(next.deadLetters.list()).resolves.toMatchObject({ items: [] });
    while (attempts.length < 2) await new Promise((resolve) => setImmediate(resolve));
    expect(attempts).toEqual([1, 1]);
    await next.stop();
  });
});

describe('a node that announces its stop', () => {
  const running = async (clock: TestClock): Promise<CatgaNode> => {
    const node = new CatgaNode({ shutdown: { delayMs: 2000 } }, { clock }).handleRequest(
      PlaceOrder,
      () => {},
    );
    await node.init();
    await node.start();
    return node;
  };

  it('is not ready at once, and works as before until the delay is over', async () => {
    const clock = new TestClock();
    const node = await running(clock);
    expect(node.problem).toBeUndefined();
    const stopped = node.stop();
    expect(node.problem).toBe('The node is stopping.');
    await clock.advance(1999);
    expect(node.mediator.nodes()).toHaveLength(1);
    await expect(node.mediator.send(new PlaceOrder())).resolves.toBeUndefined();
    await clock.advance(1);
    await stopped;
    await expect(node.mediator.send(new PlaceOrder())).rejects.toMatchObject({ code: 'CATGA_SHUTTING_DOWN' });
  });

  it('waits once, whoever announces it and however often', async () => {
    const clock = new TestClock();
    const node = await running(clock);
    const announced = Promise.all([node.announceStop(), node.announceStop()]);
    await clock.advance(2000);
    await announced;
    expect(node.isOpen).toBe(true);
    await node.stop();
    expect(node.isOpen).toBe(false);
  });

  it('does not wait if it has not started to take messages', async () => {
    await new CatgaNode({ shutdown: { delayMs: 2000 } }, { clock: new TestClock() }).stop();
  });
});

describe('what stops beside a node', () => {
  it('shares its time: each step has its turn, and none takes longer than is left', async () => {
    const clock = new TestClock();
    const warnings: string[] = [];
    const node = new CatgaNode(
      { shutdown: { drainTimeoutMs: 5000 } },
      {
        clock,
        logger: { log() {}, error() {}, debug() {}, warn: (line: string) => void warnings.push(line) },
      },
    ).handleRequest(PlaceOrder, () => gate().opened);
    await node.init();
    await node.start();
    const hangs = (): Promise<void> => gate().opened;
    const first = node.steps.stop('the first', async () => {
      await new Promise<void>((resolve) => void clock.setTimer(2000, resolve));
      throw new Error('It failed.');
    });
    await clock.advance(2000);
    await first;
    void node.mediator.trySend(new PlaceOrder());
    const drained = node.drain();
    await clock.advance(3000);
    await clock.advance(1000);
    await drained;
    const second = node.steps.stop('the second', hangs);
    await clock.advance(1000);
    await second;
    await node.close();
    expect([...node.failures.failures.keys()]).toEqual(['stopping: the first']);
    expect(warnings).toEqual([
      expect.stringContaining('1 handlers were still running'),
      'Shutdown: the second did not finish within 1000 ms; the shutdown continues.',
    ]);
  });
});
