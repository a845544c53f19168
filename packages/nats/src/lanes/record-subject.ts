/** Parts of a key that are valid subject tokens. */
const PLAIN = /^[\w-]{1,160}$/;

/** Encodes the key of a record as subject tokens, one for each part; `=` and base64url of UTF-16 if it is not a valid token. */
export function recordTokens(key: string): string {
  return key
    .split('/')
    .map((part) => (PLAIN.test(part) ? part : `=${Buffer.from(part, 'utf16le').toString('base64url')}`))
    .join('.');
}

/** Inverse of {@link recordTokens}. */
export function recordKeyOf(tokens: string): string {
  return tokens
    .split('.')
    .map((token) =>
      token.startsWith('=') ? Buffer.from(token.slice(1), 'base64url').toString('utf16le') : token,
    )
    .join('/');
}
