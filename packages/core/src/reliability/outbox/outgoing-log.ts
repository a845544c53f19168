import type { AppendOptions, DurableLog } from '../../ports/durable-log.js';
import type { LogMessage } from '../../ports/stored-message.js';

/** Options of a message that a publisher stores. */
export interface OutgoingOptions extends AppendOptions {
  /** Handle of the publisher's transaction, as the database library has it. */
  readonly transaction?: unknown;
}

/** The durable log as publishers see it: the outbox, if there is one, is before it. */
export interface OutgoingLog {
  append(message: LogMessage, options?: OutgoingOptions): ReturnType<DurableLog['append']>;
}
