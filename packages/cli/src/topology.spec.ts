import type { NodeInfo } from '@catga/core';
import { describe, expect, it } from '@jest/globals';
import { topologyOf } from '@catga/core/admin';
import { toMermaid } from './topology.js';

const node = (nodeId: string, service: string, rest: Partial<NodeInfo>): NodeInfo => ({
  nodeId,
  service,
  endpoint: undefined,
  incarnation: 1,
  handles: [],
  subscribes: [],
  subscribesAsNode: [],
  load: { inFlight: 0, queued: 0, unanswered: 0, handled: 0 },
  protocolVersion: 1,
  serializer: 'json',
  metadata: {},
  status: 'alive',
  ...rest,
});

describe('a topology', () => {
  const nodes = [
    node('w1', 'web', { sends: ['pay', 'unknown'], publishes: ['viewed', 'paid'] }),
    node('s1', 'shop', { handles: ['pay'], subscribes: ['viewed'], publishes: ['paid'] }),
    node('s2', 'shop', { handles: ['pay'], subscribesAsNode: ['viewed'] }),
  ];
  const subscriptions = [
    { id: 'mail.Receipts', kind: 'event', names: ['paid'], waiting: 0 },
    { id: 'queue.pay', kind: 'command', names: ['pay'], waiting: 0 },
  ] as const;

  it('has each service and each edge once, also to services without a node', () => {
    const { services, edges } = topologyOf(nodes, subscriptions);
    expect(services.map(({ service, nodes: ids }) => `${service}: ${ids.join(' ')}`)).toEqual([
      'mail: ',
      'shop: s1 s2',
      'web: w1',
    ]);
    expect(edges.map(({ from, to, name }) => `${from} ${name} ${to}`)).toEqual([
      'shop paid mail',
      'web paid mail',
      'web viewed shop',
      'web pay shop',
    ]);
  });

  it('is a flowchart that no name breaks out of', () => {
    const strange = node('x', 'web', { sends: ['a"]; click s0 "javascript:x'] });
    const handling = node('y', 'shop', { handles: strange.sends ?? [] });
    const chart = toMermaid(topologyOf([strange, handling], []));
    expect(chart.split('\n')).toEqual([
      'flowchart LR',
      '  s0["shop (1)"]',
      '  s1["web (1)"]',
      '  s1 -->|"a#34;#93;#59; click s0 #34;javascript:x"| s0',
    ]);
  });
});
