/** What stands between parts, what spells it in a part, and what has no bytes in UTF-8. */
const SPELT = /[~%\p{Surrogate}]/gu;

/**
 * Texts as one: with `~` between them, and each `~`, `%` and half of a surrogate pair in them as `%` and its code in
 * hexadecimal digits. No two lists of texts become one key, whatever is in them, and none becomes that of a list with
 * another first text: what tells kinds of records apart stands there.
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
