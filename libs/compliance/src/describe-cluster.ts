import { afterEach, beforeEach, describe } from '@jest/globals';
import { clusterBatches } from './cases/cluster-batches.js';
import { clusterCompatibility } from './cases/cluster-compatibility.js';
import { clusterContexts } from './cases/cluster-contexts.js';
import { clusterDeadlines } from './cases/cluster-deadlines.js';
import { clusterErrors } from './cases/cluster-errors.js';
import { clusterEvents } from './cases/cluster-events.js';
import { clusterFailover } from './cases/cluster-failover.js';
import { clusterHealth } from './cases/cluster-health.js';
import { clusterIdempotency } from './cases/cluster-idempotency.js';
import { clusterLoad } from './cases/cluster-load.js';
import { clusterNodes } from './cases/cluster-nodes.js';
import { clusterQueuedCommands } from './cases/cluster-queued-commands.js';
import { clusterRequests } from './cases/cluster-requests.js';
import { clusterRestarts } from './cases/cluster-restarts.js';
import { clusterRouting } from './cases/cluster-routing.js';
import { clusterStopping } from './cases/cluster-stopping.js';
import { clusterTools } from './cases/cluster-tools.js';
import { clusterWatchers } from './cases/cluster-watchers.js';
import { encodableRequests } from './cases/encodable-messages.js';
import { ClusterLab } from './cluster-lab.js';
import type { ClusterUnderTest, EngineHarness } from './engine-harness.js';

/** Cluster suite for an engine that connects processes. */
export function describeCluster(
  name: string,
  harness: EngineHarness,
  createCluster: () => Promise<ClusterUnderTest>,
): void {
  describe(`a cluster on engine ${name}`, () => {
    const lab = new ClusterLab(harness, createCluster);
    beforeEach(() => lab.open());
    afterEach(() => lab.close());

    clusterNodes(lab);
    clusterWatchers(lab);
    clusterRestarts(lab);
    clusterLoad(lab);
    clusterRequests(lab);
    clusterErrors(lab);
    encodableRequests(lab);
    clusterContexts(lab);
    clusterCompatibility(lab);
    clusterDeadlines(lab);
    clusterBatches(lab);
    clusterRouting(lab);
    clusterFailover(lab);
    clusterIdempotency(lab);
    clusterEvents(lab);
    if (lab.storesMessages) clusterQueuedCommands(lab);
    clusterStopping(lab);
    clusterHealth(lab);
    clusterTools(lab);
  });
}
