import { MemoryNetwork } from '@catga/core';
import { ProjectionClient } from '@catga/core/admin';
import type { ProjectionSummary } from '@catga/core/admin';
import { CatgaMediator, CatgaNode } from '@catga/nestjs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Deposit, DepositHandler, Deposited, start, stopAll, until } from '../bank.fixture.js';
import { CatgaProjections, On, Projection, memoryEventStore } from '../index.js';

const NOT_FOUND = { code: 'CATGA_PROJECTION_NOT_FOUND' };
const INVALID = { code: 'CATGA_VALIDATION_FAILED' };

@Projection({ name: 'balances' })
class Balances {
  static failing = 3;

  @On(Deposited)
  deposited({ amount }: Deposited): void {
    if (amount === Balances.failing) throw new RangeError(`no such amount ${'!'.repeat(600)}`);
  }
}

@Projection({ name: 'balances', version: 2 })
class NextBalances {
  @On(Deposited)
  deposited(): void {}
}

@Projection({ name: 'audit' })
class Audit extends NextBalances {}

describe('tools', () => {
  const network = new MemoryNetwork();
  const tool = new CatgaNode({ engine: network, nodeId: 'tool', role: 'tool' });
  const client = new ProjectionClient(tool.mediator);
  const [bank, branch] = [memoryEventStore(), memoryEventStore()];
  const isBuild = (service: string, version: number) => (one: ProjectionSummary) =>
    one.service === service && one.version === version && one.projection === 'balances';

  beforeAll(async () => {
    const at = (service: string, nodeId: string, admin = {}) => ({ engine: network, service, nodeId, admin });
    const first = await start([DepositHandler, Balances, Audit], { storage: bank }, at('bank', 'bank-1'));
    await start([NextBalances], { storage: bank }, at('bank', 'bank-2'));
    await start([Balances], { storage: branch }, at('branch', 'branch-1'));
    // Nothing of its own, on the store of the bank.
    await start([], { storage: bank }, at('reader', 'reader-1'));
    await start([Audit], { storage: bank }, at('silent', 'silent-1', { projections: false }));
    await tool.init();
    await tool.start();
    for (const amount of [1, 2, 3, 4]) await first.get(CatgaMediator).send(new Deposit('a', amount));
    const ofBank = first.get(CatgaProjections);
    await until(async () => (await ofBank.list()).some(({ status }) => status === 'stopped'));
    await until(async () => (await ofBank.list()).filter(({ isBehind }) => isBehind).length === 1);
    await until(async () => (await client.list()).items.every(({ role }) => role !== 'building'));
  });

  afterAll(async () => {
    await tool.stop();
    await stopAll();
  });

  it('list the builds of all projections, with what they have not taken, of nodes that have the class', async () => {
    const { items, unanswered } = await client.list();
    expect(unanswered).toEqual([]);
    expect(
      items.map((one) => [one.projection, one.service, one.version, one.status, one.eventsBehind]),
    ).toEqual([
      ['audit', 'bank', 1, 'running', 0],
      ['balances', 'bank', 1, 'stopped', 2],
      ['balances', 'bank', 2, 'running', 0],
      ['balances', 'branch', 1, 'running', 0],
    ]);
    const stopped = items.find(isBuild('bank', 1));
    expect(stopped).toMatchObject({
      checkpoint: expect.any(String) as unknown,
      problem: expect.stringMatching(/^bank.account\/a@3 bank.deposited.v1: .*no such amount !+$/) as unknown,
    });
    expect(stopped?.problem).toHaveLength(500);
    expect(stopped?.behindMs).toBeGreaterThanOrEqual(0);
    expect(items[0]).toMatchObject({ behindMs: 0 });
  });

  it('read one, with all of what it has stopped for, and are told when there is none, or several', async () => {
    const builds = await client.read('balances', 'bank');
    expect(builds.map(({ version, role }) => [version, role])).toEqual([
      [1, 'replaced'],
      [2, 'live'],
    ]);
    expect(builds[0]?.problem?.length).toBeGreaterThan(600);
    await expect(client.read('balances')).rejects.toMatchObject(INVALID);
    for (const [name, service] of [['none'], ['audit', 'branch'], ['audit', 'silent'], ['audit', 'reader']])
      await expect(client.read(name as string, service)).rejects.toMatchObject(NOT_FOUND);
    await expect(client.read('audit')).resolves.toHaveLength(1);
  });

  it('steer one version of them, the highest if none is said, by a node that has it', async () => {
    const statuses = async (): Promise<unknown[]> =>
      (await client.read('balances', 'bank')).map(({ version, status }) => [version, status]);
    const service = 'bank';
    await expect(client.steer('balances', 'pause', { service })).resolves.toBe(true);
    await expect(client.steer('balances', 'pause', { service })).resolves.toBe(false);
    await expect(statuses()).resolves.toEqual([
      [1, 'stopped'],
      [2, 'paused'],
    ]);
    await expect(client.steer('balances', 'resume', { service })).resolves.toBe(true);
    Balances.failing = 0;
    await expect(client.steer('balances', 'resume', { service, version: 1 })).resolves.toBe(true);
    await until(async () =>
      (await client.read('balances', service)).every(({ eventsBehind }) => eventsBehind === 0),
    );
    await expect(client.read('balances', 'branch')).resolves.toMatchObject([{ status: 'running' }]);
    // By the node that runs the version, of which there are no tables.
    for (const version of [1, 2])
      await expect(client.steer('balances', 'rebuild', { service, version })).rejects.toMatchObject({
        code: 'CATGA_UNSUPPORTED',
      });
    for (const action of ['pause', 'rebuild'] as const)
      await expect(client.steer('balances', action, { service, version: 7 })).rejects.toMatchObject(
        NOT_FOUND,
      );
    await expect(client.steer('none', 'pause')).rejects.toMatchObject(NOT_FOUND);
    await expect(client.steer('balances', 'pause')).rejects.toMatchObject(INVALID);
    await expect(client.steer('audit', 'drop' as 'pause')).rejects.toMatchObject(INVALID);
  });
});
