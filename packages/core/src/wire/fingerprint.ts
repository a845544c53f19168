import { hash } from 'node:crypto';
import { CatgaError, toError } from '../errors/catga-error.js';
import { contentText } from './content-text.js';
import type { ContentView } from './content-text.js';

/** Every supported Node has it, but not the types of the language version that is compiled for. */
type Scalars = string & { isWellFormed(): boolean };

/**
 * SHA-256 of a message's name and content: distinguishes a repeated message from a different one with the same id. It
 * is the same on every node, for an original message and for a decoded one. `CATGA_SERIALIZATION` if the message
 * contains a value that cannot be compared.
 */
export function fingerprint(name: string, message: object): string {
  const text = `${name.length}:${name}${contentOf(name, message)}`;
  // UTF-8 would map all lone surrogates to the same bytes.
  const bytes = (text as Scalars).isWellFormed() ? text : Buffer.from(`utf16:${text}`, 'utf16le');
  return hash('sha256', bytes, 'base64url');
}

/** See {@link contentText}. `CATGA_SERIALIZATION` if the message contains a value that cannot be compared. */
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
