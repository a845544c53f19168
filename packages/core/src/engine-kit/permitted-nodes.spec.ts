import { describe, expect, it } from '@jest/globals';
import type { NodeInfo } from '../contracts/node-info.js';
import { CatgaError } from '../errors/catga-error.js';
import type { LinkListener, NodeAddress } from '../ports/links.js';
import type { NodeDirectory, NodeDirectoryListener } from '../ports/node-directory.js';
import { nextTurn } from '../time/next-turn.js';
import { PermittedLinks } from './permitted-links.js';
import { PermittedNodes } from './permitted-nodes.js';

const node: NodeInfo = {
  nodeId: 'one',
  service: 'shop',
  endpoint: undefined,
  incarnation: 7,
  protocolVersion: 1,
  serializer: 'json',
  metadata: {},
  handles: [],
  subscribes: [],
  subscribesAsNode: [],
  load: { inFlight: 0, queued: 0, unanswered: 0, handled: 0 },
  status: 'alive',
};
const caller: NodeAddress = { nodeId: 'caller', incarnation: 1 };
const refusal = new CatgaError('CATGA_ENGINE_UNAVAILABLE', 'The broker does not permit it.');

/** A node over a broker that refuses what `isPermitted` says. */
class Refusing {
  isPermitted = true;
  readonly told: string[] = [];
  /** Called while a heartbeat is written. */
  whileWriting = (): void => {};
  listener: LinkListener | undefined;
  watcher: NodeDirectoryListener | undefined;
  private readonly directory: NodeDirectory = {
    announce: async () => void this.told.push('announce'),
    refresh: async () => {
      this.told.push('refresh');
      this.whileWriting();
    },
    withdraw: async ({ nodeId, incarnation }) => void this.told.push(`withdraw ${nodeId} ${incarnation}`),
    watch: async (watcher) => {
      this.watcher = watcher;
      return () => {};
    },
  };
  readonly nodes = new PermittedNodes(this.directory);

  async open(): Promise<PermittedLinks> {
    const links = await PermittedLinks.open(
      {
        open: async (_, listener) => {
          this.listener = listener;
          return {
            maxFrameBytes: 1000,
            send: () => void this.told.push('send'),
            flush: async () => {},
            close: () => {},
            listen: async () => {
              if (!this.isPermitted) throw refusal;
            },
          };
        },
      },
      node,
      {
        received: () => {},
        unreachable: () => {},
        refused: (_, address) => void this.told.push(`refused ${address?.nodeId ?? 'all'}`),
      },
      this.nodes,
    );
    this.nodes.add(node, links);
    return links;
  }
}

describe('a node whose frames the broker refuses', () => {
  it('stays in the directory when it is one address', async () => {
    const broker = new Refusing();
    const links = await broker.open();
    broker.listener?.refused?.(refusal, caller);
    await nextTurn();
    links.send(caller, new Uint8Array(1));
    await broker.nodes.refresh(node);
    expect(broker.told).toEqual(['refused caller', 'send', 'refresh']);
  });

  it('leaves when it is every address, writes no heartbeats, and returns with a heartbeat', async () => {
    const broker = new Refusing();
    const links = await broker.open();
    broker.isPermitted = false;
    broker.listener?.refused?.(refusal, caller);
    await nextTurn();
    links.send(caller, new Uint8Array(1));
    await expect(broker.nodes.refresh(node)).rejects.toBe(refusal);
    expect(broker.told).toEqual(['refused caller', 'refused all', 'withdraw one 7', 'refused all']);
    broker.isPermitted = true;
    await broker.nodes.refresh(node);
    links.send(caller, new Uint8Array(1));
    expect(broker.told.slice(4)).toEqual(['refresh', 'send']);
  });

  it('is not present to itself until it has returned, whatever the broker says', async () => {
    const broker = new Refusing();
    await broker.open();
    const seen: string[] = [];
    await broker.nodes.watch({
      present: ({ nodeId }) => void seen.push(`present ${nodeId}`),
      left: (nodeId) => void seen.push(`left ${nodeId}`),
    });
    broker.watcher?.present(node);
    broker.listener?.refused?.(refusal);
    broker.watcher?.present(node);
    expect(seen).toEqual(['present one', 'left one']);
    await broker.nodes.refresh(node);
    expect(seen).toEqual(['present one', 'left one', 'present one']);
  });

  it('leaves again when a heartbeat was being written meanwhile', async () => {
    const broker = new Refusing();
    await broker.open();
    broker.whileWriting = () => broker.listener?.refused?.(refusal);
    await broker.nodes.refresh(node);
    expect(broker.told).toEqual([
      'refresh',
      'refused all',
      'refused all',
      'withdraw one 7',
      'withdraw one 7',
    ]);
  });
});
