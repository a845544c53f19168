import { randomBytes } from 'node:crypto';
import type { CatgaIds } from './catga-ids.js';

/** How many hexadecimal digits an id ends with: 48 random bits. */
const RANDOM_DIGITS = 12;
/** For how many ids random bytes are drawn at a time: a draw costs as much as ten ids. */
const IDS_PER_DRAW = 128;

/** Ids that ascend with time and that nobody can name before they are made: an id of the generator, and random digits. */
export class UnguessableIds {
  private digits = '';
  private used = 0;

  constructor(private readonly ids: CatgaIds) {}

  next(): string {
    if (this.used === this.digits.length) {
      this.digits = randomBytes((RANDOM_DIGITS / 2) * IDS_PER_DRAW).toString('hex');
      this.used = 0;
    }
    const from = this.used;
    this.used += RANDOM_DIGITS;
    return `${this.ids.next()}.${this.digits.slice(from, this.used)}`;
  }
}
