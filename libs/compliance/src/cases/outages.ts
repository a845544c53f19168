import { beforeEach, describe, expect, it } from '@jest/globals';
import type { CatgaNode, CatgaOptions } from '@catga/core';
import { UnansweringEngine } from '../unanswering-engine.js';
import { Gate } from '../lab.js';
import type { Lab } from '../lab.js';
import { ChargeCard, PaymentTaken } from '../messages.js';

/** Duration of the outage, in units of the lab: longer than any retry delay. */
const AWAY_UNITS = 20;

/** Outages of the stores at the end of a handler, longer than the node waits for an answer. */
export function outages(lab: Lab): void {
  describe('a handler that ends while the records are out of reach', () => {
    let engine: UnansweringEngine;
    let end: Gate;
    let runs: number;

    beforeEach(() => {
      engine = new UnansweringEngine(lab.engine);
      end = new Gate();
      runs = 0;
    });

    const node = (options: Omit<CatgaOptions, 'engine'> = {}): CatgaNode =>
      lab.nodeOn(engine, { service: 'books', retry: { maxAttempts: 1 }, ...options });
    const work = async (): Promise<string> => {
      runs++;
      await end.opened;
      return 'done';
    };
    async function endWhileAway(): Promise<void> {
      await lab.until(() => runs === 1);
      engine.weather = 'away';
      end.open();
      await lab.pass(AWAY_UNITS);
      engine.weather = 'fine';
    }

    if (lab.harness.capabilities.requests.includes(2)) {
      it('has run once for a command of QoS 2, whose caller and repetitions get its answer', async () => {
        const orders = await lab.run(node().handleRequest(ChargeCard, work));
        const charge = (): Promise<unknown> => orders.mediator.send(new ChargeCard(1), { messageId: 'm1' });
        const sent = charge();
        await endWhileAway();
        await expect(lab.whileTimePasses(sent)).resolves.toBe('done');
        await expect(lab.whileTimePasses(charge())).resolves.toBe('done');
        expect(runs).toBe(1);
      });

      it('has run once for a command whose record was written and only the answer was lost', async () => {
        const orders = await lab.run(node().handleRequest(ChargeCard, work));
        const sent = orders.mediator.send(new ChargeCard(1), { messageId: 'm1' });
        await lab.until(() => runs === 1);
        engine.weather = 'answers lost';
        end.open();
        await lab.pass(AWAY_UNITS);
        engine.weather = 'fine';
        await expect(lab.whileTimePasses(sent)).resolves.toBe('done');
        expect(runs).toBe(1);
      });

      it('leaves an id free whose claim was stored but whose answer was lost', async () => {
        const leaseMs = 1000 * lab.unitMs;
        const orders = await lab.run(node({ idempotency: { leaseMs } }).handleRequest(ChargeCard, work));
        end.open();
        const charge = (): Promise<unknown> => orders.mediator.send(new ChargeCard(1), { messageId: 'm1' });
        engine.weather = 'answers lost';
        await expect(charge()).rejects.toMatchObject({ code: 'CATGA_ENGINE_UNAVAILABLE', retryable: true });
        engine.weather = 'fine';
        const startMs = lab.clock.monotonicMs();
        await expect(lab.whileTimePasses(charge())).resolves.toBe('done');
        expect(lab.clock.monotonicMs() - startMs).toBeLessThan(leaseMs / 2);
        expect(runs).toBe(1);
      });
    }

    if (lab.harness.capabilities.events.includes(2)) {
      it('has run once for an event of QoS 2, which becomes no dead letter', async () => {
        const books = await lab.run(node().handleEvent(PaymentTaken, work, { name: 'Bookkeeper' }));
        await books.mediator.publish(new PaymentTaken('p1'));
        await endWhileAway();
        await lab.until(() => books.mediator.self.load.inFlight === 0);
        await lab.pass(AWAY_UNITS);
        expect(runs).toBe(1);
        await expect(books.deadLetters.list()).resolves.toMatchObject({ items: [] });
      });
    }

    if (lab.harness.capabilities.queues) {
      it('has run once for a queued command, whose outcome is its success', async () => {
        const books = await lab.run(node().handleRequest(ChargeCard, work));
        const receipt = await books.mediator.enqueue(new ChargeCard(1), { keepOutcome: true });
        await endWhileAway();
        await expect(lab.whileTimePasses(receipt.outcome())).resolves.toEqual({ ok: true, value: 'done' });
        await lab.pass(AWAY_UNITS);
        expect(runs).toBe(1);
        await expect(books.deadLetters.list()).resolves.toMatchObject({ items: [] });
      });

      it('keeps its own error in the dead letter of its last attempt', async () => {
        const refuse = async (): Promise<never> => {
          await work();
          throw new Error('card expired');
        };
        const books = await lab.run(node().handleRequest(ChargeCard, refuse));
        const receipt = await books.mediator.enqueue(new ChargeCard(1), { keepOutcome: true });
        await endWhileAway();
        const refused = { ok: false, error: { message: 'card expired' } };
        await expect(lab.whileTimePasses(receipt.outcome())).resolves.toMatchObject(refused);
        const letters = { items: [{ error: { message: 'card expired' } }] };
        await expect(books.deadLetters.list()).resolves.toMatchObject(letters);
        expect(runs).toBe(1);
      });
    }
  });
}
