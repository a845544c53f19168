import type { CatgaResult } from '../contracts/result.js';
import type { DeadLetterStore, StoredDeadLetter } from '../ports/dead-letter-store.js';
import type { LogDelivery } from '../ports/durable-log.js';
import type { Inbox } from '../ports/inbox.js';
import type { LogMessage } from '../ports/stored-message.js';
import type { MessageEnvelope } from '../pipeline/message-envelope.js';
import { KEEP_OUTCOME } from './kept-outcome.js';
import type { QueuedOutcomes } from './queued-outcomes.js';
import type { UntilTaken } from './until-taken.js';

/** Stores of the engine that record outcomes of deliveries. */
export interface RecordingEngine {
  /** Throws `CATGA_SHUTTING_DOWN` after the engine is closed. */
  connected(what: string): { readonly inbox: Inbox; readonly deadLetters: DeadLetterStore };
  /** Kept outcomes of queued commands. */
  outcomes(): Pick<QueuedOutcomes, 'record' | 'hasSucceeded'>;
}

/** Records of deliveries: inbox, dead letters, kept outcomes. Each write is retried until it succeeds. */
export class DeliveryRecords {
  constructor(
    private readonly engine: RecordingEngine,
    private readonly writes: UntilTaken,
    /** Time to live of a recorded success, in milliseconds. */
    private readonly inboxTtlMs: number,
    /** Retention of dead letters, in milliseconds. */
    private readonly deadLetterTtlMs: number,
  ) {}

  /** Whether a success may be recorded: not for the first delivery of most messages. */
  mayHaveSucceeded(delivery: LogDelivery, envelope: MessageEnvelope): boolean {
    return usesInbox(delivery, envelope) || (delivery.attempt > 1 && keepsOutcome(delivery.message));
  }

  /** Whether a success is already recorded, so that only the acknowledgement was lost. */
  async hasSucceeded(
    subscription: string,
    delivery: LogDelivery,
    envelope: MessageEnvelope,
  ): Promise<boolean> {
    const { message, attempt } = delivery;
    if (usesInbox(delivery, envelope)) {
      const isRecorded = await this.writes.run(() => this.parts.inbox.has(subscription, envelope));
      if (isRecorded) return true;
    }
    return attempt > 1 && keepsOutcome(message) && this.engine.outcomes().hasSucceeded(message);
  }

  /** Records a success at QoS 2: the handler does not run again for the message. */
  async succeeded(subscription: string, delivery: LogDelivery, envelope: MessageEnvelope): Promise<void> {
    if (!usesInbox(delivery, envelope)) return;
    await this.writes.run(() => this.parts.inbox.add(subscription, envelope, this.inboxTtlMs));
  }

  bury(letter: StoredDeadLetter): Promise<void> {
    return this.writes.run(() => this.parts.deadLetters.put(letter, this.deadLetterTtlMs));
  }

  /** Records the kept outcome of a command, before the acknowledgement: if it fails, the command is redelivered. */
  async keepOutcome({ message }: LogDelivery, end: CatgaResult<unknown>): Promise<void> {
    if (keepsOutcome(message)) await this.engine.outcomes().record(message, end);
  }

  /** Undefined if the engine has taken it at once. */
  acknowledge(delivery: LogDelivery, isConfirmed?: boolean): Promise<void> | undefined {
    return this.writes.run(() => delivery.ack(isConfirmed));
  }

  private get parts(): ReturnType<RecordingEngine['connected']> {
    return this.engine.connected('A delivery');
  }
}

/** Whether successes are recorded in the inbox: at QoS 2, unless the log's own record of them is all that is needed. */
function usesInbox({ isRecordedWhenDone }: LogDelivery, { qos }: MessageEnvelope): boolean {
  return qos === 2 && isRecordedWhenDone !== true;
}

/** Whether the outcome of a message is kept. */
export function keepsOutcome({ kind, headers }: LogMessage): boolean {
  return kind === 'command' && headers[KEEP_OUTCOME] !== undefined;
}
