import { allLetters } from '../all-letters.js';
import type { CatgaDeadLetters, DeadLetter, DeadLetterFilter } from '@catga/core';

/** Dead letters of one subscription, name and error. */
export interface LetterGroup {
  readonly subscription: string;
  readonly name: string;
  readonly error: Pick<DeadLetter['error'], 'name' | 'code' | 'message'>;
  count: number;
  readonly oldestFailedAt: Date;
  /** One of them. */
  readonly exampleId: string;
}

/** How many groups are told apart; texts of errors may differ without end. */
const MOST_GROUPS = 1000;

/** Counts the letters of a filter, the largest group first. */
export async function groupLetters(
  deadLetters: CatgaDeadLetters,
  filter: DeadLetterFilter,
  signal: AbortSignal,
): Promise<readonly LetterGroup[]> {
  const groups = new Map<string, LetterGroup>();
  for await (const letter of allLetters(deadLetters, filter)) {
    if (signal.aborted) break;
    add(groups, letter);
  }
  return [...groups.values()].sort((one, other) => other.count - one.count);
}

function add(groups: Map<string, LetterGroup>, letter: DeadLetter): void {
  const { id, subscription, name, failedAt } = letter;
  const { name: errorName, code, message } = letter.error;
  let error = { name: errorName, ...(code !== undefined && { code }), message: withoutNumbers(message) };
  let key = JSON.stringify([subscription, name, error]);
  if (!groups.has(key) && groups.size >= MOST_GROUPS) {
    error = { name: 'other', message: 'of any other kind' };
    key = JSON.stringify([subscription, error]);
  }
  const group = groups.get(key);
  if (group === undefined)
    groups.set(key, { subscription, name, error, count: 1, oldestFailedAt: failedAt, exampleId: id });
  else group.count++;
}

/** Errors that differ in ids and amounts only are one kind. */
function withoutNumbers(text: string): string {
  return text.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}|\d+/g, '#').slice(0, 200);
}
