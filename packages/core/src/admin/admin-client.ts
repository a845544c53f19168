import type { NodeInfo } from '../contracts/node-info.js';
import type { CatgaRequest } from '../contracts/request.js';
import type { CatgaResult } from '../contracts/result.js';
import type { SendOptions } from '../contracts/send-options.js';
import { toError } from '../errors/catga-error.js';
import type { NodeDescription, NodeFailure, NodeStats, NodeTraffic, TapPage } from './admin-contracts.js';
import { DescribeNode, ListNodeFailures, ReadNodeStats, ReadNodeTraffic, TapNode } from './admin-messages.js';

/** Sender of the client's requests: a `CatgaMediator`. */
export interface AdminSender {
  nodes(): readonly NodeInfo[];
  sendToNode<R>(nodeId: string, request: CatgaRequest<R>, options?: SendOptions): Promise<R>;
}

/** Answer of one node, or its error. */
export interface NodeAnswer<R> {
  readonly nodeId: string;
  readonly result: CatgaResult<R>;
}

/**
 * Client for command lines and dashboards that queries nodes about themselves. Use it on a node with `role: 'tool'`, or in an application.
 *
 * Each query rejects with `CATGA_NODE_NOT_FOUND` for a node that is not present, with `CATGA_NO_HANDLER` for one whose option `admin`
 * disables it, and with `CATGA_TIMEOUT` after five seconds.
 *
 * @publicApi
 */
export class AdminClient {
  constructor(private readonly sender: AdminSender) {}

  /** Description of a node and what it handles. */
  describe(nodeId: string): Promise<NodeDescription> {
    return this.sender.sendToNode(nodeId, new DescribeNode());
  }

  /** Current statistics of a node. */
  stats(nodeId: string): Promise<NodeStats> {
    return this.sender.sendToNode(nodeId, new ReadNodeStats());
  }

  /** Latest failures of a node that reached no caller, up to 100, the newest last. */
  failures(nodeId: string): Promise<readonly NodeFailure[]> {
    return this.sender.sendToNode(nodeId, new ListNodeFailures());
  }

  /**
   * Messages that a node has handled since the previous page, up to 200; without a page, from now on. A node keeps the latest 1,000 until
   * 15 seconds after the last query. Requests sent and handled within one node by the direct path are not included.
   */
  tap(nodeId: string, after?: TapPage): Promise<TapPage> {
    return this.sender.sendToNode(nodeId, new TapNode(after?.next));
  }

  /** Counts of messages handled since the first query; the difference of two answers gives rates. */
  traffic(nodeId: string): Promise<NodeTraffic> {
    return this.sender.sendToNode(nodeId, new ReadNodeTraffic());
  }

  /** Queries all present nodes concurrently. Never rejects. */
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
