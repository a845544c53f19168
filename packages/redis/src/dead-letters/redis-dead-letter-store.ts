import type { DeadLetterFilter } from '@catga/core';
import { fromCursor, matchesDeadLetter, toCursor } from '@catga/core/engine';
import type {
  DeadLetterKey,
  DeadLetterRange,
  DeadLetterStore,
  StoredDeadLetter,
  StoredDeadLetterPage,
} from '@catga/core/engine';
import { bytesOf, listOf, numberOf } from '../connection/lua-script.js';
import type { LuaReply } from '../connection/lua-script.js';
import type { RedisSession } from '../connection/redis-session.js';
import { decodeDeadLetter, decodeDeadLetterFacts, encodeDeadLetter } from './dead-letter-bytes.js';
import { fromPlace, placeOfTime, toPlace } from './dead-letter-place.js';
import { putDeadLetter } from './scripts/put-dead-letter.lua.js';
import { readLetterFacts } from './scripts/read-letter-facts.lua.js';
import { removeDeadLetter } from './scripts/remove-dead-letter.lua.js';

/** Minimum number of letters per scan, if there is a filter. */
const READ_AT_A_TIME = 128;

/** Number of the oldest letters checked for expiry when a letter is put. */
const REMOVED_AT_A_TIME = 8;
/** A place in the order, with the id of its letter. */
const PLACE = /^\d+~\d+~(.*)$/s;

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
    await this.session.run(putDeadLetter, [this.letter(letter.id), ...this.index, this.sequence], args);
    await this.removeLapsed().catch(() => {}); // Otherwise removed at the next put or list.
  }

  async get(id: string): Promise<StoredDeadLetter | undefined> {
    const bytes = await this.session.ask((client) => client.getBuffer(this.letter(id)));
    return bytes === null ? undefined : decodeDeadLetter(bytes);
  }

  async list(
    filter: DeadLetterFilter,
    range: DeadLetterRange,
  ): Promise<StoredDeadLetterPage<StoredDeadLetter>> {
    const { items, next } = await this.keys(filter, range);
    const letters = await Promise.all(items.map(({ id }) => this.get(id)));
    // Letters removed between the two requests are skipped.
    return { items: letters.filter((letter) => letter !== undefined), next };
  }

  async keys(
    filter: DeadLetterFilter,
    { limit, after }: DeadLetterRange,
  ): Promise<StoredDeadLetterPage<DeadLetterKey>> {
    const { since, until } = filter;
    const items: DeadLetterKey[] = [];
    const end = until === undefined ? '+' : `(${placeOfTime(until.getTime())}`;
    let from = after === undefined ? undefined : `(${toPlace(fromCursor(after))}${AFTER}`;
    const sincePlace = since === undefined ? '-' : `[${placeOfTime(since.getTime())}`;
    if (from === undefined || from.slice(1) < sincePlace.slice(1)) from = sincePlace;
    let last = '';
    for (;;) {
      const count = Math.max(READ_AT_A_TIME, limit + 1);
      const looked = await this.places(from, end, count);
      const found = await this.facts(looked);
      for (let at = 0; at + 1 < found.length; at += 2) {
        const facts = decodeDeadLetterFacts(bytesOf(found[at + 1]));
        if (facts === undefined || !matchesDeadLetter(facts, filter)) continue;
        if (items.length === limit) return { items, next: toCursor(fromPlace(last)) };
        items.push({ id: facts.id, subscription: facts.subscription });
        last = bytesOf(found[at]).toString();
      }
      if (looked.length < count) return { items, next: undefined };
      from = `(${looked.at(-1)}`;
    }
  }

  async remove(id: string): Promise<boolean> {
    return numberOf(await this.session.run(removeDeadLetter, [this.letter(id), ...this.index], [id])) === 1;
  }

  /** Removes the oldest places whose letters have expired. The oldest expire first, so a few per put suffice. */
  private async removeLapsed(): Promise<void> {
    await this.facts(await this.places('-', '+', REMOVED_AT_A_TIME));
  }

  private places(from: string, end: string, count: number): Promise<readonly string[]> {
    return this.session.ask((client) => client.zrangebylex(this.order, from, end, 'LIMIT', 0, count));
  }

  /** Places and facts of the existing letters, alternating. */
  private async facts(places: readonly string[]): Promise<readonly LuaReply[]> {
    if (places.length === 0) return [];
    // Foreign members of the set have no letter, and are removed.
    const letters = places.map((place) => ({ place, id: PLACE.exec(place)?.[1] ?? '' }));
    const keys = [...this.index, ...letters.map(({ id }) => this.letter(id))];
    const args = letters.flatMap(({ place, id }) => [place, id]);
    return listOf(await this.session.run(readLetterFacts, keys, args));
  }

  private letter(id: string): string {
    return `${this.prefix}:letter:${id}`;
  }

  private get order(): string {
    return `${this.prefix}:order`;
  }

  /** Keys of the order. */
  private get index(): readonly [string, string] {
    return [this.order, `${this.prefix}:places`];
  }

  private get sequence(): string {
    return `${this.prefix}:sequence`;
  }
}
