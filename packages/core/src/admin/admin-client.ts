import type { NodeInfo } from '../contracts/node-info.js';
import type { CatgaRequest } from '../contracts/request.js';
import type { CatgaResult } from '../contracts/result.js';
import type { SendOptions } from '../contracts/send-options.js';
import { toError } from '../errors/catga-error.js';
import type { NodeDescription, NodeFailure, NodeStats, NodeTraffic, TapPage } from './admin-contracts.js';
import { DescribeNode, ListNodeFailures, ReadNodeStats, ReadNodeTraffic, TapNode } from './admin-messages.js';

/** What the client sends through: a `CatgaMediator`. */
export interface AdminSender {
  nodes(): readonly NodeInfo[];
  sendToNode<R>(nodeId: string, request: CatgaRequest<R>, options?: SendOptions): Promise<R>;
}

/** The answer of one node, or why there is none. */
export interface NodeAnswer<R> {
  readonly nodeId: string;
  readonly result: CatgaResult<R>;
}

/**
 * Asks nodes about themselves: what command lines and dashboards are made of. Use it on a node with `role: 'tool'`, or in an
 * application.
 *
 * Each question rejects with `CATGA_NODE_NOT_FOUND` for a node that is not present, with `CATGA_NO_HANDLER` for one whose
 * option `admin` switches it off, and with `CATGA_TIMEOUT` after five seconds.
 *
 * @publicApi
 */
export class AdminClient {
  constructor(private readonly sender: AdminSender) {}

  /** What a node is and handles. */
  describe(nodeId: string): Promise<NodeDescription> {
    return this.sender.sendToNode(nodeId, new DescribeNode());
  }

  /** What a node does at the moment. */
  stats(nodeId: string): Promise<NodeStats> {
    return this.sender.sendToNode(nodeId, new ReadNodeStats());
  }

  /** The latest failures of a node that no caller received, up to 100, the newest last. */
  failures(nodeId: string): Promise<readonly NodeFailure[]> {
    return this.sender.sendToNode(nodeId, new ListNodeFailures());
  }

  /**
   * The messages that a node has handled since the page before, up to 200; without a page, from now on. A node remembers the
   * latest 1,000, for 15 seconds after it was asked. What is sent and handled within one node by the direct path is not among
   * them.
   */
  tap(nodeId: string, after?: TapPage): Promise<TapPage> {
    return this.sender.sendToNode(nodeId, new TapNode(after?.next));
  }

  /** What a node has handled since somebody first asked, as counts: rates are the differences of two answers. */
  traffic(nodeId: string): Promise<NodeTraffic> {
    return this.sender.sendToNode(nodeId, new ReadNodeTraffic());
  }

  /** Asks all present nodes at the same time. Never rejects. */
  async all<R>(ask: (client: this, nodeId: string) => Promise<R>): Promise<readonly NodeAnswer<R>[]> {
    return Promise.all(
      this.sender.nodes().map(async ({ nodeId }) => {
        try {
          return { nodeId, result: { ok: true as const, value: await ask(this, nodeId) } };
        } catch (thrown) {
          return { nodeId, result: { ok: false as const, error: toError(thrown) } };
        }
      }),
    );
  }
}
