import { createHash } from 'node:crypto';

/** Longest part of a key that is not shortened, in characters. */
const LONGEST = 200;

/** Key of a record of event sourcing. No two lists of parts have one key. */
export function recordKey(...parts: readonly string[]): string {
  return ['events', ...parts.map(partOf)].join('/');
}

function partOf(text: string): string {
  const part = text.replaceAll('%', '%25').replaceAll('/', '%2F');
  if (part !== '' && part.length <= LONGEST) return part;
  // No other part begins so.
  return `%sha256~${createHash('sha256').update(text).digest('hex')}`;
}
