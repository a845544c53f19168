import { randomUUID } from 'node:crypto';
import type {
  DeadLetter,
  DeadLetterBatchFailure,
  DeadLetterBatchOptions,
  DeadLetterBatchResult,
  DeadLetterCount,
  DeadLetterCountOptions,
  DeadLetterFilter,
  DeadLetterPage,
  DeadLetterPageRequest,
  RedriveOptions,
} from '../contracts/dead-letter.js';
import { CatgaError, toError } from '../errors/catga-error.js';
import { recordOf } from '../errors/error-record.js';
import type { Tracing } from '../pipeline/tracing.js';
import type { DeadLetterKey, DeadLetterStore, StoredDeadLetter } from '../ports/dead-letter-store.js';
import type { DurableLog } from '../ports/durable-log.js';
import type { Inbox } from '../ports/inbox.js';
import type { LogMessage } from '../ports/stored-message.js';
import type { Codec } from '../wire/codec.js';
import { describeDeadLetter, isHolding } from './dead-letter-record.js';
import { HeldKeys } from './held-keys.js';
import { REDRIVEN_IN, ownHeaders } from './kept-outcome.js';
import { invalid } from './invalid.js';
import { pageLimit } from './page-limit.js';

const LONGEST_BATCH = 64;
/** How many letters are counted, unless the caller says. */
const DEFAULT_COUNT = 1000;
/** How many keys are asked for at a time. */
const KEYS_AT_A_TIME = 1000;
/** Maximum number of failures in a result. */
const MOST_FAILURES = 100;

/** Access to an engine's log, dead-letter store and inbox. */
export interface DeadLetterAccess {
  readonly log: DurableLog;
  readonly deadLetters: DeadLetterStore;
  readonly inbox: Inbox;
}

/**
 * Dead-letter API: list, redrive and drop messages whose attempts are exhausted.
 *
 * Every method rejects with `CATGA_SHUTTING_DOWN` before the application has started and after it stopped.
 *
 * @publicApi
 */
export class CatgaDeadLetters {
  constructor(
    private readonly access: () => DeadLetterAccess,
    private readonly codec: Codec,
    /** Retention of dead letters, in milliseconds. */
    private readonly ttlMs: number,
    private readonly tracing?: Tracing,
  ) {}

  /** Page of the matching dead letters, oldest first. `CATGA_VALIDATION_FAILED` for an invalid page size. */
  async list(filter: DeadLetterFilter = {}, page: DeadLetterPageRequest = {}): Promise<DeadLetterPage> {
    const limit = pageLimit(page.limit);
    const { items, next } = await this.access().deadLetters.list(filter, { ...page, limit });
    return { items: items.map((letter) => this.describe(letter)), next };
  }

  /** One dead letter, or undefined. */
  async get(id: string): Promise<DeadLetter | undefined> {
    const letter = await this.access().deadLetters.get(id);
    return letter && this.describe(letter);
  }

  /**
   * Counts the matching dead letters without reading their bodies, in total and by subscription. It stops once there are more than
   * `most`. `CATGA_VALIDATION_FAILED` for a limit that is no whole number above 0.
   */
  async count(
    filter: DeadLetterFilter = {},
    { most = DEFAULT_COUNT }: DeadLetterCountOptions = {},
  ): Promise<DeadLetterCount> {
    if (most !== Infinity && !(Number.isInteger(most) && most >= 1))
      throw invalid('most', 'must be a whole number above 0, or Infinity');
    const bySubscription = new Map<string, number>();
    let total = 0;
    let isComplete = true;
    for await (const { subscription } of this.keysOf(filter, most + 1)) {
      if (total === most) {
        isComplete = false;
        break;
      }
      total++;
      bySubscription.set(subscription, (bySubscription.get(subscription) ?? 0) + 1);
    }
    return { total, bySubscription: Object.fromEntries(bySubscription), isComplete };
  }

  /**
   * Gives one (by id) or many (by filter) back to the handlers that failed on them, and only to those. The message
   * keeps its id; its attempts begin at 1 again, and the failures so far become its history.
   *
   * A filter means the letters that are there when it begins. A letter that cannot be moved stays where it is and is
   * reported in the result; the others are moved. By id, that is a rejection with the error, and
   * `CATGA_DEAD_LETTER_NOT_FOUND` for an unknown id.
   */
  redrive(id: string, options?: RedriveOptions): Promise<void>;
  redrive(filter: DeadLetterFilter, options?: DeadLetterBatchOptions): Promise<DeadLetterBatchResult>;
  redrive(
    which: string | DeadLetterFilter,
    options: RedriveOptions & DeadLetterBatchOptions = {},
  ): Promise<void | DeadLetterBatchResult> {
    return typeof which === 'string'
      ? this.redriveOne(which, options)
      : this.each(which, (id) => this.redriveOne(id), options);
  }

