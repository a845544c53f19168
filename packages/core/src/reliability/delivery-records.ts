import type { DeadLetterStore, StoredDeadLetter } from '../ports/dead-letter-store.js';
import type { LogDelivery } from '../ports/durable-log.js';
import type { Inbox } from '../ports/inbox.js';
import type { LogMessage } from '../ports/stored-message.js';
import type { MessageEnvelope } from '../pipeline/message-envelope.js';
import type { CommandEnd, CommandReplies } from './command-replies.js';
import { HeldKeys } from './held-keys.js';
import { KEEP_OUTCOME } from './kept-outcome.js';
import { hasReplyAddress } from './reply-to.js';
import type { QueuedOutcomes } from './queued-outcomes.js';
import type { UntilTaken } from './until-taken.js';

/** Stores of the engine that record outcomes of deliveries. */
export interface RecordingEngine {
  /** Throws `CATGA_SHUTTING_DOWN` after the engine is closed. */
  connected(what: string): { readonly inbox: Inbox; readonly deadLetters: DeadLetterStore };
  /** Kept outcomes of queued commands. */
  outcomes(): Pick<QueuedOutcomes, 'record' | 'hasSucceeded' | 'find'>;
}

/** Records of deliveries: inbox, dead letters, kept outcomes, replies. Each write is retried until it succeeds. */
export class DeliveryRecords {
  constructor(
    private readonly engine: RecordingEngine,
    private readonly writes: UntilTaken,
    /** Time to live of a recorded success, in milliseconds. */
    private readonly inboxTtlMs: number,
    /** Retention of dead letters, in milliseconds. */
    private readonly deadLetterTtlMs: number,
    private readonly replies: Pick<CommandReplies, 'send'>,
  ) {}

  /** Whether an end may be recorded: not for the first delivery of most messages. */
  mayHaveEnded(delivery: LogDelivery, envelope: MessageEnvelope): boolean {
    return usesInbox(delivery, envelope) || (delivery.attempt > 1 && tellsOutcome(delivery.message));
  }

  /**
   * Whether a success, or a refusal that was replied, is already recorded, so that only the acknowledgement was lost. The reply is
   * sent once more.
   */
  async hasEnded(subscription: string, delivery: LogDelivery, envelope: MessageEnvelope): Promise<boolean> {
    const { message, attempt } = delivery;
    if (usesInbox(delivery, envelope)) {
      const isRecorded = await this.writes.run(() => this.parts.inbox.has(subscription, envelope));
      if (isRecorded) return true;
    }
    if (attempt === 1) return false;
    const outcomes = this.engine.outcomes();
    if (!hasReplyAddress(message)) return keepsOutcome(message) && outcomes.hasSucceeded(message);
    const end = await this.writes.run(() => outcomes.find(message));
    if (end !== undefined) await this.replies.send(message, end.ok ? end : { ...end, isRefusal: true });
    return end !== undefined;
  }

  /** Records a success at QoS 2: the handler does not run again for the message. */
  async succeeded(subscription: string, delivery: LogDelivery, envelope: MessageEnvelope): Promise<void> {
    if (!usesInbox(delivery, envelope)) return;
    await this.writes.run(() => this.parts.inbox.add(subscription, envelope, this.inboxTtlMs));
  }

  bury(letter: StoredDeadLetter): Promise<void> {
    return this.writes.run(() => this.parts.deadLetters.put(letter, this.deadLetterTtlMs));
  }

  /** Records that a message holds its key. */
  hold(subscription: string, message: LogMessage): Promise<void> {
    return this.writes.run(() => this.held.hold(subscription, message));
  }

  /** Whether a message holds its key, or has and was released. */
  holdOf(subscription: string, message: LogMessage): ReturnType<HeldKeys['stateOf']> {
    return this.writes.run(() => this.held.stateOf(subscription, message));
  }

  /** Releases the key of a redriven message that is done with. */
  release(subscription: string, message: LogMessage): Promise<void> {
    return this.writes.run(() => this.held.release(subscription, message));
  }

  /**
   * Tells how a command ended, before the acknowledgement: if that fails, the command is redelivered. A refusal that is replied is
   * recorded first: the handler, run again, might not refuse.
   * @param isKept whether the end is the outcome for those who keep it
   */
  async tellOutcome(
    { message }: Pick<LogDelivery, 'message'>,
    end: CommandEnd,
    isKept = true,
  ): Promise<void> {
    const isRepliedRefusal = !end.ok && end.isRefusal && hasReplyAddress(message);
    if (isRepliedRefusal) await this.engine.outcomes().record(message, end);
    await this.replies.send(message, end);
    if (isKept && keepsOutcome(message)) await this.engine.outcomes().record(message, end);
  }

  /** Undefined if the engine has taken it at once. */
  acknowledge(delivery: LogDelivery, isConfirmed?: boolean): Promise<void> | undefined {
    return this.writes.run(() => delivery.ack(isConfirmed));
  }

  private get held(): HeldKeys {
    return new HeldKeys(this.parts.inbox, this.deadLetterTtlMs);
  }

  private get parts(): ReturnType<RecordingEngine['connected']> {
    return this.engine.connected('A delivery');
  }
}

/** Whether successes are recorded in the inbox: at QoS 2, unless the log's own record of them is all that is needed. */
function usesInbox({ isRecordedWhenDone }: LogDelivery, { qos }: MessageEnvelope): boolean {
  return qos === 2 && isRecordedWhenDone !== true;
}

/** Whether anybody is told the outcome of a message. */
export function tellsOutcome(message: LogMessage): boolean {
  return keepsOutcome(message) || hasReplyAddress(message);
}

/** Whether the outcome of a message is kept. */
export function keepsOutcome({ kind, headers }: LogMessage): boolean {
  return kind === 'command' && headers[KEEP_OUTCOME] !== undefined;
}
