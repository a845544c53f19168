import { createHash } from 'node:crypto';
import type { DeadLetterFilter } from '@catga/core';
import {
  StoredMessageCodec,
  factsOfDeadLetter,
  fromCursor,
  matchesDeadLetter,
  toCursor,
} from '@catga/core/engine';
import type {
  DeadLetterKey,
  DeadLetterRange,
  DeadLetterStore,
  StoredDeadLetter,
  StoredDeadLetterPage,
} from '@catga/core/engine';
import type { ServerClock } from '../jetstream/server-clock.js';
import { readSubject } from '../jetstream/stream-reader.js';
import type { ReadOptions, ReaderServices } from '../jetstream/stream-reader.js';
import type { StoredEntry, StreamStore } from '../jetstream/stream-store.js';
import { readAckSubject } from '../jetstream/ack-subject.js';
import { HeaderBlock } from '../connection/header-block.js';
import { LETTER_HEADER, decodeFacts, encodeFacts } from './letter-facts.js';
import { LetterIndex, placeAfter } from './letter-index.js';
import type { Listed } from './letter-index.js';

/**
 * Dead-letter store: a stream with a subject per dead letter. The message is stored as in the log, with this failure at
 * the end of its history. A list reads the headers of all letters, because it is ordered by failure time.
 */
export class NatsDeadLetterStore implements DeadLetterStore {
  private readonly codec = new StoredMessageCodec();
  private readonly index = new LetterIndex((take, fromSequence) => this.read(take, { fromSequence }));

  /** @param prefix prefix of the subjects */
  constructor(
    private readonly prefix: string,
    private readonly store: StreamStore,
    private readonly serverClock: ServerClock,
    private readonly services: ReaderServices,
  ) {}

  async put(letter: StoredDeadLetter, ttlMs: number): Promise<void> {
    await this.store.keepFor(ttlMs);
    const expiresAtMs = (await this.serverClock.now()) + ttlMs;
    const { stored, failure } = letter;
    const payload = this.codec.encode({ ...stored, history: [...stored.history, failure] });
    const facts = encodeFacts({ ...factsOfDeadLetter(letter), expiresAtMs });
    await this.store.store(this.subjectOf(letter.id), payload, new HeaderBlock().set(LETTER_HEADER, facts));
  }

  async get(id: string): Promise<StoredDeadLetter | undefined> {
    const entry = await this.store.last(this.subjectOf(id));
    return entry === undefined ? undefined : this.open(entry, await this.serverClock.now());
  }

  async list(
    filter: DeadLetterFilter,
    { limit, after }: DeadLetterRange,
  ): Promise<StoredDeadLetterPage<StoredDeadLetter>> {
    const start = after === undefined ? undefined : fromCursor(after);
    const nowMs = await this.serverClock.now();
    const letters = await this.index.letters(start === undefined);
    const found: { readonly facts: Listed; readonly letter: StoredDeadLetter }[] = [];
    let from = start === undefined ? 0 : placeAfter(letters, start);
    // One more than requested shows whether there is a next page. Letters removed meanwhile are skipped.
    while (found.length <= limit && from < letters.length) {
      const wanted: Listed[] = [];
      for (; wanted.length <= limit - found.length && from < letters.length; from++) {
        const facts = letters[from];
        if (facts !== undefined && facts.expiresAtMs > nowMs && matchesDeadLetter(facts, filter))
          wanted.push(facts);
      }
      const entries = await Promise.all(wanted.map(({ sequence }) => this.store.at(sequence)));
      for (const [place, facts] of wanted.entries()) {
        const entry = entries[place];
        const letter = entry && this.open(entry, nowMs);
        if (letter !== undefined) found.push({ facts, letter });
      }
    }
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      items: page.map(({ letter }) => letter),
      next: found.length > limit && last !== undefined ? toCursor(last.facts) : undefined,
    };
  }

  /** Lists letters in stream order; each page continues where the previous one ended. */
  async keys(
    filter: DeadLetterFilter,
    { limit, after }: DeadLetterRange,
  ): Promise<StoredDeadLetterPage<DeadLetterKey>> {
    const fromSequence = after === undefined ? undefined : fromCursor(after).sequence + 1;
    const nowMs = await this.serverClock.now();
    const found: Listed[] = [];
    await this.read(
      (letter) => {
        if (letter.expiresAtMs > nowMs && matchesDeadLetter(letter, filter)) found.push(letter);
      },
      { fromSequence, isEnough: () => found.length > limit },
    );
    const page = found.slice(0, limit);
    const last = page.at(-1);
    const next = found.length > limit && last !== undefined ? toCursor(last) : undefined;
    return { items: page.map(({ id, subscription }) => ({ id, subscription })), next };
  }

  async remove(id: string): Promise<boolean> {
    const entry = await this.store.last(this.subjectOf(id));
    return entry !== undefined && this.store.remove(entry.sequence);
  }

  /** Calls back with the filterable fields of all letters, in stream order. */
  private async read(take: (letter: Listed) => void, options: ReadOptions = {}): Promise<void> {
    await readSubject(
      this.services,
      this.store,
      `${this.prefix}>`,
      ({ headers: found, reply }) => {
        const facts = decodeFacts(found?.get(LETTER_HEADER) ?? '');
        const sequence = readAckSubject(reply)?.sequence;
        if (facts !== undefined && sequence !== undefined) take({ ...facts, sequence });
      },
      { ...options, isHeadersOnly: true },
    );
  }

  private open({ headers: raw, data }: StoredEntry, nowMs: number): StoredDeadLetter | undefined {
    const [, header = ''] = new RegExp(`^${LETTER_HEADER}: *(.*?)\\r?$`, 'm').exec(raw) ?? [];
    const facts = decodeFacts(header);
    if (facts === undefined || facts.expiresAtMs <= nowMs) return undefined;
    let message;
    try {
      message = this.codec.decode(data);
    } catch {
      return undefined; // Written by a newer version, whose nodes can read it.
    }
    const failure = message.history.at(-1);
    if (failure === undefined) return undefined;
    const stored = { ...message, history: message.history.slice(0, -1) };
    return { id: facts.id, subscription: facts.subscription, stored, failure };
  }

  private subjectOf(id: string): string {
    return this.prefix + createHash('sha256').update(id).digest('base64url');
  }
}
