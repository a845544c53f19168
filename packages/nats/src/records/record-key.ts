import { createHash } from 'node:crypto';

/** Parts that are valid subject tokens without encoding. */
const READABLE = /^(?=.{1,160}$)[\w-]+(~[\w-]+){0,3}$/;

/**
 * Key of an id in a bucket: its parts as subject tokens if they are valid ones, else its full SHA-256.
 */
export function recordKey(id: string): string {
  if (READABLE.test(id)) return `id.${id.replaceAll('~', '.')}`;
  return `sha256.${createHash('sha256').update(id).digest('base64url')}`;
}
