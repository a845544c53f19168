import type { DeadLetter, DeadLetterFilter } from '../contracts/dead-letter.js';
import type { CatgaDeadLetters } from '../reliability/dead-letters.js';

/**
 * Group of dead letters with one subscription, name and error.
 *
 * @publicApi
 */
export interface DeadLetterGroup {
  readonly subscription: string;
  readonly name: string;
  /** Numbers and ids in the message are replaced by `#`. */
  readonly error: Pick<DeadLetter['error'], 'name' | 'code' | 'message'>;
  readonly count: number;
  readonly oldestFailedAt: Date;
  /** Id of one of its letters. */
  readonly exampleId: string;
}

/**
 * Groups of dead letters, the largest first.
 *
 * @publicApi
 */
export interface DeadLetterGroups {
  readonly groups: readonly DeadLetterGroup[];
  /** Number of letters read. */
  readonly counted: number;
  /** Whether all letters of the filter were read. */
  readonly isComplete: boolean;
}

/** Options of {@link groupDeadLetters}. */
export interface GroupingOptions {
  /** Ends the count after the current page. */
  readonly signal?: AbortSignal;
  /**
   * Maximum number of letters to read, in whole pages of 1,000.
   * @defaultValue no limit
   */
  readonly most?: number;
}

type Counted = { -readonly [K in keyof DeadLetterGroup]: DeadLetterGroup[K] };

const PAGE = 1000;
/** Maximum number of groups, because error texts are unbounded. */
const MOST_GROUPS = 1000;

/**
 * Counts the dead letters of a filter by subscription, name and error, page by page. The groups after the first 1,000 are counted
 * as one of the error name `other`.
 *
 * @publicApi
 */
export async function groupDeadLetters(
  deadLetters: Pick<CatgaDeadLetters, 'list'>,
  filter: DeadLetterFilter,
  { signal, most = Infinity }: GroupingOptions = {},
): Promise<DeadLetterGroups> {
  const count = new DeadLetterCount(deadLetters, filter);
  const isStopped = (): boolean => signal?.aborted === true;
  do await count.next();
  while (!count.isComplete && count.counted < most && !isStopped());
  return count;
}

/**
 * Continuous count, like {@link groupDeadLetters}: after the last page it reads that page again, with newer letters. Letters removed from
 * earlier pages stay counted.
 *
 * @publicApi
 */
export class DeadLetterCount implements DeadLetterGroups {
  counted = 0;
  isComplete = false;
  private readonly known = new Map<string, Counted>();
  private after: string | undefined;
  /** Keys of the letters of the last page. */
  private last: readonly string[] = [];

  constructor(
    private readonly deadLetters: Pick<CatgaDeadLetters, 'list'>,
    private readonly filter: DeadLetterFilter,
  ) {}

  get groups(): readonly DeadLetterGroup[] {
    return [...this.known.values()].sort((one, other) => other.count - one.count);
  }

  /** Reads the next page. */
  async next(): Promise<void> {
    const { after } = this;
    const page = await this.deadLetters.list(this.filter, {
      limit: PAGE,
      ...(after !== undefined && { after }),
    });
    for (const key of this.last) this.remove(key);
    const keys = page.items.map((letter) => this.add(letter));
    this.counted += keys.length - this.last.length;
    this.isComplete = page.next === undefined;
    this.last = this.isComplete ? keys : [];
    this.after = page.next ?? after;
  }

  private add(letter: DeadLetter): string {
    const { id, subscription, name, failedAt } = letter;
    let error = kindOf(letter.error);
    let key = deadLetterGroupKey(letter);
    if (!this.known.has(key) && this.known.size >= MOST_GROUPS) {
      error = { name: 'other', message: 'of any other kind' };
      key = JSON.stringify([subscription, error]);
    }
    const group = this.known.get(key);
    if (group === undefined)
      this.known.set(key, { subscription, name, error, count: 1, oldestFailedAt: failedAt, exampleId: id });
    else group.count++;
    return key;
  }

  private remove(key: string): void {
    const group = this.known.get(key);
    if (group !== undefined && --group.count === 0) this.known.delete(key);
  }
}

/**
 * Key of the group of a dead letter, the same for a letter and its group.
 *
 * @publicApi
 */
export function deadLetterGroupKey(of: Pick<DeadLetterGroup, 'subscription' | 'name' | 'error'>): string {
  return JSON.stringify([of.subscription, of.name, kindOf(of.error)]);
}

function kindOf({ name, code, message }: DeadLetterGroup['error']): DeadLetterGroup['error'] {
  return { name, ...(code !== undefined && { code }), message: withoutNumbers(message) };
}

/** Replaces numbers, so that errors that differ only in ids and amounts are grouped. */
function withoutNumbers(text: string): string {
  return text.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}|\d+/g, '#').slice(0, 200);
}
