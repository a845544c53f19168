import type { NodeInfo } from '../../contracts/node-info.js';
import type { EngineConnection } from '../../ports/engine.js';
import type { LinkListener, NodeAddress, NodeLinks } from '../../ports/links.js';
import type { NodeDirectoryListener } from '../../ports/node-directory.js';
import { TestClock } from '../../time/test-clock.js';
import { MemoryNetwork } from './memory-network.js';
import type { MemoryNetworkOptions } from './memory-network-options.js';

/** Connected node that records what it receives; frames are text here. */
export class Peer implements LinkListener, NodeDirectoryListener {
  readonly received: (frame: Uint8Array) => void;
  readonly frames: string[] = [];
  readonly lost: NodeAddress[] = [];
  readonly seen: string[] = [];
  links: NodeLinks | undefined;

  constructor(
    readonly address: NodeAddress,
    readonly connection: EngineConnection,
    onFrame: (text: string) => void = () => {},
  ) {
    this.received = (frame) => {
      const text = Buffer.from(frame).toString();
      this.frames.push(text);
      onFrame(text);
    };
  }

  unreachable(address: NodeAddress): void {
    this.lost.push(address);
  }

  present(node: NodeInfo): void {
    this.seen.push(`+${node.nodeId}`);
  }

  left(nodeId: string): void {
    this.seen.push(`-${nodeId}`);
  }

  send(to: Peer, ...texts: readonly string[]): void {
    if (this.links === undefined) throw new Error('Its links are not open.');
    for (const text of texts) this.links.send(to.address, Buffer.from(text));
  }
}

/** One network on a test clock. */
export class NetworkHarness {
  readonly clock = new TestClock();
  readonly network: MemoryNetwork;

  constructor(options?: MemoryNetworkOptions) {
    this.network = new MemoryNetwork(options);
  }

  /** Connects a node and opens its links. */
  async join(
    nodeId: string,
    { incarnation = 1, namespace = 'test', onFrame }: JoinOptions = {},
  ): Promise<Peer> {
    const { clock } = this;
    const client = { namespace, nodeId, clock, heartbeatTimeoutMs: 15_000 };
    const peer = new Peer({ nodeId, incarnation }, await this.network.connect(client), onFrame);
    peer.links = await peer.connection.openLinks?.(peer.address, peer);
    return peer;
  }

  /** Runs what is due now. */
  settle(): Promise<void> {
    return this.clock.advance(0);
  }
}

interface JoinOptions {
  readonly incarnation?: number;
  readonly namespace?: string;
  readonly onFrame?: (text: string) => void;
}

/** 'f0', 'f1', … */
export function texts(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `f${index}`);
}
