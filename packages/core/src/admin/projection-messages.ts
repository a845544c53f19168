import { Message } from '../contracts/message.js';
import { Command, Query } from '../contracts/request.js';
import type { ProjectionAction, ProjectionSummary } from './projection-contracts.js';

/** Timeout of a query, in milliseconds; the node queries its event store. */
const TIMEOUT_MS = 10_000;

/** Query for the builds of the projections whose classes a node has: of all, or of one with full texts. */
@Message({ name: 'catga.admin.projections', timeoutMs: TIMEOUT_MS })
export class ListProjections extends Query<readonly ProjectionSummary[]> {
  constructor(readonly projection?: string) {
    super();
  }
}

/**
 * Operator action on a version of a projection, for a node with its class. Resolves with whether it had an effect.
 * `CATGA_PROJECTION_NOT_FOUND`
 */
@Message({ name: 'catga.admin.steer-projection', timeoutMs: TIMEOUT_MS })
export class SteerProjection extends Command<boolean> {
  constructor(
    readonly projection: string,
    readonly version: number,
    readonly action: ProjectionAction,
  ) {
    super();
  }
}
