import type { MessageHead } from '../ports/queued-commands.js';
import type { LogMessage } from '../ports/stored-message.js';

/** A message without its body, so that a page of many keeps no memory. */
export function headOf({ body: _body, ...head }: LogMessage): MessageHead {
  return head;
}
