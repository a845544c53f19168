import type { AppendOptions, DurableLog } from '../ports/durable-log.js';
import type { LogMessage } from '../ports/stored-message.js';
import type { NodeOutbox } from '../reliability/outbox/node-outbox.js';
import type { EngineAccess } from './engine-access.js';

/** Where messages are stored: the outbox, if the node has one, otherwise the engine's log. */
export class MessageLog implements Pick<DurableLog, 'append'> {
  constructor(
    private readonly engine: EngineAccess,
    private readonly outbox: NodeOutbox | undefined,
  ) {}

  /** Throws `CATGA_SHUTTING_DOWN` while the engine is not connected. */
  append(message: LogMessage, options?: AppendOptions): ReturnType<DurableLog['append']> {
    return (this.outbox ?? this.engine.connected('A durable message').log).append(message, options);
  }
}
