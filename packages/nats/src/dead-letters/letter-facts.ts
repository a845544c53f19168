import type { DeadLetterFacts } from '@catga/core/engine';
import { z } from 'zod';

/** What a dead letter is listed by: a header of its message, so that a list need not read the messages. */
export interface LetterFacts extends DeadLetterFacts {
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
