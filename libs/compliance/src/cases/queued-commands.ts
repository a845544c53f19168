import type { CatgaNode, EnqueueOptions, EnqueueReceipt, QueuedCommand } from '@catga/core';
import { describe, expect, it } from '@jest/globals';
import { Gate } from '../lab.js';
import type { Lab } from '../lab.js';
import { PlaceOrder, ReserveStock } from '../messages.js';

/** Queued commands that are listed, cancelled and rescheduled. */
export function queuedCommands(lab: Lab): void {
  const KINDS: readonly [string, EnqueueOptions][] = [
    ['without a key', {}],
    ['with a key', { key: 'tea' }],
  ];
  const LONG_MS = 1000 * lab.unitMs;
  const CANCELLED = { ok: false, error: expect.objectContaining({ code: 'CATGA_CANCELLED' }) };

  /** A node that handles one command at a time; the first one until the gate opens. */
  function warehouse(nodeId = 'warehouse', gate = new Gate()) {
    const ran: string[] = [];
    const node = lab.node({ nodeId }).handleRequest(
      ReserveStock,
      async (command) => {
        ran.push((command as ReserveStock).sku);
        if ((command as ReserveStock).sku === 'first') await gate.opened;
        return 'reserved';
      },
      { concurrency: 1 },
    );
    const queued = (sku: string, options?: EnqueueOptions): Promise<EnqueueReceipt> =>
      node.mediator.enqueue(new ReserveStock(sku), { messageId: sku, ...options });
    const cancel = (messageId: string) =>
      lab.whileTimePasses(node.queue.cancel({ name: 'ReserveStock', messageId }));
    const reschedule = (messageId: string, delayMs: number) =>
      lab.whileTimePasses(node.queue.reschedule({ name: 'ReserveStock', messageId }, { delayMs }));
    return { node, ran, gate, queued, cancel, reschedule };
  }

  /** All that is queued, page by page. */
  async function listed(
    { queue }: CatgaNode,
    limit: number,
    name?: string,
  ): Promise<readonly QueuedCommand[]> {
    const found: QueuedCommand[] = [];
    let after: string | undefined;
    do {
      const page = await lab.whileTimePasses(
        queue.list({ ...(name && { name }) }, { limit, ...(after !== undefined && { after }) }),
      );
      expect(page.items.length).toBeLessThanOrEqual(limit);
      found.push(...page.items);
      after = page.next;
    } while (after !== undefined);
    return found;
  }

  describe('queued commands', () => {
    it('are listed in pages, with who runs, waits and is delayed', async () => {
      const { node, ran, queued, gate } = warehouse();
      await lab.run(node.handleRequest(PlaceOrder, () => gate.opened));
      await expect(listed(node, 10)).resolves.toEqual([]);
      await queued('first', { key: 'tea', headers: { tenant: 'blue' }, keepOutcome: true });
      await lab.until(() => ran.length === 1);
      for (const sku of ['second', 'third']) await queued(sku, { key: 'tea' });
      for (const sku of ['later', 'latest']) await queued(sku, { delayMs: LONG_MS });
      await node.mediator.enqueue(new PlaceOrder('c1'), { messageId: 'o1' });
      await lab.until(async () => (await listed(node, 10, 'PlaceOrder'))[0]?.state === 'running');
      const all = await listed(node, 2);
      const ofId = new Map(all.map((one) => [one.messageId, one]));
      expect(all).toHaveLength(6);
      expect(Object.fromEntries(all.map(({ messageId, state }) => [messageId, state]))).toEqual({
        first: 'running',
        second: 'waiting',
        third: 'waiting',
        later: 'delayed',
        latest: 'delayed',
        o1: 'running',
      });
      expect(ofId.get('first')).toEqual({
        name: 'ReserveStock',
        messageId: 'first',
        key: 'tea',
        headers: { tenant: 'blue' },
        correlationId: expect.any(String),
        originNodeId: 'warehouse',
        enqueuedAt: expect.any(Date),
        state: 'running',
        dueAt: undefined,
      });
      const { dueAt } = ofId.get('later')!;
      expect(Math.abs(dueAt!.getTime() - lab.clock.now() - LONG_MS)).toBeLessThan(LONG_MS / 2);
      expect((await listed(node, 1, 'ReserveStock')).map(({ messageId }) => messageId)).toHaveLength(5);
      await expect(listed(node, 1, 'Nothing')).resolves.toEqual([]);
      gate.open();
      await lab.until(() => ran.length === 3);
    });

    it('are no longer listed once they have ended, and not with a page size or cursor that is none', async () => {
      const { node, ran, queued } = warehouse();
      await lab.run(node);
      for (const [, options] of KINDS) await queued(`sku${ran.length}`, { ...options, messageId: undefined });
      await lab.until(() => ran.length === 2);
      await lab.until(async () => (await listed(node, 10)).length === 0);
      const wrong = { code: 'CATGA_VALIDATION_FAILED' };
      await expect(node.queue.list({}, { limit: 0 })).rejects.toMatchObject(wrong);
      for (const after of ['no such', 'queue~no such', 'lane~no such'])
        await expect(node.queue.list({}, { after })).rejects.toMatchObject(wrong);
    });
  });

  describe('a cancelled command', () => {
    it.each<[string, EnqueueOptions]>([...KINDS, ['that is delayed', { delayMs: 2 * lab.unitMs }]])(
      '%s never runs, its outcome says so, and the others run, in their order if they are not delayed',
      async (_, options) => {
        const { node, ran, gate, queued, cancel } = warehouse();
        await lab.run(node);
        await queued('first', { ...options, delayMs: 0 });
        await lab.until(() => ran.length === 1);
        const receipts = new Map<string, EnqueueReceipt>();
        for (const sku of ['second', 'third', 'fourth', 'fifth'])
          receipts.set(sku, await queued(sku, { ...options, keepOutcome: true }));
        await expect(cancel('third')).resolves.toBe('cancelled');
        await expect(cancel('fifth')).resolves.toBe('cancelled');
        for (const sku of ['third', 'fifth'])
          await expect(lab.whileTimePasses(receipts.get(sku)!.outcome())).resolves.toEqual(CANCELLED);
        await expect(cancel('third')).resolves.toBe('ended');
        gate.open();
        for (const sku of ['second', 'fourth'])
          await expect(lab.whileTimePasses(receipts.get(sku)!.outcome())).resolves.toEqual({
            ok: true,
            value: 'reserved',
          });
        await lab.pass(2);
        const others = ['first', 'second', 'fourth'];
        if (options.delayMs === undefined) expect(ran).toEqual(others);
        else expect(ran.toSorted()).toEqual(others.toSorted());
      },
    );

    it.each(KINDS)('%s may have no node that handles it', async (_, options) => {
      const keeper = await lab.run(lab.node({ nodeId: 'keeper' }).handleRequest(PlaceOrder, () => {}));
      const before = warehouse('before');
      await before.node.init(); // never started: it stores, but runs nothing
      for (const sku of ['one', 'two', 'three']) await before.queued(sku, options);
      await lab.whileTimePasses(before.node.stop());
      const command = { name: 'ReserveStock', messageId: 'two' };
      await expect(lab.whileTimePasses(keeper.queue.cancel(command))).resolves.toBe('cancelled');
      expect((await listed(keeper, 5)).map(({ messageId }) => messageId).toSorted()).toEqual([
        'one',
        'three',
      ]);
      const { node, ran } = warehouse('after');
      await lab.run(node);
      await lab.until(() => ran.length === 2);
      await lab.pass(2);
      expect(ran.toSorted()).toEqual(['one', 'three']);
    });

    it.each(KINDS)(
      '%s must not run: one that does says so, and one that has ended or never was there, too',
      async (_, options) => {
        const { node, ran, gate, queued, cancel, reschedule } = warehouse();
        await lab.run(node);
        const receipt = await queued('first', { ...options, keepOutcome: true });
        await queued('second', options);
        await lab.until(() => ran.length === 1);
        await expect(cancel('first')).resolves.toBe('running');
        await expect(reschedule('first', LONG_MS)).resolves.toBe('running');
        gate.open();
        await expect(lab.whileTimePasses(receipt.outcome())).resolves.toEqual({
          ok: true,
          value: 'reserved',
        });
        await lab.until(async () => ran.length === 2 && (await listed(node, 5)).length === 0);
        await expect(cancel('first')).resolves.toBe('ended');
        await expect(reschedule('first', 0)).resolves.toBe('ended');
        const unknown = {
          code: 'CATGA_COMMAND_NOT_FOUND',
          details: { name: 'ReserveStock', messageId: 'second' },
        };
        await expect(cancel('second')).rejects.toMatchObject(unknown);
        await expect(reschedule('second', 0)).rejects.toMatchObject(unknown);
        await expect(cancel('nobody')).rejects.toMatchObject({ code: 'CATGA_COMMAND_NOT_FOUND' });
      },
    );

    it.each(KINDS)('%s may wait for another attempt', async (_, options) => {
      const ran: string[] = [];
      const node = lab
        .node({ retry: { initialDelayMs: LONG_MS, maxAttempts: 3, jitter: false } })
        .handleRequest(ReserveStock, (command) => {
          ran.push((command as ReserveStock).sku);
          if ((command as ReserveStock).sku === 'bad') throw new Error('no');
        });
      await lab.run(node);
      const bad = await node.mediator.enqueue(new ReserveStock('bad'), { ...options, keepOutcome: true });
      await node.mediator.enqueue(new ReserveStock('good'), options);
      await lab.until(async () => (await listed(node, 5))[0]?.state === 'delayed');
      await expect(lab.whileTimePasses(node.queue.cancel(bad))).resolves.toBe('cancelled');
      await expect(lab.whileTimePasses(bad.outcome())).resolves.toEqual(CANCELLED);
      await lab.until(() => ran.includes('good'));
      expect(ran).toEqual(['bad', 'good']);
    });

    it.each(KINDS)('%s is cancelled or runs, whoever is first', async (_, options) => {
      const { node, ran, gate, queued, cancel } = warehouse();
      gate.open();
      await lab.run(node);
      const skus = Array.from({ length: 20 }, (__, index) => `sku${index}`);
      for (const sku of skus) await queued(sku, { ...options, keepOutcome: true });
      const ends = await Promise.all(skus.map(async (sku) => [sku, await cancel(sku)] as const));
      await lab.until(async () => (await listed(node, 50)).length === 0);
      const cancelled = ends.flatMap(([sku, end]) => (end === 'cancelled' ? [sku] : []));
      expect([...cancelled, ...new Set(ran)].toSorted()).toEqual(skus.toSorted());
    });
  });

  describe('a rescheduled command', () => {
    it.each(KINDS)('%s runs at its new time, earlier or later', async (_, options) => {
      const { node, ran, gate, queued, reschedule } = warehouse();
      await lab.run(node);
      await queued('first', options);
      await lab.until(() => ran.length === 1);
      await queued('later', { ...options, delayMs: LONG_MS });
      await queued('second', options);
      const third = await queued('third', { ...options, keepOutcome: true });
      const passed = { dueAt: new Date(lab.clock.now() - 60_000) }; // It is due now.
      await expect(
        lab.whileTimePasses(node.queue.reschedule({ name: 'ReserveStock', messageId: 'later' }, passed)),
      ).resolves.toBe('rescheduled');
      await expect(reschedule('second', LONG_MS)).resolves.toBe('rescheduled');
      await expect(reschedule('third', 2 * lab.unitMs)).resolves.toBe('rescheduled');
      const states = async () =>
        Object.fromEntries((await listed(node, 5)).map(({ messageId, state }) => [messageId, state]));
      await lab.until(async () => (await states())['third'] === 'waiting');
      await expect(states()).resolves.toEqual({
        first: 'running',
        later: 'waiting',
        second: 'delayed',
        third: 'waiting',
      });
      gate.open();
      await expect(lab.whileTimePasses(third.outcome())).resolves.toEqual({ ok: true, value: 'reserved' });
      await lab.until(() => ran.length === 3);
      expect(ran.toSorted()).toEqual(['first', 'later', 'third']);
      await lab.whileTimePasses(node.queue.cancel({ name: 'ReserveStock', messageId: 'second' }));
      await expect(listed(node, 5)).resolves.toEqual([]);
    });

    it('must be due within 366 days', async () => {
      const { node, reschedule } = warehouse();
      await lab.run(node);
      for (const delayMs of [-1, NaN, 367 * 86_400_000])
        await expect(reschedule('first', delayMs)).rejects.toMatchObject({ code: 'CATGA_CONFIGURATION' });
      for (const dueAt of [new Date(NaN), new Date(lab.clock.now() + 367 * 86_400_000)])
        await expect(
          node.queue.reschedule({ name: 'ReserveStock', messageId: 'first' }, { dueAt }),
        ).rejects.toMatchObject({ code: 'CATGA_CONFIGURATION' });
    });
  });
}
