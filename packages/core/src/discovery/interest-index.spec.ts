import { describe, expect, it } from '@jest/globals';
import type { NodeInfo } from '../contracts/node-info.js';
import { busy, node } from './discovery.fixture.js';
import type { KnownNode } from './known-node.js';
import { NodeRegistry } from './node-registry.js';

const ids = (nodes: Iterable<KnownNode>): readonly string[] => Array.from(nodes, ({ nodeId }) => nodeId);

const suspected = (nodeId: string, facts: Partial<NodeInfo>): NodeInfo =>
  node(nodeId, { ...facts, status: 'suspected' });

describe('the candidates for a request', () => {
  const handles = ['Buy'];

  it('are the nodes that handle it', () => {
    const registry = new NodeRegistry();
    registry.present(node('a', { handles: ['Buy', 'Sell', 'Buy'] }));
    registry.present(node('b', { handles }));
    registry.present(node('c'));
    expect(ids(registry.candidatesFor('Buy'))).toEqual(['a', 'b']);
    expect(ids(registry.candidatesFor('Sell'))).toEqual(['a']);
    expect(registry.candidatesFor('Return')).toEqual([]);
    expect(registry.candidatesFor('constructor')).toEqual([]);
    registry.left('a');
    expect(ids(registry.candidatesFor('Buy'))).toEqual(['b']);
    expect(registry.candidatesFor('Sell')).toEqual([]);
  });

  it('are not those that are suspected, unless all are', () => {
    const registry = new NodeRegistry();
    registry.present(node('a', { handles }));
    registry.present(node('b', { handles }));
    registry.present(suspected('a', { handles }));
    expect(ids(registry.candidatesFor('Buy'))).toEqual(['b']);
    registry.present(suspected('b', { handles }));
    expect(ids(registry.candidatesFor('Buy'))).toEqual(['a', 'b']);
    registry.present(node('a', { handles }));
    expect(ids(registry.candidatesFor('Buy'))).toEqual(['a']);
  });

  it('follow a node that handles something else from now on', () => {
    const registry = new NodeRegistry();
    registry.present(node('a', { handles: ['Buy', 'Sell'] }));
    registry.present(node('a', { handles: ['Sell', 'Return'] }));
    expect(['Buy', 'Sell', 'Return'].map((name) => ids(registry.candidatesFor(name)))).toEqual([
      [],
      ['a'],
      ['a'],
    ]);
  });

  it('are the same objects and the same list from heartbeat to heartbeat, with the load as last reported', () => {
    const registry = new NodeRegistry();
    registry.present(node('a', { handles: ['Buy'] }));
    const before = registry.candidatesFor('Buy');
    const [known] = before;
    if (known === undefined) throw new Error('There is no candidate.');
    known.inFlightHere = 3;
    registry.present(busy('a', 5, { handles: ['Buy'] }));
    expect(registry.candidatesFor('Buy')).toBe(before);
    expect(known).toMatchObject({ node: { load: { handled: 5 } }, inFlightHere: 3 });
    registry.present(node('a', { handles, incarnation: 2 }));
    expect(registry.candidatesFor('Buy')).toEqual([
      expect.objectContaining({ incarnation: 2, inFlightHere: 0 }),
    ]);
  });
});

describe('the subscribers of an event', () => {
  const services = (registry: NodeRegistry): Record<string, readonly string[]> =>
    Object.fromEntries(
      Array.from(registry.subscribersOf('Sold').services, ([service, nodes]) => [service, ids(nodes)]),
    );
  const subscribes = ['Sold'];

  it('are the nodes of each service that subscribes, one of which gets it', () => {
    const registry = new NodeRegistry();
    expect(registry.subscribersOf('Sold')).toEqual({ services: new Map(), nodes: [] });
    registry.present(node('shop1', { subscribes }));
    registry.present(node('mail1', { subscribes, service: 'mail' }));
    registry.present(node('shop2', { subscribes }));
    registry.present(node('other'));
    expect(services(registry)).toEqual({ shop: ['shop1', 'shop2'], mail: ['mail1'] });
    registry.left('mail1');
    registry.left('shop1');
    expect(services(registry)).toEqual({ shop: ['shop2'] });
  });

  it('are, of each service by itself, not those that are suspected, unless all are', () => {
    const registry = new NodeRegistry();
    registry.present(node('shop1', { subscribes }));
    registry.present(node('shop2', { subscribes }));
    registry.present(node('mail1', { subscribes, service: 'mail' }));
    registry.present(suspected('shop1', { subscribes }));
    registry.present(suspected('mail1', { subscribes, service: 'mail' }));
    expect(services(registry)).toEqual({ shop: ['shop2'], mail: ['mail1'] });
  });

  it('are every node that wants each, suspected or not, whatever its service gets', () => {
    const registry = new NodeRegistry();
    registry.present(node('a', { subscribes, subscribesAsNode: subscribes }));
    registry.present(node('b', { subscribesAsNode: subscribes }));
    registry.present(suspected('b', { subscribesAsNode: subscribes }));
    expect(services(registry)).toEqual({ shop: ['a'] });
    expect(ids(registry.subscribersOf('Sold').nodes)).toEqual(['a', 'b']);
    registry.present(node('b'));
    expect(ids(registry.subscribersOf('Sold').nodes)).toEqual(['a']);
  });

  it('follow a node that comes back in another service', () => {
    const registry = new NodeRegistry();
    registry.present(node('a', { subscribes }));
    registry.present(node('a', { subscribes, service: 'mail', incarnation: 2 }));
    expect(services(registry)).toEqual({ mail: ['a'] });
  });
});
