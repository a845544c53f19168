import { createHash } from 'node:crypto';
import { configure } from 'safe-stable-stringify';
import { CatgaError, toError } from '../errors/catga-error.js';

const stable = configure({ deterministic: true, bigint: true, circularValue: TypeError });

/** JSON with sorted keys: two equal values give one text, however their objects were made. */
export function stableJson(value: unknown): string {
  return stable(value) ?? 'undefined';
}

/**
 * SHA-256 of a message's name and content: what tells a repeat of a message from another one under the same id.
 * `CATGA_SERIALIZATION` for a message that holds a cycle.
 */
export function fingerprint(name: string, message: object): string {
  return createHash('sha256').update(name).update('\0').update(contentOf(name, message)).digest('base64url');
}

function contentOf(name: string, message: object): string {
  try {
    return stableJson(message);
  } catch (thrown) {
    throw new CatgaError('CATGA_SERIALIZATION', `${name} cannot be compared: ${toError(thrown).message}`, {
      details: { name },
      cause: thrown,
    });
  }
}
