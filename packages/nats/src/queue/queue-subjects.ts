import { createHash } from 'node:crypto';

/** Where a command goes that is to run as soon as it can. */
export const PLAIN_LANE = 'plain';
/** Where commands go that are not to run before some time. */
export const DELAYED_LANE = 'later';

/** What a subject carries as it is: words of letters, digits, `_` and `-`, with dots between them. */
const PLAIN_NAME = /^[\w-]+(\.[\w-]+)*$/;
const LONGEST_NAME = 160;
const LONGEST_ID = 48;
const NOT_A_WORD = /[^\w-]/gu;

/** A wire name as the end of a subject. No two names have one form. */
export function nameTokens(name: string): string {
  if (name.length > LONGEST_NAME) return `==${digestOf(name)}`; // No name is spelt so.
  return PLAIN_NAME.test(name) ? name : spelt(name);
}

/** The id of a subscription as a token of a subject, and the beginning of the names of its consumers. */
export function subscriptionToken(id: string): string {
  const token = spelt(id);
  return token.length > LONGEST_ID ? `${token.slice(0, LONGEST_ID)}=${digestOf(id)}` : token;
}

/** `=` and two hexadecimal digits for each byte of UTF-8 that is not part of a word. */
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
