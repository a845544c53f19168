import { describe, expect, it } from '@jest/globals';
import type { ClusterLab } from '../cluster-lab.js';
import { GetOrder } from '../messages.js';

/** Batches and streams of requests over several nodes. */
export function clusterBatches(lab: ClusterLab): void {
  const ids = Array.from({ length: 60 }, (_, index) => `o${index}`);

  async function spread(): Promise<ReturnType<ClusterLab['member']>> {
    const gateway = lab.member('gateway', { routing: 'round-robin' });
    const orders = (nodeId: string) =>
      lab.member(nodeId).handleRequest(GetOrder, async (query) => {
        const { orderId } = query as GetOrder;
        if (orderId === 'o7') throw new Error('unknown order');
        return `${nodeId} ${orderId}`;
      });
    await lab.start(gateway, orders('one'), orders('two'), orders('three'));
    return gateway;
  }

  const orderOf = (result: { readonly ok: boolean; readonly value?: string }): string | undefined =>
    result.value?.split(' ')[1];

  describe('many requests over several nodes', () => {
    it('as a batch have their results in the order of the requests, and one failure spoils no other', async () => {
      const gateway = await spread();
      const results = await lab.whileTimePasses(
        gateway.mediator.sendBatch(ids.map((id) => new GetOrder(id))),
      );
      expect(results[7]).toMatchObject({ ok: false, error: { message: 'unknown order' } });
      expect(results.map(orderOf)).toEqual(ids.map((id) => (id === 'o7' ? undefined : id)));
      const nodes = results.flatMap((result) => (result.ok ? result.value.split(' ')[0] : []));
      expect(new Set(nodes)).toEqual(new Set(['one', 'two', 'three']));
    });

    it('as a stream have their results in order, and are pulled as they are read', async () => {
      const gateway = await spread();
      let pulled = 0;
      function* requests() {
        for (const id of ids) {
          pulled++;
          yield new GetOrder(id);
        }
      }
      const read: (string | undefined)[] = [];
      for await (const result of gateway.mediator.sendStream(requests(), { concurrency: 5 })) {
        read.push(orderOf(result));
        expect(pulled).toBeLessThanOrEqual(read.length + 5);
      }
      expect(read).toEqual(ids.map((id) => (id === 'o7' ? undefined : id)));
    });
  });
}
