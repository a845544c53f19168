import type { CatgaNode, EnqueueOptions } from '@catga/core';
import { describe, expect, it } from '@jest/globals';
import type { ClusterLab } from '../cluster-lab.js';
import { Gate } from '../lab.js';
import { ReserveStock } from '../messages.js';

/** Queued commands that are cancelled by one node and handled by others. */
export function clusterQueuedCommands(lab: ClusterLab): void {
  describe('a command that another node cancels', () => {
    it.each<[string, EnqueueOptions]>([
      ['without a key', {}],
      ['with a key', { key: 'tea' }],
    ])(
      '%s is not run, by the node that has its turn or by who follows when that one crashes',
      async (_, options) => {
        const ran: string[] = [];
        const gate = new Gate();
        const member = (nodeId: string): CatgaNode =>
          lab.member(nodeId, { heartbeat: lab.quickHeartbeat }).handleRequest(
            ReserveStock,
            async (command) => {
              const { sku } = command as ReserveStock;
              ran.push(`${sku} at ${nodeId}`);
              if (nodeId === 'first') await gate.opened;
            },
            { concurrency: 1 },
          );
        const first = member('first');
        const asking = lab.member('asking', { heartbeat: lab.quickHeartbeat });
        await lab.start(first, asking);
        const queued = (sku: string) =>
          asking.mediator.enqueue(new ReserveStock(sku), { messageId: sku, ...options });
        const cancel = (messageId: string) =>
          lab.whileTimePasses(asking.queue.cancel({ name: 'ReserveStock', messageId }));
        for (const sku of ['1', '2', '3', '4', '5']) await queued(sku);
        await lab.until(() => ran.length === 1);
        const [running = ''] = ran[0]?.split(' ') ?? [];
        const [cancelled = '', ...others] = ['3', '1', '2', '4', '5'].filter((sku) => sku !== running);
        await expect(cancel(running)).resolves.toBe('running');
        await expect(cancel(cancelled)).resolves.toBe('cancelled');
        lab.crash(first);
        await lab.start(member('second'));
        // What the crashed node was running comes again, too, whenever the engine knows of the crash.
        const byOther = others.toSorted().map((sku) => `${sku} at second`);
        await lab.until(() => byOther.every((run) => ran.includes(run)));
        await lab.pass(2);
        const ranOnly = ran.filter((run) => !run.startsWith(`${running} `));
        expect(options.key === undefined ? ranOnly.toSorted() : ranOnly).toEqual(byOther);
      },
    );
  });
}
