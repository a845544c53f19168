import type { MessageHeaders } from '../contracts/headers.js';
import type { LogMessage } from '../ports/stored-message.js';
import type { EncodedError } from '../wire/error-codec.js';

/** A header of stored commands whose outcome is to be sent to a queue. Neither handlers nor readers of dead letters see it. */
export const REPLY_TO = 'catga-reply-to';

/** Where the outcome of a queued command is sent to. */
export interface ReplyAddress {
  /** Wire name of the queued command that the outcome becomes: a {@link CommandReply}. */
  readonly name: string;
  /** Comes back in the reply. */
  readonly reference: string;
}

/**
 * Outcome of a queued command, as a queued command itself. It is stored before the command is acknowledged, so that it
 * arrives at least once; a repetition has the same id.
 */
export type CommandReply = {
  readonly reference: string;
  /** Wire name and id of the command. */
  readonly command: { readonly name: string; readonly messageId: string };
} & (
  | { readonly ok: true; readonly value?: unknown }
  | {
      readonly ok: false;
      readonly error: EncodedError;
      /** Whether the error is an outcome: the handler refused the command. Else it is a dead letter, which may have had an effect. */
      readonly isRefusal: boolean;
    }
);

/** The command, with an address for its outcome. */
export function replyingTo(command: LogMessage, { name, reference }: ReplyAddress): LogMessage {
  return { ...command, headers: { ...command.headers, [REPLY_TO]: JSON.stringify([name, reference]) } };
}

/** Whether the outcome of a message is sent somewhere. */
export function hasReplyAddress({ kind, headers }: Pick<LogMessage, 'kind' | 'headers'>): boolean {
  return kind === 'command' && headers[REPLY_TO] !== undefined;
}

/** Where the outcome of a message is sent to; undefined if nobody asked, or in a way that is not understood. */
export function replyAddressOf(headers: MessageHeaders): ReplyAddress | undefined {
  try {
    const address: unknown = JSON.parse(headers[REPLY_TO] ?? 'null');
    if (!Array.isArray(address)) return undefined;
    const [name, reference] = address as readonly unknown[];
    return typeof name === 'string' && typeof reference === 'string' ? { name, reference } : undefined;
  } catch {
    return undefined;
  }
}
