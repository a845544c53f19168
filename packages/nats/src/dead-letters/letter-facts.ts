import type { StoredDeadLetter } from '@catga/core/engine';
import type { DeadLetterFilter } from '@catga/core';
import { z } from 'zod';

/** What a dead letter is listed by: a header of its message, so that a list need not read the messages. */
export interface LetterFacts {
  readonly id: string;
  readonly subscription: string;
  readonly messageId: string;
  readonly name: string;
  readonly errorCode?: string | undefined;
  readonly failedAtMs: number;
  /** By the server's clock, in milliseconds since 1970. */
  readonly expiresAtMs: number;
}

export const LETTER_HEADER = 'Catga-Dead-Letter';

const BEYOND_ASCII = /[^ -~]/gu;

const schema = z.object({
  id: z.string(),
  subscription: z.string(),
  messageId: z.string(),
  name: z.string(),
  errorCode: z.string().optional(),
  failedAtMs: z.number(),
  expiresAtMs: z.number(),
});

export function factsOf(letter: StoredDeadLetter, expiresAtMs: number): LetterFacts {
  const { id, subscription, stored, failure } = letter;
  const { messageId, name } = stored;
  const failedAtMs = failure.failedAt.getTime();
  return { id, subscription, messageId, name, errorCode: failure.error.code, failedAtMs, expiresAtMs };
}

/** JSON in printable ASCII, as a header carries it. */
export function encodeFacts(facts: LetterFacts): string {
  return JSON.stringify(facts).replace(BEYOND_ASCII, (character) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

/** Undefined for a header that is not of a dead letter. */
export function decodeFacts(header: string): LetterFacts | undefined {
  try {
    return schema.parse(JSON.parse(header));
  } catch {
    return undefined; // Something else was put where the dead letters are; it is none.
  }
}

export function matches(facts: LetterFacts, filter: DeadLetterFilter): boolean {
  return (
    (filter.messageId === undefined || facts.messageId === filter.messageId) &&
    (filter.name === undefined || facts.name === filter.name) &&
    (filter.subscription === undefined || facts.subscription === filter.subscription) &&
    (filter.errorCode === undefined || facts.errorCode === filter.errorCode) &&
    (filter.since === undefined || facts.failedAtMs >= filter.since.getTime()) &&
    (filter.until === undefined || facts.failedAtMs < filter.until.getTime())
  );
}
