import { Message } from '../contracts/message.js';
import { Command, Query } from '../contracts/request.js';
import type { OwnerAnswer, OwnerQuestion } from '../ports/queued-commands.js';
import type { NodeDescription, NodeFailure, NodeStats, NodeTraffic, TapPage } from './admin-contracts.js';

/** How the wire names of these requests begin. */
export const ADMIN_NAMES = 'catga.admin.';

/** How long a tool waits for a node, in milliseconds. */
const TIMEOUT_MS = 5_000;

/** Asks a node what it is and handles. */
@Message({ name: 'catga.admin.describe', timeoutMs: TIMEOUT_MS })
export class DescribeNode extends Query<NodeDescription> {}

/** Asks a node what it does. */
@Message({ name: 'catga.admin.stats', timeoutMs: TIMEOUT_MS })
export class ReadNodeStats extends Query<NodeStats> {}

/** Asks a node for its latest failures, the newest last. */
@Message({ name: 'catga.admin.failures', timeoutMs: TIMEOUT_MS })
export class ListNodeFailures extends Query<readonly NodeFailure[]> {}

/** Asks a node for the messages that it has handled, from a sequence number on. It remembers them while it is asked. */
@Message({ name: 'catga.admin.tap', timeoutMs: TIMEOUT_MS })
export class TapNode extends Query<TapPage> {
  /** @param next of the page before; undefined: from now on */
  constructor(readonly next?: number) {
    super();
  }
}

/** Asks a node about queued commands that only it can give up. Sent again, it has the same answer. */
@Message({ name: 'catga.admin.queue', timeoutMs: TIMEOUT_MS })
export class AskQueueOwner extends Command<OwnerAnswer> {
  constructor(readonly question: OwnerQuestion) {
    super();
  }
}

/** Asks a node for its counts of messages. It counts them while it is asked. */
@Message({ name: 'catga.admin.traffic', timeoutMs: TIMEOUT_MS })
export class ReadNodeTraffic extends Query<NodeTraffic> {}
