import type { MessageContext } from '@catga/core';
import { describe, expect, it } from '@jest/globals';
import { itWhere } from '../it-where.js';
import { Gate, untilAborted } from '../lab.js';
import type { Lab } from '../lab.js';
import { CartViewed, GetOrder, OrderPlaced, PaymentTaken, PlaceOrder, ReserveStock } from '../messages.js';

/** Shutdown of a node: it finishes running work, takes nothing new, and gives the rest back. */
export function stopping(lab: Lab): void {
  const itStored = itWhere(lab.storesMessages);
  const refusal = { code: 'CATGA_SHUTTING_DOWN', retryable: true };
  const patient = (): ReturnType<Lab['node']> =>
    lab.node({ shutdown: { drainTimeoutMs: 1000 * lab.unitMs } });

  describe('a node that stops', () => {
    it('awaits its running handlers', async () => {
      const gate = new Gate();
      const node = await lab.run(
        patient().handleRequest(GetOrder, async () => {
          await gate.opened;
          return 'finished';
        }),
      );
      const answer = node.mediator.send(new GetOrder('o1'));
      let hasStopped = false;
      const stopped = node.stop().then(() => (hasStopped = true));
      await lab.pass(4);
      expect(hasStopped).toBe(false);
      gate.open();
      await expect(answer).resolves.toBe('finished');
      await lab.whileTimePasses(stopped);
    });

    it('does not wait longer than it has to', async () => {
      const node = await lab.run(patient().handleRequest(GetOrder, () => ''));
      await node.mediator.send(new GetOrder('o1'));
      await node.stop(); // and no time passes
      await node.stop();
    });

    itStored('does not wait for messages that it never began to handle', async () => {
      const node = patient().handleEvent(OrderPlaced, () => {});
      await node.init(); // and is never started
      await node.mediator.publish(new OrderPlaced('o1'));
      await node.stop(); // and no time passes
    });

    it('refuses everything new, before it has started and after it stopped too', async () => {
      const gate = new Gate();
      const node = patient()
        .handleRequest(GetOrder, async () => {
          await gate.opened;
          return '';
        })
        .handleRequest(ReserveStock, () => {})
        .handleEvent(CartViewed, () => {});
      if (lab.storesMessages) node.handleEvent(OrderPlaced, () => {});
      const { mediator } = node;
      const expectRefusals = async (): Promise<void> => {
        await expect(mediator.send(new GetOrder('o1'))).rejects.toMatchObject(refusal);
        await expect(mediator.send(new GetOrder('o1'), { timeoutMs: 1000 })).rejects.toMatchObject(refusal);
        await expect(mediator.sendToNode(mediator.self.nodeId, new GetOrder('o1'))).rejects.toMatchObject(
          refusal,
        );
        await expect(mediator.enqueue(new ReserveStock('tea'))).rejects.toMatchObject(refusal);
        await expect(mediator.publish(new CartViewed('c1'))).rejects.toMatchObject(refusal);
        await expect(mediator.publish(new OrderPlaced('o1'))).rejects.toMatchObject(refusal);
        await expect(mediator.broadcast(new CartViewed('c1'))).rejects.toMatchObject(refusal);
      };
      await expectRefusals();
      await expect(node.deadLetters.list()).rejects.toMatchObject(refusal);
      await lab.run(node);
      const running = mediator.send(new GetOrder('o1'));
      const stopped = node.stop();
      await lab.pass(1);
      await expectRefusals();
      gate.open();
      await running;
      await lab.whileTimePasses(stopped);
      await expectRefusals();
      await expect(node.deadLetters.list()).rejects.toMatchObject(refusal);
    });

    it('lets running handlers send and publish through their context', async () => {
      const gate = new Gate();
      const seen: string[] = [];
      const node = await lab.run(
        patient()
          .handleRequest(PlaceOrder, async (_command, context) => {
            await gate.opened;
            await context.send(new ReserveStock('tea'));
            await context.publish(new CartViewed('c1'));
            if (lab.storesMessages) await context.publish(new OrderPlaced('o1'));
            return { orderId: 'o1' };
          })
          .handleRequest(ReserveStock, () => void seen.push('sent'))
          .handleEvent(CartViewed, () => void seen.push('published')),
      );
      const answer = node.mediator.send(new PlaceOrder('c1'));
      const stopped = node.stop();
      await lab.pass(1);
      gate.open();
      await expect(answer).resolves.toEqual({ orderId: 'o1' });
      await lab.whileTimePasses(stopped);
      expect(seen).toEqual(['sent', 'published']);
    });

    it('leaves the node directory before it waits for its handlers', async () => {
      const gate = new Gate();
      const other = await lab.run(lab.node({ nodeId: 'other' }));
      const node = await lab.run(
        lab
          .node({ nodeId: 'stopping', shutdown: { drainTimeoutMs: 1000 * lab.unitMs } })
          .handleRequest(GetOrder, async () => {
            await gate.opened;
            return '';
          }),
      );
      await lab.until(() => other.mediator.nodes().length === 2);
      const answer = node.mediator.send(new GetOrder('o1'));
      const stopped = node.stop();
      await lab.until(() => other.mediator.nodes().length === 1);
      gate.open();
      await answer;
      await lab.whileTimePasses(stopped);
    });

    itStored('loses nothing of what was published, and handles nothing twice', async () => {
      const gate = new Gate();
      const seen: string[] = [];
      const handler = async (event: object, { attempt }: MessageContext): Promise<void> => {
        seen.push(`${(event as PaymentTaken).paymentId} ${attempt}`);
        await gate.opened;
      };
      const node = await lab.run(
        patient().handleEvent(PaymentTaken, handler, { name: 'Slow', concurrency: 1 }),
      );
      await node.mediator.publish(new PaymentTaken('p1'));
      await lab.until(() => seen.length === 1);
      await node.mediator.publish(new PaymentTaken('p2'));
      const stopped = node.stop();
      await lab.pass(1);
      expect(seen).toEqual(['p1 1']);
      gate.open();
      await lab.whileTimePasses(stopped);
      // An engine that does not store events has the stopping node handle the second one; others keep it for the next
      // node.
      await lab.run(lab.node().handleEvent(PaymentTaken, handler, { name: 'Slow' }));
      await lab.until(() => seen.length >= 2);
      await lab.pass(4);
      expect(seen).toEqual(['p1 1', 'p2 1']);
    });

    itStored(
      'aborts what outlasts the drain timeout, and gives its message back as the same attempt',
      async () => {
        const attempts: number[] = [];
        let signal: AbortSignal | undefined;
        const deaf = (_event: object, context: MessageContext): Promise<void> => {
          attempts.push(context.attempt);
          ({ signal } = context);
          return new Promise(() => {}); // ignores the signal
        };
        const node = await lab.run(lab.node().handleEvent(OrderPlaced, deaf, { name: 'Handler' }));
        await node.mediator.publish(new OrderPlaced('o1'));
        await lab.until(() => attempts.length === 1);
        expect(signal?.aborted).toBe(false);
        await lab.whileTimePasses(node.stop());
        expect(signal?.aborted).toBe(true);
        expect(signal?.reason).toMatchObject(refusal);
        await lab.run(
          lab.node().handleEvent(OrderPlaced, (_event, { attempt }) => void attempts.push(attempt), {
            name: 'Handler',
          }),
        );
        await lab.until(() => attempts.length === 2);
        expect(attempts).toEqual([1, 1]);
      },
    );

    itStored('does not count it as a failed attempt if a handler obeys the signal', async () => {
      const attempts: number[] = [];
      const obedient = (_event: object, { attempt, signal }: MessageContext): Promise<void> => {
        attempts.push(attempt);
        return untilAborted(signal);
      };
      const node = await lab.run(
        lab.node().handleEvent(OrderPlaced, obedient, { name: 'Handler', maxAttempts: 1 }),
      );
      await node.mediator.publish(new OrderPlaced('o1'));
      await lab.until(() => attempts.length === 1);
      await lab.whileTimePasses(node.stop());
      const next = await lab.run(
        lab.node().handleEvent(OrderPlaced, (_event, { attempt }) => void attempts.push(attempt), {
          name: 'Handler',
        }),
      );
      await lab.until(() => attempts.length === 2);
      expect(attempts).toEqual([1, 1]);
      await expect(next.deadLetters.list()).resolves.toMatchObject({ items: [] });
    });

    it('leaves no caller waiting', async () => {
      let running = 0;
      const node = await lab.run(
        lab.node({ concurrency: { maxInFlight: 2 } }).handleRequest(PlaceOrder, () => {
          running++;
          return new Promise<never>(() => {});
        }),
      );
      const answers = [
        node.mediator.trySend(new PlaceOrder('c1'), { timeoutMs: 1000 * lab.unitMs }),
        node.mediator.trySend(new PlaceOrder('c1'), { messageId: 'k' }),
        node.mediator.trySend(new PlaceOrder('c1'), { messageId: 'k' }),
      ];
      await lab.until(() => running === 2);
      answers.push(node.mediator.trySend(new PlaceOrder('c1'))); // waits for a free slot
      await lab.whileTimePasses(node.stop());
      const ended = Promise.all(answers);
      await expect(lab.whileTimePasses(ended)).resolves.toMatchObject(
        answers.map(() => ({ error: refusal })),
      );
    });
  });
}
