import { createHash } from 'node:crypto';

/** Maximum size of a text in an index, in bytes: PostgreSQL limits an index entry to about 2,700 bytes. */
const LONGEST = 400;

/** Escapes NUL, which PostgreSQL's text cannot contain, as `\0`, and a backslash as two. */
export function toDatabaseText(text: string): string {
  return text.includes('\\') || text.includes('\0')
    ? text.replaceAll('\\', '\\\\').replaceAll('\0', '\\0')
    : text;
}

/** Inverse of {@link toDatabaseText}. */
export function toText(text: string): string {
  return text.replaceAll(/\\([\\0])/g, (_, character) => (character === '0' ? '\0' : '\\'));
}

/** Text of a primary key: a long one is truncated, with its SHA-256 appended. */
export function toIndexedText(text: string): string {
  const safe = toDatabaseText(text);
  if (Buffer.byteLength(safe) <= LONGEST) return safe;
  return `${safe.slice(0, 100)}\\sha256:${createHash('sha256').update(safe).digest('hex')}`;
}
