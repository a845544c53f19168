import { randomUUID } from 'node:crypto';
import { CatgaError } from '@catga/nestjs';
import { pageLimit } from '@catga/core/engine';
import type { SagaHistoryEntry, SagaRecord, SagaStatus } from './records/saga-record.js';
import type { SagaHost } from './saga-host.js';
import { noCounts } from './step/saga-counts.js';
import type { SagaCounts } from './step/saga-counts.js';
import type { OperatorInput } from './step/saga-input.js';

/**
 * A stored saga.
 *
 * @publicApi
 */
export interface SagaInfo {
  readonly saga: string;
  readonly id: string;
  readonly status: SagaStatus;
  /** Reason of the compensation, or of ending it by hand. */
  readonly reason: string | undefined;
  /** Error that made it stuck. */
  readonly problem: string | undefined;
  readonly state: unknown;
  /** Version of the state. */
  readonly version: number;
  /** Number of steps so far. */
  readonly revision: number;
  readonly startedAt: Date;
  /** Time of its last step. */
  readonly changedAt: Date;
  /** Wire names of the commands whose outcome is pending. */
  readonly waitsFor: readonly string[];
  /** Wire names of the compensating commands it would send, or has yet to send, the next one first. */
  readonly undo: readonly string[];
  /** The first step and the last 49. */
  readonly history: readonly SagaHistoryEntry[];
}

/**
 * Filter for sagas; every given field must match.
 *
 * @publicApi
 */
export interface SagaFilter {
  /** Name of `@Saga`. */
  readonly saga?: string;
  readonly status?: SagaStatus;
  /** Started before this time. */
  readonly startedBefore?: Date;
  /** Last step before this time. */
  readonly changedBefore?: Date;
}

/**
 * Page request.
 *
 * @publicApi
 */
export interface SagaPageRequest {
  /**
   * Approximate number of records to read, 1 to 1000; the page has those that match the filter. `CATGA_VALIDATION_FAILED` for any other
   * number.
   * @defaultValue 100
   */
  readonly limit?: number;
  /** `next` of the previous page. */
  readonly after?: string;
}

/**
 * Page of sagas.
 *
 * @publicApi
 */
export interface SagaPage {
  /** May be empty although there are further pages. */
  readonly items: readonly SagaInfo[];
  /** Errors of the records and states that this node cannot read (`CATGA_SERIALIZATION`). */
  readonly unreadable: readonly CatgaError[];
  /** Cursor of the next page; undefined on the last page. */
  readonly next: string | undefined;
}

/**
 * Lists the sagas of the namespace, and retries, compensates or completes them. Injectable.
 *
 * @publicApi
 */
export class CatgaSagas {
  constructor(private readonly host: SagaHost) {}

  /** Undefined if there is none, or it ended longer than `keepMs` ago. */
  async get(saga: string, id: string): Promise<SagaInfo | undefined> {
    const found = await this.host.records.read(saga, id);
    return found && this.infoOf(found.record);
  }

  /**
   * Sagas in no particular order. All pages together have each that was there all the time; one that changes may be in two.
   * `CATGA_VALIDATION_FAILED` for a page size or a cursor that is none.
   */
  async list(filter: SagaFilter = {}, { limit, after }: SagaPageRequest = {}): Promise<SagaPage> {
    const { sagas, unreadable, next } = await this.host.records.page(filter.saga, pageLimit(limit), after);
    const items: SagaInfo[] = [];
    const failed = [...unreadable];
    for (const { record } of sagas) {
      if (!matches(record, filter)) continue;
      try {
        items.push(this.infoOf(record));
      } catch (thrown) {
        if (!(thrown instanceof CatgaError)) throw thrown;
        failed.push(thrown);
      }
    }
    return { items, unreadable: failed, next };
  }

  /** Sends the failed compensating command of a stuck saga again. Resolves with whether the saga was stuck. */
  retry(saga: string, id: string): Promise<boolean> {
    return this.operate(saga, id, { kind: 'operator', action: 'retry' });
  }

  /**
   * Compensates a saga. Resolves with whether it was running. If it rejects with `CATGA_ENGINE_UNAVAILABLE`, call it again: it may have
   * been decided, but not all sent that it leads to.
   */
  compensate(saga: string, id: string, reason?: string): Promise<boolean> {
    return this.operate(saga, id, {
      kind: 'operator',
      action: 'compensate',
      ...(reason !== undefined && { reason }),
    });
  }

  /** Ends a saga as completed; pending outcomes and compensations are dropped. Resolves with whether it had not ended. */
  complete(saga: string, id: string, reason?: string): Promise<boolean> {
    return this.operate(saga, id, {
      kind: 'operator',
      action: 'complete',
      ...(reason !== undefined && { reason }),
    });
  }

  /** Counters of a saga on this node, since it started. */
  counts(saga: string): SagaCounts {
    return { ...(this.host.runners.get(saga)?.counts ?? noCounts()) };
  }

  private async operate(saga: string, id: string, input: OperatorInput): Promise<boolean> {
    const runner = this.host.runners.get(saga);
    if (runner === undefined) {
      throw new CatgaError(
        'CATGA_SAGA_NOT_FOUND',
        `This node has no saga '${saga}': call a node that provides its class.`,
        {
          details: { saga, id },
          retryable: false,
        },
      );
    }
    if ((await this.host.records.read(saga, id)) === undefined) throw sagaNotFound(saga, id);
    return runner.operate(id, { ...input, key: randomUUID(), label: `${input.action} by hand` });
  }

  private infoOf(record: SagaRecord): SagaInfo {
    const {
      saga,
      id,
      status,
      version,
      revision,
      reason,
      problem,
      startedAtMs,
      changedAtMs,
      commands,
      history,
    } = record;
    return {
      saga,
      id,
      status,
      reason,
      problem,
      state: this.host.steps.decode(`The state of ${saga}`, record.state),
      version,
      revision,
      startedAt: new Date(startedAtMs),
      changedAt: new Date(changedAtMs),
      waitsFor: commands.flatMap(({ name, outcome }) => (outcome === undefined ? [name] : [])),
      undo: commands.flatMap(({ undo }) => (undo === undefined ? [] : [undo.message.name])).toReversed(),
      history,
    };
  }
}

export function sagaNotFound(saga: string, id: string): CatgaError {
  return new CatgaError('CATGA_SAGA_NOT_FOUND', `There is no saga ${saga} '${id}'.`, {
    details: { saga, id },
    retryable: false,
  });
}

function matches(record: SagaRecord, { status, startedBefore, changedBefore }: SagaFilter): boolean {
  return (
    (status === undefined || record.status === status) &&
    (startedBefore === undefined || record.startedAtMs < startedBefore.getTime()) &&
    (changedBefore === undefined || record.changedAtMs < changedBefore.getTime())
  );
}
