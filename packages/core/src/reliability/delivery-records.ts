import type { CatgaResult } from '../contracts/result.js';
import type { DeadLetterStore, StoredDeadLetter } from '../ports/dead-letter-store.js';
import type { LogDelivery } from '../ports/durable-log.js';
import type { Inbox } from '../ports/inbox.js';
import type { StoredMessage } from '../ports/stored-message.js';
import type { MessageEnvelope } from '../pipeline/message-envelope.js';
import { KEEP_OUTCOME } from './kept-outcome.js';
import type { QueuedOutcomes } from './queued-outcomes.js';
import type { UntilTaken } from './until-taken.js';

/** The parts of the engine that record how deliveries end. */
export interface RecordingEngine {
  /** Throws `CATGA_SHUTTING_DOWN` once the engine is let go. */
  connected(what: string): { readonly inbox: Inbox; readonly deadLetters: DeadLetterStore };
  /** Outcomes of commands that somebody may ask for. */
  outcomes(): Pick<QueuedOutcomes, 'record' | 'hasSucceeded'>;
}

/** Records of how deliveries ended: the inbox, the dead letters, kept outcomes. Each is written until the engine takes it. */
export class DeliveryRecords {
  constructor(
    private readonly engine: RecordingEngine,
    private readonly writes: UntilTaken,
    /** How long a recorded success keeps a handler from running again, in milliseconds. */
    private readonly inboxTtlMs: number,
    /** How long dead letters are kept, in milliseconds. */
    private readonly deadLetterTtlMs: number,
  ) {}

  /** Whether a success is recorded, whose acknowledgement was lost. */
  async hasSucceeded(
    subscription: string,
    { message, attempt }: LogDelivery,
    envelope: MessageEnvelope,
  ): Promise<boolean> {
    if (envelope.qos === 2) {
      const isRecorded = await this.writes.run(() => this.parts.inbox.has(subscription, envelope));
      if (isRecorded) return true;
    }
    return attempt > 1 && keepsOutcome(message) && this.engine.outcomes().hasSucceeded(message);
  }

  /** The handler is not to run again for the message. */
  succeeded(subscription: string, envelope: MessageEnvelope): Promise<void> {
    return this.writes.run(() => this.parts.inbox.add(subscription, envelope, this.inboxTtlMs));
  }

  bury(letter: StoredDeadLetter): Promise<void> {
    return this.writes.run(() => this.parts.deadLetters.put(letter, this.deadLetterTtlMs));
  }

  /** Records how a command ended that somebody may ask for. Before the acknowledgement: what cannot be recorded now comes again. */
  async keepOutcome({ message }: LogDelivery, end: CatgaResult<unknown>): Promise<void> {
    if (keepsOutcome(message)) await this.engine.outcomes().record(message, end);
  }

  acknowledge(delivery: LogDelivery, isConfirmed?: boolean): Promise<void> {
    return this.writes.run(() => delivery.ack(isConfirmed));
  }

  private get parts(): ReturnType<RecordingEngine['connected']> {
    return this.engine.connected('A delivery');
  }
}

/** Whether somebody may ask how a message ended. */
function keepsOutcome({ kind, headers }: StoredMessage): boolean {
  return kind === 'command' && headers[KEEP_OUTCOME] !== undefined;
}
