import { createHash } from 'node:crypto';
import type { DeadLetterFilter, DeadLetterPageRequest } from '@catga/core';
import {
  StoredMessageCodec,
  comparePositions,
  factsOfDeadLetter,
  fromCursor,
  matchesDeadLetter,
  toCursor,
} from '@catga/core/engine';
import type { DeadLetterStore, StoredDeadLetter } from '@catga/core/engine';
import type { ServerClock } from '../jetstream/server-clock.js';
import { readSubject } from '../jetstream/stream-reader.js';
import type { ReaderServices } from '../jetstream/stream-reader.js';
import type { StoredEntry, StreamStore } from '../jetstream/stream-store.js';
import { readAckSubject } from '../log/ack-subject.js';
import { HeaderBlock } from '../connection/header-block.js';
import { LETTER_HEADER, decodeFacts, encodeFacts } from './letter-facts.js';
import type { LetterFacts } from './letter-facts.js';

type Page = Required<Pick<DeadLetterPageRequest, 'limit'>> & DeadLetterPageRequest;

interface Listed extends LetterFacts {
  readonly sequence: number;
}

/**
 * A stream with a subject for each dead letter. The message is stored as in the log, with this failure as the last of its
 * history. A list reads the headers of all letters: there should be few.
 */
export class NatsDeadLetterStore implements DeadLetterStore {
  private readonly codec = new StoredMessageCodec();

  /** @param prefix what the subjects begin with */
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
    { limit, after }: Page,
  ): Promise<{ readonly items: readonly StoredDeadLetter[]; readonly next: string | undefined }> {
    const start = after === undefined ? undefined : fromCursor(after);
    const nowMs = await this.serverClock.now();
    const listed = await this.listed();
    const found = listed
      .filter((facts) => facts.expiresAtMs > nowMs && matchesDeadLetter(facts, filter))
      .filter((facts) => start === undefined || comparePositions(facts, start) > 0)
      .toSorted(comparePositions);
    const page = found.slice(0, limit);
    const entries = await Promise.all(page.map(({ sequence }) => this.store.at(sequence)));
    const items = entries
      .map((entry) => entry && this.open(entry, nowMs))
      .filter((letter) => letter !== undefined);
    const last = page.at(-1);
    return { items, next: found.length > limit && last !== undefined ? toCursor(last) : undefined };
  }

  async remove(id: string): Promise<boolean> {
    const entry = await this.store.last(this.subjectOf(id));
    return entry !== undefined && this.store.remove(entry.sequence);
  }

  private async listed(): Promise<Listed[]> {
    const listed: Listed[] = [];
    await readSubject(
      this.services,
      this.store.shape.name,
      `${this.prefix}>`,
      ({ headers: found, reply }) => {
        const facts = decodeFacts(found?.get(LETTER_HEADER) ?? '');
        const sequence = readAckSubject(reply)?.sequence;
        if (facts !== undefined && sequence !== undefined) listed.push({ ...facts, sequence });
      },
      { isHeadersOnly: true },
    );
    return listed;
  }

  private open({ headers: raw, data }: StoredEntry, nowMs: number): StoredDeadLetter | undefined {
    const [, header = ''] = new RegExp(`^${LETTER_HEADER}: *(.*?)\\r?$`, 'm').exec(raw) ?? [];
    const facts = decodeFacts(header);
    if (facts === undefined || facts.expiresAtMs <= nowMs) return undefined;
    let message;
    try {
      message = this.codec.decode(data);
    } catch {
      return undefined; // Written by a newer version: a node of that version shows it.
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
