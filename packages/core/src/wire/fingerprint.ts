import { createHash } from 'node:crypto';
import { configure } from 'safe-stable-stringify';

const stable = configure({ deterministic: true, bigint: true, circularValue: TypeError });

/** JSON with sorted keys: two equal values give one text, however their objects were made. */
export function stableJson(value: unknown): string {
  return stable(value) ?? 'undefined';
}

/** SHA-256 of a message's name and content: what tells a repeat of a message from another one under the same id. */
export function fingerprint(name: string, message: object): string {
  return createHash('sha256').update(name).update('\0').update(stableJson(message)).digest('base64url');
}
