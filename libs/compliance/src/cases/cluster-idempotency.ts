import { describe, expect, it } from '@jest/globals';
import type { ClusterLab } from '../cluster-lab.js';
import { ChargeCard, Import, PlaceOrder } from '../messages.js';

/** Idempotency by message id across nodes. */
export function clusterIdempotency(lab: ClusterLab): void {
  const messageId = 'key-1';

  /** Factory of nodes that count all runs. */
  function counted(): { readonly node: (nodeId: string) => ReturnType<ClusterLab['member']>; runs: number } {
    const count = {
      runs: 0,
      node: (nodeId: string) =>
        lab
          .member(nodeId)
          .handleRequest(PlaceOrder, () => ({ orderId: `run ${++count.runs}` }))
          .handleRequest(ChargeCard, () => `run ${++count.runs}`),
    };
    return count;
  }

  describe('an id that a caller gives', () => {
    it('means one run on two nodes, and both answer alike', async () => {
      const gateway = lab.member('gateway');
      const count = counted();
      await lab.start(gateway, count.node('one'), count.node('two'));
      const outcome = { orderId: 'run 1' };
      for (const nodeId of ['one', 'two', 'one']) {
        const sent = gateway.mediator.sendToNode(nodeId, new PlaceOrder('c1'), { messageId });
        await expect(lab.whileTimePasses(sent)).resolves.toEqual(outcome);
      }
      expect(count.runs).toBe(1);
    });

    it('means one run though two nodes are asked at the same time', async () => {
      const gateway = lab.member('gateway');
      const count = counted();
      await lab.start(gateway, count.node('one'), count.node('two'));
      const sent = ['one', 'two', 'two', 'one'].map((nodeId) =>
        gateway.mediator.sendToNode(nodeId, new ChargeCard(5), { messageId }),
      );
      await expect(lab.whileTimePasses(Promise.all(sent))).resolves.toEqual(sent.map(() => 'run 1'));
      expect(count.runs).toBe(1);
    });

    it('means one run though one caller has the handler in its own process and the other has not', async () => {
      const gateway = lab.member('gateway');
      let runs = 0;
      const one = lab.member('one').handleRequest(Import, () => `run ${++runs}`);
      await lab.start(gateway, one);
      const made = () => ({
        at: new Date(0),
        line: new PlaceOrder('c1'),
        note: undefined,
        list: [1.5, null, 'é'],
      });
      for (const { mediator } of [one, gateway, one, gateway]) {
        const sent = mediator.send(new Import(made()), { messageId });
        await expect(lab.whileTimePasses(sent)).resolves.toBe('run 1');
      }
    });

    it.each<readonly [string, unknown, unknown]>([
      ['zeros', { amount: 0 }, { amount: -0 }],
      ['gaps in lists', { list: [null] }, { list: [undefined] }],
      ['dates', { at: new Date(0) }, { at: new Date(0).toISOString() }],
    ])('means one run with what is the same on the wire: %s', async (_what, one, other) => {
      const gateway = lab.member('gateway');
      let runs = 0;
      const node = lab.member('one').handleRequest(Import, () => `run ${++runs}`);
      await lab.start(gateway, node);
      for (const data of [one, other])
        for (const { mediator } of [gateway, node]) {
          const sent = mediator.send(new Import(data), { messageId });
          await expect(lab.whileTimePasses(sent)).resolves.toBe('run 1');
        }
    });

    it.each<readonly [string, unknown]>([
      ['a map', new Map([['a', 1]])],
      ['a set', new Set(['a'])],
      ['a pattern', /a/],
      ['no number', NaN],
      ['an infinity', Infinity],
      ['an invalid date', new Date(NaN)],
      ['a big integer', 1n],
      ['bytes', new Uint8Array([1])],
      ['an error', new Error('no')],
    ])('is refused where it is sent with what JSON would make something else of: %s', async (_what, lost) => {
      const gateway = lab.member('gateway');
      let runs = 0;
      await lab.start(
        gateway,
        lab.member('one').handleRequest(Import, () => `run ${++runs}`),
      );
      for (const options of [{ messageId }, {}])
        await expect(gateway.mediator.send(new Import({ lost }), options)).rejects.toMatchObject({
          code: 'CATGA_SERIALIZATION',
        });
      expect(runs).toBe(0);
    });

    it('is refused with another content, on whichever node', async () => {
      const gateway = lab.member('gateway');
      const count = counted();
      await lab.start(gateway, count.node('one'), count.node('two'));
      await gateway.mediator.sendToNode('one', new PlaceOrder('c1'), { messageId });
      await expect(
        gateway.mediator.sendToNode('two', new PlaceOrder('c2'), { messageId }),
      ).rejects.toMatchObject({ code: 'CATGA_IDEMPOTENCY_MISMATCH', retryable: false });
      expect(count.runs).toBe(1);
    });

    it('has its outcome kept when the node that ran it crashed', async () => {
      const gateway = lab.member('gateway');
      const count = counted();
      const one = count.node('one');
      await lab.start(gateway, one, count.node('two'));
      await gateway.mediator.sendToNode('one', new ChargeCard(5), { messageId });
      lab.crash(one);
      const again = gateway.mediator.sendToNode('two', new ChargeCard(5), { messageId });
      await expect(lab.whileTimePasses(again)).resolves.toBe('run 1');
      expect(count.runs).toBe(1);
    });

    it('means one run though callers on several nodes give it', async () => {
      const callers = ['web-1', 'web-2', 'web-3'].map((nodeId) =>
        lab.member(nodeId, { routing: 'round-robin' }),
      );
      const count = counted();
      await lab.start(...callers, count.node('one'), count.node('two'));
      const sent = callers.map(({ mediator }) => mediator.send(new ChargeCard(5), { messageId }));
      await expect(lab.whileTimePasses(Promise.all(sent))).resolves.toEqual(sent.map(() => 'run 1'));
      expect(count.runs).toBe(1);
    });
  });
}
