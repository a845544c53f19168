import type { CatgaResult } from '../contracts/result.js';
import type { MessageType } from '../contracts/message-type.js';
import type { SaidEnqueueOptions } from '../contracts/said-headers.js';
import type { EnqueueReceipt } from '../contracts/send-options.js';
import { CatgaError } from '../errors/catga-error.js';
import { UnguessableIds } from '../ids/unguessable-ids.js';
import type { CatgaIds } from '../ids/catga-ids.js';
import { COMMAND_QUEUES } from '../ports/durable-log.js';
import type { OutgoingLog } from '../reliability/outbox/outgoing-log.js';
import { KEEP_OUTCOME, ownHeaders } from '../reliability/kept-outcome.js';
import { MessageEnvelope, checkMessageId } from '../pipeline/message-envelope.js';
import { toStoredMessage } from '../wire/message-codec.js';
import type { Codec } from '../wire/codec.js';
import type { Cause, ContextHost } from '../pipeline/handler-context.js';
import type { Engine } from '../ports/engine.js';
import { withoutOutcome } from './outcome-waiter.js';
import type { OutcomeAccess, OutcomeWaiter } from './outcome-waiter.js';
import { QueuedReceipt } from './queued-receipt.js';

/** Id of the durable subscription that the nodes which handle a command share. */
export function queueOf(commandName: string): string {
  return `${COMMAND_QUEUES}.${commandName}`;
}

/** Queues commands: stores them for the nodes that handle them. */
export class CommandQueue {
  private readonly storedIds: UnguessableIds;
  private readonly newId = (): string => this.storedIds.next();

  constructor(
    private readonly host: ContextHost,
    private readonly codec: Codec,
    private readonly engine: Pick<Engine, 'name' | 'capabilities'>,
    /** The durable log, or the outbox before it. */
    private readonly log: OutgoingLog,
    ids: CatgaIds,
    private readonly outcomes: OutcomeAccess,
    private readonly waiter: OutcomeWaiter,
  ) {
    this.storedIds = new UnguessableIds(ids);
  }

  /** Outcome of a queued command; undefined if it has not ended, or was queued without `keepOutcome`. */
  async outcomeOf({ name }: MessageType, messageId: string): Promise<CatgaResult<unknown> | undefined> {
    return this.outcomes.outcomes().find({ name, messageId });
  }

  /** Resolves once the engine or the outbox has stored the command. */
  async enqueue(
    type: MessageType,
    command: object,
    options: SaidEnqueueOptions,
    cause?: Cause,
  ): Promise<EnqueueReceipt> {
    const { host, codec, log, newId, engine } = this;
    const { delayMs, keepOutcome = false, transaction } = options;
    checkMessageId(type.name, options.messageId);
    if (type.kind !== 'command') {
      throw new CatgaError(
        'CATGA_UNSUPPORTED',
        `${type.name} is ${type.kind === 'event' ? 'an event' : 'a query'}: only commands can be queued.`,
      );
    }
    if (!engine.capabilities.queues) {
      throw new CatgaError(
        'CATGA_UNSUPPORTED',
        `${type.name} cannot be queued: the engine '${engine.name}' stores no commands. Use send, or choose an ` +
          'engine that does.',
        { details: { name: type.name, engine: engine.name } },
      );
    }
    if (delayMs !== undefined && !(delayMs >= 0 && delayMs <= MAX_DELAY_MS)) {
      throw new CatgaError(
        'CATGA_CONFIGURATION',
        `delayMs of ${type.name} must be from 0 to ${MAX_DELAY_MS}.`,
      );
    }
    const { messageId, headers, key, correlationId } = new MessageEnvelope(
      command,
      type,
      type.name,
      { ...options, correlationId: cause?.correlationId },
      newId,
    );
    const message = toStoredMessage(codec, type, command, {
      messageId,
      headers,
      key,
      correlationId,
      causationId: cause?.messageId,
      originNodeId: host.nodeId,
      sentAtMs: host.clock.now(),
    });
    // Beside the sender's headers, so that it is not counted with them.
    const stored = {
      ...message,
      headers: keepOutcome ? { ...ownHeaders(headers), [KEEP_OUTCOME]: '1' } : ownHeaders(headers),
    };
    const { duplicate } = await log.append(stored, {
      delayMs,
      isFresh: options.messageId === undefined,
      transaction,
    });
    return new QueuedReceipt(
      messageId,
      type.name,
      duplicate,
      keepOutcome ? this.waiter.wait : withoutOutcome,
    );
  }
}

/** A year: beyond it a delay is more likely a mistake of units. */
export const MAX_DELAY_MS = 366 * 24 * 60 * 60 * 1000;
