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
  return part.replace(SPELT, (unit) => `%${unit.charCodeAt(0).toString(16).toUpperCase()}`);
}
