import type { DeadLetter, DeadLetterFilter } from '../contracts/dead-letter.js';
import type { CatgaDeadLetters } from '../reliability/dead-letters.js';

/**
 * Dead letters of one subscription, name and error.
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
  /** One of them. */
  readonly exampleId: string;
}

/**
 * Groups of dead letters, the largest first.
 *
 * @publicApi
 */
export interface DeadLetterGroups {
  readonly groups: readonly DeadLetterGroup[];
  /** Number of letters that were read. */
  readonly counted: number;
  /** Whether these are all letters of the filter. */
  readonly isComplete: boolean;
}

/** Options of {@link groupDeadLetters}. */
export interface GroupingOptions {
  /** Ends the count after the current page. */
  readonly signal?: AbortSignal;
  /**
   * Maximum number of letters that are read, in whole pages of 1,000.
   * @defaultValue no limit
   */
  readonly most?: number;
}

type Counted = { -readonly [K in keyof DeadLetterGroup]: DeadLetterGroup[K] };

const PAGE = 1000;
/** How many groups are told apart; texts of errors may differ without end. */
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
  const groups = new Map<string, Counted>();
  let after: string | undefined;
  let counted = 0;
  const isStopped = (): boolean => signal?.aborted === true;
  do {
    const page = await deadLetters.list(filter, { limit: PAGE, ...(after !== undefined && { after }) });
    for (const letter of page.items) add(groups, letter);
    counted += page.items.length;
    after = page.next;
  } while (after !== undefined && counted < most && !isStopped());
  return {
    groups: [...groups.values()].sort((one, other) => other.count - one.count),
    counted,
    isComplete: after === undefined,
  };
}

/**
 * Identifies the group of a dead letter: the same for a letter and for its group.
 *
 * @publicApi
 */
export function deadLetterGroupKey(of: Pick<DeadLetterGroup, 'subscription' | 'name' | 'error'>): string {
  return JSON.stringify([of.subscription, of.name, kindOf(of.error)]);
}

function add(groups: Map<string, Counted>, letter: DeadLetter): void {
  const { id, subscription, name, failedAt } = letter;
  let error = kindOf(letter.error);
  let key = deadLetterGroupKey(letter);
  if (!groups.has(key) && groups.size >= MOST_GROUPS) {
    error = { name: 'other', message: 'of any other kind' };
    key = JSON.stringify([subscription, error]);
  }
  const group = groups.get(key);
  if (group === undefined)
    groups.set(key, { subscription, name, error, count: 1, oldestFailedAt: failedAt, exampleId: id });
  else group.count++;
}

function kindOf({ name, code, message }: DeadLetterGroup['error']): DeadLetterGroup['error'] {
  return { name, ...(code !== undefined && { code }), message: withoutNumbers(message) };
}

/** Errors that differ in ids and amounts only are one kind. */
function withoutNumbers(text: string): string {
  return text.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}|\d+/g, '#').slice(0, 200);
}
