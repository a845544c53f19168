import { createHash } from 'node:crypto';

/** Lane of commands without a delay. */
export const PLAIN_LANE = 'plain';
/** Lane of delayed commands. */
export const DELAYED_LANE = 'later';

/** Names that a subject carries unchanged: words of letters, digits, `_` and `-`, separated by dots. */
const PLAIN_NAME = /^[\w-]+(\.[\w-]+)*$/;
const LONGEST_NAME = 160;
const LONGEST_ID = 48;
const NOT_A_WORD = /[^\w-]/gu;

/** Encodes a wire name as the end of a subject. Different names have different results. */
export function nameTokens(name: string): string {
  if (name.length > LONGEST_NAME) return `==${digestOf(name)}`; // No encoded name has this prefix.
  return PLAIN_NAME.test(name) ? name : spelt(name);
}

/** Encodes the id of a subscription as a subject token, which is also the prefix of its consumer names. */
export function subscriptionToken(id: string): string {
  const token = spelt(id);
  return token.length > LONGEST_ID ? `${token.slice(0, LONGEST_ID)}=${digestOf(id)}` : token;
}

/** Escapes each UTF-8 byte that is not part of a word as `=` and two hexadecimal digits. */
function spelt(text: string): string {
  return text.replace(NOT_A_WORD, (character) =>
    [...Buffer.from(character)]
      .map((byte) => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join(''),
  );
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
