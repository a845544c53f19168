import { Cluster } from '../cluster/cluster.js';
import type { ClusterServices } from '../cluster/cluster.js';
import type { EngineConnection } from '../ports/engine.js';
import type { ResolvedCatgaOptions } from '../options/catga-options.js';
import { CheckedRouting } from '../routing/checked-routing.js';
import { resolveRoutingStrategy } from '../routing/resolve-routing-strategy.js';
import { ClusterGateway } from '../cluster/cluster-gateway.js';

/** What may be unanswered at one other node before further requests are refused. */
const UNANSWERED_LIMITS = Object.freeze({ maxRequests: 65_536, maxBytes: 64 * 1024 * 1024 });

/** How long what a node finished is kept for one that takes over: longer than anybody waits, in milliseconds. */
const OUTCOME_TTL_MS = 10 * 60 * 1000;

/** What joining needs of the node beside its options. */
export interface JoinServices extends Pick<
  ClusterServices,
  | 'self'
  | 'registry'
  | 'clock'
  | 'timetable'
  | 'codec'
  | 'errors'
  | 'isOpen'
  | 'handledType'
  | 'run'
  | 'event'
  | 'failed'
> {
  /** Tells the operator. */
  readonly newId: () => string;
  readonly warn: (message: string) => void;
}

/** A node's part in a cluster and the way into it. */
export interface JoinedCluster {
  readonly cluster: Cluster;
  readonly gateway: ClusterGateway;
}

/** Opens this node's inbox; undefined where the engine ends at the process. */
export async function joinCluster(
  connection: EngineConnection,
  options: ResolvedCatgaOptions,
  services: JoinServices,
): Promise<JoinedCluster | undefined> {
  const { outcomes } = connection;
  const openLinks = connection.openLinks?.bind(connection);
  if (openLinks === undefined || outcomes === undefined) return undefined;
  const { self, registry, codec, clock } = services;
  const routing = resolveRoutingStrategy(options.routing);
  const cluster = await Cluster.join(
    {
      ...services,
      routing: typeof options.routing === 'string' ? routing : new CheckedRouting(routing),
      retransmission: options.request,
      unansweredLimits: UNANSWERED_LIMITS,
      outcomes,
      outcomeTtlMs: OUTCOME_TTL_MS,
    },
    openLinks,
  );
  registry.listen(({ type, node }) => {
    if (type === 'left') cluster.left(node);
    const incompatible = type === 'joined' ? registry.get(node.nodeId) : undefined;
    if (incompatible?.isUnderstood === false)
      services.warn(registry.dialectError(`Nothing is sent to node ${node.nodeId}`, [incompatible]).message);
  });
  const gateway = new ClusterGateway(cluster, {
    self: { nodeId: self.nodeId, service: options.service },
    registry,
    codec,
    clock,
    timeoutMs: options.request.timeoutMs,
    newId: services.newId,
    unreached: (error) => services.failed('links', error),
  });
  return { cluster, gateway };
}
