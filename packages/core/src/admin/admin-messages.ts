import { Message } from '../contracts/message.js';
import { Command, Query } from '../contracts/request.js';
import type { OwnerAnswer, OwnerQuestion } from '../ports/queued-commands.js';
import type { NodeDescription, NodeFailure, NodeStats, NodeTraffic, TapPage } from './admin-contracts.js';

/** Prefix of the wire names of these requests. */
export const ADMIN_NAMES = 'catga.admin.';

/** Timeout of a tool's query, in milliseconds. */
const TIMEOUT_MS = 5_000;

/** Query for the description of a node. */
@Message({ name: 'catga.admin.describe', timeoutMs: TIMEOUT_MS })
export class DescribeNode extends Query<NodeDescription> {}

/** Query for the statistics of a node. */
@Message({ name: 'catga.admin.stats', timeoutMs: TIMEOUT_MS })
export class ReadNodeStats extends Query<NodeStats> {}

/** Query for the latest failures of a node, the newest last. */
@Message({ name: 'catga.admin.failures', timeoutMs: TIMEOUT_MS })
export class ListNodeFailures extends Query<readonly NodeFailure[]> {}

/** Query for the messages that a node has handled, from a sequence number on. The node keeps them while tools query it. */
@Message({ name: 'catga.admin.tap', timeoutMs: TIMEOUT_MS })
export class TapNode extends Query<TapPage> {
  /** @param next `next` of the previous page; undefined: from now on */
  constructor(readonly next?: number) {
    super();
  }
}

/** Query to the owner of queued commands, which only it can give up. Idempotent. */
@Message({ name: 'catga.admin.queue', timeoutMs: TIMEOUT_MS })
export class AskQueueOwner extends Command<OwnerAnswer> {
  constructor(readonly question: OwnerQuestion) {
    super();
  }
}

/** Query for the counts of messages of a node, which counts while tools query it. */
@Message({ name: 'catga.admin.traffic', timeoutMs: TIMEOUT_MS })
export class ReadNodeTraffic extends Query<NodeTraffic> {}
