/** Load of a node. */
export interface NodeLoad {
  /** Number of running handlers. */
  readonly inFlight: number;
  /** Number of requests waiting for a slot. */
  readonly queued: number;
  /** Number of this node's requests without a reply from other nodes. */
  readonly unanswered: number;
  /** Number of messages handled since the node started, failures included. */
  readonly handled: number;
}

/**
 * A node in the directory.
 *
 * @publicApi
 */
export interface NodeInfo {
  readonly nodeId: string;
  /** Shared by replicas. */
  readonly service: string;
  /** URL of the node's HTTP interface, if it has one. */
  readonly endpoint: string | undefined;
  /** Increases with each start of a node of this id, to distinguish restarts. */
  readonly incarnation: number;
  /** Wire names of the requests that the node handles. */
  readonly handles: readonly string[];
  /** Wire names of plain events that one node of the service gets. */
  readonly subscribes: readonly string[];
  /** Wire names of plain events that every node of the service gets. */
  readonly subscribesAsNode: readonly string[];
  /** Wire names of the requests that it has sent to other nodes or queued since its start: the first 64. */
  readonly sends?: readonly string[];
  /** Wire names of the events that it has published since its start: the first 64. */
  readonly publishes?: readonly string[];
  /** `'tool'`: a command line or a dashboard, which `nodes()` does not list, and which gets no messages. Absent for any other node. */
  readonly role?: 'tool';
  readonly load: NodeLoad;
  /** Version of the wire protocol. Nodes of different versions exchange no messages. */
  readonly protocolVersion: number;
  /** Name of the serializer. Nodes with different serializers exchange no messages. */
  readonly serializer: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** `'suspected'` nodes have missed heartbeats and get no new messages. */
  readonly status: 'alive' | 'suspected';
}

/**
 * Change of the directory, from `watchNodes()`: first `'joined'` for each present node, then changes.
 *
 * @publicApi
 */
export interface NodeChange {
  readonly type: 'joined' | 'updated' | 'suspected' | 'left';
  readonly node: NodeInfo;
}
