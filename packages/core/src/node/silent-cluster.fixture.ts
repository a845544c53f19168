import { MemoryNetwork } from '../memory/network/memory-network.js';
import type { CatgaOptions } from '../options/catga-options.js';
import { PlaceOrder, TestCluster } from './cluster.fixture.js';

/** When a request is sent, and to whom, to two nodes of which no answer comes back. */
export async function whileNobodyAnswers(
  request: CatgaOptions['request'],
): Promise<{ readonly transmittedAtMs: readonly number[]; readonly askedNodes: readonly string[] }> {
  const sent: { readonly to: string; readonly atMs: number }[] = [];
  let isSilent = false;
  const cluster = new TestCluster(
    new MemoryNetwork({
      onFrame: ({ fate, from, to, atMs }) => {
        if (fate === 'sent' && from.nodeId === 'caller' && isSilent) sent.push({ to: to.nodeId, atMs });
      },
    }),
  );
  const caller = cluster.node('caller', { request });
  await cluster.start(
    caller,
    ...['one', 'two'].map((id) => cluster.node(id).handleRequest(PlaceOrder, () => new Promise(() => {}))),
  );
  for (const id of ['one', 'two']) cluster.network.cut(id, 'caller');
  isSilent = true;
  const startMs = cluster.clock.monotonicMs();
  void caller.mediator.trySend(new PlaceOrder('tea'), { timeoutMs: 2000 });
  await cluster.clock.advance(1000);
  isSilent = false;
  await cluster.stop();
  const first = sent[0]?.to;
  return {
    transmittedAtMs: sent.filter(({ to }) => to === first).map(({ atMs }) => atMs - startMs),
    askedNodes: sent.slice(0, 3).map(({ to }) => (to === first ? 'one' : 'two')),
  };
}
