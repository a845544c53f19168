import type {
  NewDueTime,
  QueuedCommand,
  QueuedCommandFilter,
  QueuedCommandPage,
  QueuedCommandPageRequest,
  QueuedCommandRef,
} from '../contracts/queued-command.js';
import { CatgaError } from '../errors/catga-error.js';
import { cancelledInQueue } from '../errors/message-errors.js';
import type { Clock } from '../ports/clock.js';
import type { AskOwner, OwnedCommands, QueuedEnd, QueuedItem } from '../ports/queued-commands.js';
import { pageLimit } from '../reliability/page-limit.js';
import type { DeliveryRecords } from '../reliability/delivery-records.js';
import { ownHeaders } from '../reliability/kept-outcome.js';
import { MAX_DELAY_MS } from './command-queue.js';
import type { OutcomeAccess } from './outcome-waiter.js';

/** Access to the engine's queued commands, and to the nodes that own some of them. */
export interface QueueAccess extends OutcomeAccess {
  /** Throws `CATGA_SHUTTING_DOWN` while the engine is not connected. */
  connected(what: string): { readonly queued?: OwnedCommands };
  readonly ask: AskOwner;
}

/**
 * Queued commands of the namespace that have not ended, of every service: lists, cancels and reschedules them.
 *
 * Every method rejects with `CATGA_SHUTTING_DOWN` before the application has started and after it stopped, with
 * `CATGA_UNSUPPORTED` on an engine that stores no commands, and with `CATGA_ENGINE_UNAVAILABLE` when the broker does not respond.
 *
 * @publicApi
 */
export class CatgaQueue {
  constructor(
    private readonly access: QueueAccess,
    private readonly clock: Pick<Clock, 'now'>,
    private readonly records: Pick<DeliveryRecords, 'tellOutcome'>,
  ) {}

  /**
   * Page of the queued commands. A page with fewer items than its limit may have a next page. `CATGA_VALIDATION_FAILED` for an
   * invalid page size or cursor.
   */
  async list(
    { name }: QueuedCommandFilter = {},
    { limit, after }: QueuedCommandPageRequest = {},
  ): Promise<QueuedCommandPage> {
    const range = {
      limit: pageLimit(limit),
      ...(name !== undefined && { name }),
      ...(after !== undefined && { after }),
    };
    const { items, next } = await this.queued().list(range, this.access.ask);
    return { items: items.map(describe), next };
  }

  /**
   * Cancels a command that no handler has started. `cancelled`: no handler starts it any more, and its `outcome()` is an error with
   * `CATGA_CANCELLED`. `running`: a node has taken it, or may have; nothing changes. `ended`: it has an outcome already.
   * `CATGA_COMMAND_NOT_FOUND` if it is not queued: it has ended without `keepOutcome`, is still in an outbox, or was never queued.
   *
   * The other commands of its key keep their order. A node owns the commands of a key: after `CATGA_TIMEOUT` or `CATGA_NODE_LOST` it did not
   * answer, so repeat the call. `CATGA_OVERLOADED` if 1,024 cancelled commands still wait behind others that have not ended. Reads the commands
   * of the name, to find this one.
   */
  async cancel(command: QueuedCommandRef): Promise<'cancelled' | 'running' | 'ended'> {
    const end = await this.queued().cancel(identityOf(command), this.access.ask);
    if (end.state !== 'taken') return this.notTaken(command, end.state);
    const { message } = end;
    await this.records.tellOutcome(end, { ok: false, error: cancelledInQueue(message), isRefusal: true });
    return 'cancelled';
  }

  /**
   * Changes the due time of a command that no handler has started, to a later or earlier one. Its attempts restart at 1; its id, content
   * and outcome stay. Results and errors are those of {@link cancel}; `CATGA_CONFIGURATION` for a time beyond 366 days.
   *
   * A command with a key is placed behind the others of its key once it is due, after at least a second.
   */
  async reschedule(
    command: QueuedCommandRef,
    when: NewDueTime,
  ): Promise<'rescheduled' | 'running' | 'ended'> {
    const delayMs = 'delayMs' in when ? when.delayMs : Math.max(0, when.dueAt.getTime() - this.clock.now());
    if (!(delayMs >= 0 && delayMs <= MAX_DELAY_MS)) {
      throw new CatgaError(
        'CATGA_CONFIGURATION',
        `The new due time of ${command.name} must be at most ${MAX_DELAY_MS} ms from now.`,
      );
    }
    const end = await this.queued().reschedule(identityOf(command), delayMs, this.access.ask);
    return end.state === 'taken' ? 'rescheduled' : this.notTaken(command, end.state);
  }

  private async notTaken(
    { name, messageId }: QueuedCommandRef,
    state: Exclude<QueuedEnd['state'], 'taken'>,
  ): Promise<'running' | 'ended'> {
    if (state === 'running') return state;
    if ((await this.access.outcomes().find({ name, messageId })) !== undefined) return 'ended';
    throw new CatgaError(
      'CATGA_COMMAND_NOT_FOUND',
      `No command '${name}' with the id '${messageId}' is queued: it has ended, or was never queued.`,
      { details: { name, messageId } },
    );
  }

  private queued(): OwnedCommands {
    const { queued } = this.access.connected('The queue');
    if (queued !== undefined) return queued;
    throw new CatgaError('CATGA_UNSUPPORTED', 'This engine stores no commands.');
  }
}

function identityOf({ name, messageId }: QueuedCommandRef): QueuedCommandRef {
  return { name, messageId };
}

function describe({ message, state, dueAtMs }: QueuedItem): QueuedCommand {
  const { name, messageId, key, headers, correlationId, originNodeId, sentAtMs } = message;
  return {
    name,
    messageId,
    key,
    headers: ownHeaders(headers),
    correlationId,
    originNodeId,
    enqueuedAt: new Date(sentAtMs),
    state,
    dueAt: dueAtMs === undefined ? undefined : new Date(dueAtMs),
  };
}
