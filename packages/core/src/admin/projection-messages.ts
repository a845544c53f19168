import { Message } from '../contracts/message.js';
import { Command, Query } from '../contracts/request.js';
import type { ProjectionAction, ProjectionSummary } from './projection-contracts.js';

/** How long a tool waits for a node, in milliseconds: it asks its event store. */
const TIMEOUT_MS = 10_000;

/** Asks a node for the builds of the projections that it has the classes of: of all, or of one, with all of its texts. */
@Message({ name: 'catga.admin.projections', timeoutMs: TIMEOUT_MS })
export class ListProjections extends Query<readonly ProjectionSummary[]> {
  constructor(readonly projection?: string) {
    super();
  }
}

/** Has a node with the class do something to a version of a projection. Resolves with whether it had an effect. `CATGA_PROJECTION_NOT_FOUND` */
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
