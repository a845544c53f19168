/** The separator, the escape character, and lone surrogates. */
const SPELT = /[~%\p{Surrogate}]/gu;

/**
 * Joins texts with `~`; each `~`, `%` and lone surrogate in them becomes `%` and its code in
 * hexadecimal digits. Different lists of texts give different keys. The first text identifies the kind of record.
 */
export function joinedKey(...parts: readonly string[]): string {
  let key = '';
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index] as string;
    key += index === 0 ? spelt(part) : `~${spelt(part)}`;
  }
  return key;
}

function spelt(part: string): string {
  if (isPlain(part)) return part;
  return part.replace(SPELT, (unit) => `%${unit.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Whether a text is ASCII without the separator and the escape character, as nearly every id is. */
function isPlain(part: string): boolean {
  for (let index = 0; index < part.length; index++) {
    const code = part.charCodeAt(index);
    if (code > 0x7d || code === 0x25) return false;
  }
  return true;
}
