import { hash } from 'node:crypto';
import { CatgaError, toError } from '../errors/catga-error.js';
import { contentText } from './content-text.js';
import type { ContentView } from './content-text.js';

/** In every Node there is, but not in the types of the language version that is compiled for. */
type Scalars = string & { isWellFormed(): boolean };

/**
 * SHA-256 of a message's name and content: what tells a repeat of a message from another one under the same id. It is
 * the same on every node, for a message that was made there and for one that came over the wire.
 * `CATGA_SERIALIZATION` for a message that holds what cannot be compared.
 */
export function fingerprint(name: string, message: object): string {
  const text = `${name.length}:${name}${contentOf(name, message)}`;
  // Half a surrogate pair has no bytes in UTF-8: all of them would be one.
  const bytes = (text as Scalars).isWellFormed() ? text : Buffer.from(`utf16:${text}`, 'utf16le');
  return hash('sha256', bytes, 'base64url');
}

/** See {@link contentText}. `CATGA_SERIALIZATION` for a message that holds what cannot be compared. */
export function contentOf(name: string, message: object, view?: ContentView): string {
  try {
    return contentText(message, view);
  } catch (thrown) {
    throw new CatgaError('CATGA_SERIALIZATION', `${name} cannot be compared: ${toError(thrown).message}.`, {
      details: { name },
      cause: thrown,
    });
  }
}
