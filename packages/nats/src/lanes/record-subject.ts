/** A part that a token of a subject carries as it is. */
const PLAIN = /^[\w-]{1,160}$/;

/** The key of a record as the end of a subject: a token for each part, `=` and base64url of UTF-16 where it is not plain. */
export function recordTokens(key: string): string {
  return key
    .split('/')
    .map((part) => (PLAIN.test(part) ? part : `=${Buffer.from(part, 'utf16le').toString('base64url')}`))
    .join('.');
}

/** The key that {@link recordTokens} was given. */
export function recordKeyOf(tokens: string): string {
  return tokens
    .split('.')
    .map((token) =>
      token.startsWith('=') ? Buffer.from(token.slice(1), 'base64url').toString('utf16le') : token,
    )
    .join('/');
}
