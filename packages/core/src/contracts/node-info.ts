/** How busy a node is. */
export interface NodeLoad {
  /** Messages being handled now. */
  readonly inFlight: number;
  /** Requests waiting for a place. */
  readonly queued: number;
  /** Requests of this node that other nodes have not answered yet. */
  readonly unanswered: number;
  /** Messages handled since the node started, failures included. */
  readonly handled: number;
}

/**
 * A node as the directory knows it.
 *
 * @publicApi
 */
export interface NodeInfo {
  readonly nodeId: string;
  /** Shared by replicas. */
  readonly service: string;
  /** Where the node's own HTTP interface is, if it has one. */
  readonly endpoint: string | undefined;
  /** Grows with each start of a node of this id, so that a restarted node is not taken for the old one. */
  readonly incarnation: number;
  /** The wire names of the requests it handles. */
  readonly handles: readonly string[];
  /** The wire names of the plain events of which one node of its service gets each. */
  readonly subscribes: readonly string[];
  /** The wire names of the plain events of which it gets each, whatever other nodes of its service get. */
  readonly subscribesAsNode: readonly string[];
  readonly load: NodeLoad;
  /** Version of the wire protocol. Nodes of different versions do not talk to each other. */
  readonly protocolVersion: number;
  /** The name of its serializer. Nodes with different ones do not talk to each other. */
  readonly serializer: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** `'suspected'` nodes have missed heartbeats and get no new work. */
  readonly status: 'alive' | 'suspected';
}

/**
 * What `watchNodes()` yields: first `'joined'` for each present node, then changes.
 *
 * @publicApi
 */
export interface NodeChange {
  readonly type: 'joined' | 'updated' | 'suspected' | 'left';
  readonly node: NodeInfo;
}
