import { describe, expect, it } from '@jest/globals';
import type { NodeInfo } from '../contracts/node-info.js';
import type { NodeDirectory } from '../ports/node-directory.js';
import { NodePresence } from './node-presence.js';
import { NodeRegistry } from './node-registry.js';

/** A directory that writes down what it is told. */
function recordingDirectory() {
  const told: string[] = [];
  const directory: NodeDirectory = {
    announce: async (node: NodeInfo) => void told.push(`announce ${node.nodeId}`),
    refresh: async (node: NodeInfo) => void told.push(`refresh ${node.load.handled}`),
    withdraw: async ({ nodeId, incarnation }) => void told.push(`withdraw ${nodeId} ${incarnation}`),
    watch: async () => {
      told.push('watch');
      return () => void told.push('stop watching');
    },
  };
  return { directory, told };
}

describe('the presence of a node', () => {
  const identity = {
    nodeId: 'n1',
    service: 'shop',
    endpoint: undefined,
    incarnation: 7,
    protocolVersion: 1,
    serializer: 'json',
    metadata: {},
  };

  it('watches before it announces itself, beats with its load, and says goodbye once', async () => {
    const { directory, told } = recordingDirectory();
    let handled = 0;
    const presence = new NodePresence(
      identity,
      new NodeRegistry(),
      () => ({ handles: ['Buy'], subscribes: [], subscribesAsNode: [] }),
      () => ({
        inFlight: 0,
        queued: 0,
        unanswered: 0,
        handled: handled++,
      }),
    );
    expect(presence.self).toMatchObject({
      ...identity,
      handles: ['Buy'],
      status: 'alive',
      load: { handled: 0 },
    });
    await presence.beat(); // not yet announced
    await presence.announce(directory);
    await presence.beat();
    await presence.withdraw();
    await presence.beat(); // does not bring it back
    await presence.withdraw();
    presence.close();
    expect(told).toEqual(['watch', 'announce n1', 'refresh 2', 'withdraw n1 7', 'stop watching']);
  });
});
