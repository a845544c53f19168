import type { DeadLetterFilter } from '@catga/core';
import { fromCursor, matchesDeadLetter, toCursor } from '@catga/core/engine';
import type {
  DeadLetterRange,
  DeadLetterStore,
  StoredDeadLetter,
  StoredDeadLetterPage,
} from '@catga/core/engine';
import { bytesOf, listOf, numberOf } from '../connection/lua-script.js';
import type { RedisSession } from '../connection/redis-session.js';
import { decodeDeadLetter, decodeDeadLetterFacts, encodeDeadLetter } from './dead-letter-bytes.js';
import { fromPlace, placeOfTime, toPlace } from './dead-letter-place.js';
import { listDeadLetters } from './scripts/list-dead-letters.lua.js';
import { putDeadLetter } from './scripts/put-dead-letter.lua.js';
import { removeDeadLetter } from './scripts/remove-dead-letter.lua.js';

/** Minimum number of letters per scan, if there is a filter. */
const READ_AT_A_TIME = 128;

/** Sorts after all digits and separators: upper bound of a prefix. */
const AFTER = '\u{7f}';

/** Dead-letter store: a key with a time to live per letter, and their order in a lexicographic sorted set. */
export class RedisDeadLetterStore implements DeadLetterStore {
  constructor(
    private readonly session: RedisSession,
    private readonly prefix: string,
  ) {}

  async put(letter: StoredDeadLetter, ttlMs: number): Promise<void> {
    const place = placeOfTime(letter.failure.failedAt.getTime());
    const args = [letter.id, place, encodeDeadLetter(letter), Math.max(1, Math.ceil(ttlMs))];
    await this.session.run(putDeadLetter, [this.prefix], args);
  }

  async get(id: string): Promise<StoredDeadLetter | undefined> {
    const bytes = await this.session.ask((client) => client.getBuffer(`${this.prefix}:letter:${id}`));
    return bytes === null ? undefined : decodeDeadLetter(bytes);
  }

  async list(
    filter: DeadLetterFilter,
    range: DeadLetterRange,
  ): Promise<StoredDeadLetterPage<StoredDeadLetter>> {
    const { items, next } = await this.ids(filter, range);
    const letters = await Promise.all(items.map((id) => this.get(id)));
    // Letters removed between the two requests are skipped.
    return { items: letters.filter((letter) => letter !== undefined), next };
  }

  async ids(
    filter: DeadLetterFilter,
    { limit, after }: DeadLetterRange,
  ): Promise<StoredDeadLetterPage<string>> {
    const { since, until } = filter;
    const items: string[] = [];
    const end = until === undefined ? '+' : `(${placeOfTime(until.getTime())}`;
    let from = after === undefined ? undefined : `(${toPlace(fromCursor(after))}${AFTER}`;
    const sincePlace = since === undefined ? '-' : `[${placeOfTime(since.getTime())}`;
    if (from === undefined || from.slice(1) < sincePlace.slice(1)) from = sincePlace;
    let last = '';
    for (;;) {
      const count = Math.max(READ_AT_A_TIME, limit + 1);
      const [looked, ...found] = listOf(
        await this.session.run(listDeadLetters, [this.prefix], [from, end, count]),
      );
      for (let at = 0; at + 1 < found.length; at += 2) {
        const facts = decodeDeadLetterFacts(bytesOf(found[at + 1]));
        if (facts === undefined || !matchesDeadLetter(facts, filter)) continue;
        if (items.length === limit) return { items, next: toCursor(fromPlace(last)) };
        items.push(facts.id);
        last = bytesOf(found[at]).toString();
      }
      const lookedAt = bytesOf(looked).toString();
      if (lookedAt === '') return { items, next: undefined };
      from = `(${lookedAt}`;
    }
  }

  async remove(id: string): Promise<boolean> {
    return numberOf(await this.session.run(removeDeadLetter, [this.prefix], [id])) === 1;
  }
}
