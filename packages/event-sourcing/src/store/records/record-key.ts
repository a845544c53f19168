import { createHash } from 'node:crypto';

/** Maximum length of a part of a key that is not hashed, in characters. */
const LONGEST = 200;

/** Key of a record of event sourcing. Different parts give different keys. */
export function recordKey(...parts: readonly string[]): string {
  return ['events', ...parts.map(partOf)].join('/');
}

function partOf(text: string): string {
  const part = text.replaceAll('%', '%25').replaceAll('/', '%2F');
  if (part !== '' && part.length <= LONGEST) return part;
  // No other part has this prefix.
  return `%sha256~${createHash('sha256').update(text).digest('hex')}`;
}
