import { createHash } from 'node:crypto';

/** Parts that fit tokens of a subject as they are, and stay readable there. */
const READABLE = /^(?=.{1,160}$)[\w-]+(~[\w-]+){0,3}$/;

/**
 * The key of an id in a bucket: its parts as tokens, if a broker can carry them, or its whole SHA-256, which no other id
 * has.
 */
export function recordKey(id: string): string {
  if (READABLE.test(id)) return `id.${id.replaceAll('~', '.')}`;
  return `sha256.${createHash('sha256').update(id).digest('base64url')}`;
}
