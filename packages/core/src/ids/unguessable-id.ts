import { randomUUID } from 'node:crypto';
import type { CatgaIds } from './catga-ids.js';

/** How many hexadecimal digits of a random UUID an id ends with: 48 bits. */
const RANDOM_DIGITS = 12;

/** An id that ascends with time and that nobody can name before it is made: an id of the generator, and random digits. */
export function unguessableId(ids: CatgaIds): string {
  return `${ids.next()}.${randomUUID().slice(-RANDOM_DIGITS)}`;
}
