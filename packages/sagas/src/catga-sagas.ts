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
  /** Why it compensates, or was ended by hand. */
  readonly reason: string | undefined;
  /** Why it is stuck. */
  readonly problem: string | undefined;
  readonly state: unknown;
  /** Version of the state. */
  readonly version: number;
  /** Number of its steps so far. */
  readonly revision: number;
  readonly startedAt: Date;
  /** Time of its last step. */
  readonly changedAt: Date;
  /** Wire names of the commands whose outcome it waits for. */
  readonly waitsFor: readonly string[];
  /** Wire names of the commands that it would undo, or still has to undo, the next one first. */
  readonly undo: readonly string[];
  /** Its first step and its last 49. */
  readonly history: readonly SagaHistoryEntry[];
}

/**
 * Which sagas are listed; every given field must match.
 *
 * @publicApi
 */
export interface SagaFilter {
  /** Name of `@Saga`. */
  readonly saga?: string;
  readonly status?: SagaStatus;
  /** Started before this time. */
  readonly startedBefore?: Date;
  /** Without a step since this time. */
  readonly changedBefore?: Date;
}

/**
 * Page request.
 *
 * @publicApi
 */
export interface SagaPageRequest {
  /**
   * About how many sagas are looked at, 1 to 1000: a page has those of them that match. `CATGA_VALIDATION_FAILED` for any other number.
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
  /** May be none, although there are further pages. */
  readonly items: readonly SagaInfo[];
  /** Why sagas are missing here: records and states that this node cannot read, with their codes (`CATGA_SERIALIZATION`). */
  readonly unreadable: readonly CatgaError[];
  /** Cursor of the next page; undefined on the last page. */
  readonly next: string | undefined;
}

/**
 * The sagas of the namespace: what they wait for, and what is to become of those that are stuck. Injectable.
 *
 * @publicApi
 */
export class CatgaSagas {
  constructor(private readonly host: SagaHost) {}

  /** Undefined if there is none, or it ended longer ago than it is kept. */
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

  /** Sends the command that undoes another one, and failed, once more. Resolves with whether the saga was stuck. */
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

  /** Ends a saga as completed, whatever it still waits for or has to undo. Resolves with whether it had not ended. */
  complete(saga: string, id: string, reason?: string): Promise<boolean> {
    return this.operate(saga, id, {
      kind: 'operator',
      action: 'complete',
      ...(reason !== undefined && { reason }),
    });
  }

  /** What this node did with sagas of a name, since it started. */
  counts(saga: string): SagaCounts {
    return { ...(this.host.runners.get(saga)?.counts ?? noCounts()) };
  }

  private async operate(saga: string, id: string, input: OperatorInput): Promise<boolean> {
    const runner = this.host.runners.get(saga);
    if (runner === undefined) {
      throw new CatgaError(
        'CATGA_SAGA_NOT_FOUND',
        `This node has no saga '${saga}': ask one that has its class.`,
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
