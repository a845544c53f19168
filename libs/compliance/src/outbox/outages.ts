import { CatgaNode, Command, Message, ReliableEvent } from '@catga/core';
import type { CatgaOptions } from '@catga/core';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Lab } from '../lab.js';
import type { OutboxHarness, OutboxUnderTest } from '@catga/testing/outbox';
import type { InterruptibleBroker } from './interruptible-broker.js';

@ReliableEvent()
@Message({ name: 'outbox.placed.v1', key: 'orderId' })
class Placed {
  constructor(
    readonly orderId: string,
    readonly step: number,
  ) {}
}

@Message({ name: 'outbox.ship.v1' })
class Ship extends Command {
  constructor(readonly orderId: string) {
    super();
  }
}

/** A node with an outbox during broker outages. */
export function outages(harness: OutboxHarness, createBroker: () => Promise<InterruptibleBroker>): void {
  describe('while the broker is away', () => {
    let broker: InterruptibleBroker;
    let underTest: OutboxUnderTest;
    let lab: Lab;
    let handled: string[];

    beforeEach(async () => {
      broker = await createBroker();
      underTest = await harness.createOutbox({});
      handled = [];
      const { engine, clock } = broker;
      lab = new Lab({
        capabilities: engine.capabilities,
        createEngine: async () => ({ engine, clock, stop: () => broker.stop?.() ?? Promise.resolve() }),
      });
      await lab.open();
    });

    afterEach(async () => {
      await broker.comeBack();
      await lab.close();
      await underTest.stop?.();
    });

    const run = (options: Omit<CatgaOptions, 'engine'> = {}): Promise<CatgaNode> =>
      lab.run(
        lab
          .node({ outbox: underTest.outbox, ...options })
          .handleEvent(Placed, (event) => {
            const { orderId, step } = event as Placed;
            handled.push(`${orderId}${step}`);
          })
          .handleRequest(Ship, (command) => void handled.push(`shipped ${(command as Ship).orderId}`)),
      );

    it('publish resolves, and handlers get the events once and in the order of their key when it is back', async () => {
      const { mediator, outbox } = await run();
      await broker.leave();
      for (let step = 1; step <= 5; step++) {
        await lab.whileTimePasses(mediator.publish(new Placed('a', step)));
        await lab.whileTimePasses(mediator.publish(new Placed('b', step)));
      }
      expect(handled).toEqual([]);
      await expect(outbox.counts()).resolves.toEqual({ waiting: 10, parked: 0 });
      await broker.comeBack();
      await lab.whileTimePasses(mediator.publish(new Placed('a', 6))); // behind the waiting messages
      await lab.until(() => handled.length === 11);
      await lab.until(async () => (await outbox.counts()).waiting === 0);
      expect(handled.filter((step) => step.startsWith('a'))).toEqual(['a1', 'a2', 'a3', 'a4', 'a5', 'a6']);
      expect(handled.filter((step) => step.startsWith('b'))).toEqual(['b1', 'b2', 'b3', 'b4', 'b5']);
    });

    it('enqueue resolves, and the command runs when it is back', async () => {
      const { mediator } = await run();
      await broker.leave();
      await lab.whileTimePasses(mediator.enqueue(new Ship('a')));
      expect(handled).toEqual([]);
      await broker.comeBack();
      await lab.until(() => handled.length === 1);
      expect(handled).toEqual(['shipped a']);
    });

    it('a node that stops leaves the rest to the next one that opens the outbox', async () => {
      const first = await run();
      await broker.leave();
      await lab.whileTimePasses(first.mediator.publish(new Placed('a', 1)));
      await lab.whileTimePasses(first.stop());
      await broker.comeBack();
      await run();
      await lab.until(() => handled.length === 1);
      expect(handled).toEqual(['a1']);
    });
  });
}