  /**
   * Gives one back with other content, as a new message: to the handler that failed on it, and only to that. The new message
   * keeps name, key, headers and correlation, and its cause is the message that failed. Resolves with its id.
   * `CATGA_DEAD_LETTER_NOT_FOUND` for an unknown id, `CATGA_SERIALIZATION` or `CATGA_PAYLOAD_TOO_LARGE` for
   * content that cannot be stored.
   */
  async redriveAs(id: string, content: object): Promise<string> {
    const messageId = randomUUID();
    await this.giveBack(id, (stored) => ({
      messageId,
      causationId: stored.messageId,
      body: this.codec.encode(stored.name, content),
      serializer: this.codec.serializer.name,
    }));
    return messageId;
  }

  /**
   * Forgets one (by id) or many (by filter). A letter that cannot be removed is reported in the result of a filter, and
   * rejects for an id. `CATGA_DEAD_LETTER_NOT_FOUND` for an unknown id.
   */
  drop(id: string): Promise<void>;
  drop(filter: DeadLetterFilter, options?: DeadLetterBatchOptions): Promise<DeadLetterBatchResult>;
  drop(
    which: string | DeadLetterFilter,
    options: DeadLetterBatchOptions = {},
  ): Promise<void | DeadLetterBatchResult> {
    return typeof which === 'string'
      ? this.dropOne(which)
      : this.each(which, (id) => this.dropOne(id), options);
  }

  private async redriveOne(id: string, { batch }: RedriveOptions = {}): Promise<void> {
    if (batch !== undefined && !(batch.length > 0 && batch.length <= LONGEST_BATCH))
      throw invalid('batch', `must have 1 to ${LONGEST_BATCH} characters`);
    await this.giveBack(id, ({ headers: { [REDRIVEN_IN]: _earlier, ...headers } }) => ({
      headers: batch === undefined ? headers : { ...headers, [REDRIVEN_IN]: batch },
    }));
  }

  private async giveBack(
    letterId: string,
    changes: (message: LogMessage) => Partial<LogMessage>,
  ): Promise<void> {
    const { log, deadLetters } = this.access();
    const letter = await deadLetters.get(letterId);
    if (letter === undefined) throw notFound(letterId);
    const { id, subscription, stored, failure } = letter;
    const message = { ...stored, ...changes(stored), history: [...stored.history, failure] };
    const move = async (): Promise<void> => {
      // Appended before it is removed: a crash in between duplicates the letter, but never loses it.
      await log.append(message, { subscription });
      await deadLetters.remove(id);
    };
    const { name, messageId, kind, headers } = message;
    const moved = { name, messageId, kind, headers: ownHeaders(headers), subscription };
    await (this.tracing === undefined ? move() : this.tracing.redriving(moved, move));
  }

  private async dropOne(id: string): Promise<void> {
    const { deadLetters, inbox } = this.access();
    const letter = isHolding(id) ? await deadLetters.get(id) : undefined;
    // Released before it is removed: a crash in between leaves a letter that can be dropped again.
    if (letter !== undefined)
      await new HeldKeys(inbox, this.ttlMs).release(letter.subscription, letter.stored);
    if (!(await deadLetters.remove(id))) throw notFound(id);
  }

  private async each(
    filter: DeadLetterFilter,
    act: (id: string) => Promise<void>,
    { onProgress }: DeadLetterBatchOptions,
  ): Promise<DeadLetterBatchResult> {
    let done = 0;
    let succeeded = 0;
    let failed = 0;
    const failures: DeadLetterBatchFailure[] = [];
    // The ids of all first: a letter that is redriven and fails again at once must not be met a second time.
    const ids: string[] = [];
    for await (const { id } of this.keysOf(filter)) ids.push(id);
    for (const id of ids) {
      try {
        await act(id);
        succeeded++;
      } catch (thrown) {
        const error = toError(thrown);
        if (error instanceof CatgaError && error.code === 'CATGA_SHUTTING_DOWN') throw error;
        // One that is gone was moved concurrently, or has expired.
        if (!isGone(error)) {
          failed++;
          if (failures.length < MOST_FAILURES) failures.push({ id, error: recordOf(error) });
        }
      }
      done++;
      onProgress?.({ done, failed, total: ids.length });
    }
    return { succeeded, failed, failures };
  }

  /** @param enough how many the caller takes at most */
  private async *keysOf(filter: DeadLetterFilter, enough = Infinity): AsyncGenerator<DeadLetterKey> {
    const { deadLetters } = this.access();
    const limit = Math.min(KEYS_AT_A_TIME, enough);
    let after: string | undefined;
    do {
      const page = await deadLetters.keys(filter, { limit, after });
      yield* page.items;
      after = page.next;
    } while (after !== undefined);
  }

  private describe(letter: StoredDeadLetter): DeadLetter {
    return describeDeadLetter(letter, this.decode(letter));
  }

  private decode({ stored }: StoredDeadLetter): unknown {
    try {
      return this.codec.decode(stored.name, stored.body, stored.serializer);
    } catch {
      return undefined; // An undecodable body is a common reason of a dead letter; `body` has the bytes.
    }
  }
}

function notFound(id: string): CatgaError {
  return new CatgaError('CATGA_DEAD_LETTER_NOT_FOUND', `There is no dead letter '${id}'.`, {
    details: { id },
  });
}

function isGone(error: Error): boolean {
  return error instanceof CatgaError && error.code === 'CATGA_DEAD_LETTER_NOT_FOUND';
}
