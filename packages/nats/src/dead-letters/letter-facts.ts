import type { DeadLetterFacts } from '@catga/core/engine';
import { z } from 'zod';

/** Space that a dead letter needs for its reason and history, in bytes. Reserved, so that every stored message can become one. */
export const DEAD_LETTER_BYTES = 16_384;

/** Filterable fields of a dead letter, stored in a header, so that a list need not read message bodies. */
export interface LetterFacts extends DeadLetterFacts {
  /** Expiry by the server's clock, in milliseconds since 1970. */
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

/** Encodes to JSON in printable ASCII, for a header. */
export function encodeFacts(facts: LetterFacts): string {
  return JSON.stringify(facts).replace(BEYOND_ASCII, (character) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

/** Decodes the header; undefined if it is not a dead letter's. */
export function decodeFacts(header: string): LetterFacts | undefined {
  try {
    return schema.parse(JSON.parse(header));
  } catch {
    return undefined; // A foreign message in the dead-letter stream.
  }
}
