import type {
  DeadLetter,
  DeadLetterFilter,
  DeadLetterPage,
  DeadLetterPageRequest,
} from '../contracts/dead-letter.js';
import { CatgaError } from '../errors/catga-error.js';
import type { DeadLetterStore, StoredDeadLetter } from '../ports/dead-letter-store.js';
import type { DurableLog } from '../ports/durable-log.js';
import type { Codec } from '../wire/codec.js';
import { describeDeadLetter } from './dead-letter-record.js';

const DEFAULT_PAGE = 100;
const LARGEST_PAGE = 1000;

/** What the API works on: an engine's log and dead-letter store. */
export interface DeadLetterAccess {
  readonly log: DurableLog;
  readonly deadLetters: DeadLetterStore;
}

/**
 * The messages that handlers gave up on: look into them, try them again, or drop them.
 *
 * Every method rejects with `CATGA_SHUTTING_DOWN` before the application has started and after it stopped.
 *
 * @publicApi
 */
export class CatgaDeadLetters {
  constructor(
    private readonly access: () => DeadLetterAccess,
    private readonly codec: Codec,
  ) {}

  /** A page of the dead letters that match, oldest first. `CATGA_VALIDATION_FAILED` for a wrong page size. */
  async list(filter: DeadLetterFilter = {}, page: DeadLetterPageRequest = {}): Promise<DeadLetterPage> {
    const limit = page.limit ?? DEFAULT_PAGE;
    if (!Number.isInteger(limit) || limit < 1 || limit > LARGEST_PAGE) {
      throw new CatgaError(
        'CATGA_VALIDATION_FAILED',
        `limit must be a whole number from 1 to ${LARGEST_PAGE}.`,
        {
          details: {
            issues: [{ path: 'limit', message: `must be a whole number from 1 to ${LARGEST_PAGE}` }],
          },
        },
      );
    }
    const { items, next } = await this.access().deadLetters.list(filter, { ...page, limit });
    return { items: items.map((letter) => this.describe(letter)), next };
  }

  /** One dead letter, or undefined. */
  async get(id: string): Promise<DeadLetter | undefined> {
    const letter = await this.access().deadLetters.get(id);
    return letter && this.describe(letter);
  }

  /**
   * Gives one (by id) or many (by filter) back to the handlers that failed on them, and only to those. The message
   * keeps its id; its attempts begin at 1 again, and the failures so far become its history.
   * Resolves with how many. `CATGA_DEAD_LETTER_NOT_FOUND` for an unknown id.
   */
  async redrive(which: string | DeadLetterFilter): Promise<number> {
    const { log, deadLetters } = this.access();
    return this.forEach(which, async ({ id, subscription, stored, failure }) => {
      const message = { ...stored, history: [...stored.history, failure] };
      // Appended before it is removed: a crash between the two leaves a letter too many, never one too few.
      await log.append(message, { subscription });
      await deadLetters.remove(id);
    });
  }

  /** Forgets one (by id) or many (by filter). Resolves with how many. `CATGA_DEAD_LETTER_NOT_FOUND` for an unknown id. */
  async drop(which: string | DeadLetterFilter): Promise<number> {
    const { deadLetters } = this.access();
    return this.forEach(which, async ({ id }) => {
      await deadLetters.remove(id);
    });
  }

  private async forEach(
    which: string | DeadLetterFilter,
    act: (letter: StoredDeadLetter) => Promise<void>,
  ): Promise<number> {
    const { deadLetters } = this.access();
    if (typeof which === 'string') {
      const letter = await deadLetters.get(which);
      if (letter === undefined) {
        throw new CatgaError('CATGA_DEAD_LETTER_NOT_FOUND', `There is no dead letter '${which}'.`, {
          details: { id: which },
        });
      }
      await act(letter);
      return 1;
    }
    // All ids first: a letter that is redriven and fails again at once must not be met a second time.
    const letters: StoredDeadLetter[] = [];
    let after: string | undefined;
    do {
      const page = await deadLetters.list(which, { limit: LARGEST_PAGE, after });
      letters.push(...page.items);
      after = page.next;
    } while (after !== undefined);
    for (const letter of letters) await act(letter);
    return letters.length;
  }

  private describe(letter: StoredDeadLetter): DeadLetter {
    return describeDeadLetter(letter, this.decode(letter));
  }

  private decode({ stored }: StoredDeadLetter): unknown {
    try {
      return this.codec.decode(stored.name, stored.body, stored.serializer);
    } catch {
      return undefined; // An undecodable body is often why it is here; `body` has the bytes.
    }
  }
}
