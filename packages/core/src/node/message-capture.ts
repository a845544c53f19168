import type { LogMessage } from '../ports/stored-message.js';
import type { OutgoingOptions } from '../reliability/outbox/outgoing-log.js';

/** A message that is ready to be stored. */
export interface CapturedMessage {
  readonly message: LogMessage;
  /** Delay of the first delivery after `message.sentAtMs`, in milliseconds. */
  readonly delayMs?: number;
}

/** Takes a message in the place of the log: as the `transaction` of one that is published or queued. */
export class MessageCapture {
  captured: CapturedMessage | undefined;

  add(message: LogMessage, { delayMs }: OutgoingOptions): Promise<{ readonly duplicate: boolean }> {
    this.captured = { message, ...(delayMs !== undefined && { delayMs }) };
    return Promise.resolve({ duplicate: false });
  }
}
