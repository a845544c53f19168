import { CatgaError } from '../errors/catga-error.js';
import type { DurableLog } from '../ports/durable-log.js';
import type { LogMessage } from '../ports/stored-message.js';
import type { NodeOutbox } from '../reliability/outbox/node-outbox.js';
import type { OutgoingLog, OutgoingOptions } from '../reliability/outbox/outgoing-log.js';
import type { EngineAccess } from './engine-access.js';
import { MessageCapture } from './message-capture.js';

/** Where messages are stored: the outbox, if the node has one, otherwise the engine's log. */
export class MessageLog implements OutgoingLog {
  constructor(
    private readonly engine: EngineAccess,
    private readonly outbox: NodeOutbox | undefined,
    /** Whether the outbox can be part of the publisher's transaction. */
    private readonly joinsTransactions: boolean,
  ) {}

  /** Throws `CATGA_SHUTTING_DOWN` while the engine is not connected. */
  append(message: LogMessage, options?: OutgoingOptions): ReturnType<DurableLog['append']> {
    if (options?.transaction instanceof MessageCapture) return options.transaction.add(message, options);
    if (options?.transaction !== undefined && !this.joinsTransactions) {
      throw new CatgaError(
        'CATGA_UNSUPPORTED',
        `${message.name} cannot be part of a transaction: the node has no outbox that joins one. Set the option outbox, ` +
          'for example to sqlOutbox() of @catga/sql.',
        { details: { name: message.name } },
      );
    }
    return (this.outbox ?? this.engine.connected('A durable message').log).append(message, options);
  }
}
