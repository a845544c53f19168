import 'reflect-metadata';
import { TestClock } from '@catga/core/engine';
import type { ExploredProvider, NodeInfo } from '@catga/nestjs';
import { afterEach, expect, it, jest } from '@jest/globals';
import { Deposited } from '../bank.fixture.js';
import { On, Projection, memoryEventStore } from '../index.js';
import { ProjectionHost } from './projection-host.js';

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const clock = new TestClock();
const hosts: ProjectionHost[] = [];

afterEach(() => Promise.all(hosts.splice(0).map((host) => host.stop())));

function projectionOf(name: string): new () => object {
  @Projection({ name })
  class Empty {
    @On(Deposited)
    on(_: Deposited): void {}
  }
  return Empty;
}

/** A node that counts how often it looks for events of each projection. */
async function startNode(nodeId: string, present: readonly NodeInfo[]): Promise<Map<string, number>> {
  const storage = memoryEventStore();
  const store = await storage.open({ namespace: 'n', clock, resolve: () => undefined });
  const looks = new Map<string, number>();
  const { projections } = store;
  if (projections === undefined) throw new TypeError('The store has no projections.');
  const begin = projections.begin.bind(projections);
  jest.spyOn(projections, 'begin').mockImplementation((name, ...rest) => {
    looks.set(name, (looks.get(name) ?? 0) + 1);
    return begin(name, ...rest);
  });
  const host = new ProjectionHost({
    storage,
    store: () => store,
    decode: () => new Deposited(1),
    warn() {},
    error() {},
  });
  for (const name of NAMES) {
    const target = projectionOf(name);
    const provider: Partial<ExploredProvider> = {
      classes: [target],
      location: '',
      instanceFor: () => new target(),
    };
    host.add(provider as ExploredProvider);
  }
  const mediator = { self: nodeOf(nodeId), nodes: () => present };
  host.start({ clock, mediator, steps: { readProjectionsBy() {} } });
  hosts.push(host);
  return looks;
}

const nodeOf = (nodeId: string, status: NodeInfo['status'] = 'alive', service = 'bank'): NodeInfo =>
  ({ nodeId, service, status }) as Partial<NodeInfo> as NodeInfo;

it('nodes of a service share out who looks for events of others, and look now and then all the same', async () => {
  const present = [
    nodeOf('one'),
    nodeOf('other'),
    nodeOf('away', 'suspected'),
    nodeOf('else', 'alive', 'shop'),
  ];
  const nodes = [await startNode('one', present), await startNode('other', present)];
  for (let second = 0; second < 60; second++) await clock.advance(1000);
  const often = nodes.map((looks) => NAMES.filter((name) => (looks.get(name) ?? 0) > 50));
  expect(often.flat().toSorted()).toEqual(NAMES);
  for (const own of often) expect(own.length).toBeGreaterThan(0);
  for (const looks of nodes) for (const name of NAMES) expect(looks.get(name)).toBeGreaterThan(10);
});
