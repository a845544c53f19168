import { createHash } from 'node:crypto';

/** What fits a subject token as it is, and stays readable there. */
const READABLE = /^[A-Za-z0-9_-]{1,128}$/;

/** The key of an id in a bucket: the id, if a broker can carry it, or its whole SHA-256, which no other id has. */
export function recordKey(id: string): string {
  if (READABLE.test(id)) return `id.${id}`;
  return `sha256.${createHash('sha256').update(id).digest('base64url')}`;
}
