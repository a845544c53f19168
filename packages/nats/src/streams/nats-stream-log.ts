import { randomUUID } from 'node:crypto';
import type { NewStreamEntry, StreamEntry, StreamLog, StreamLogState } from '@catga/core/engine';
import { tooLarge } from '../connection/broker-errors.js';
import type { ClientMessage } from '../connection/client-connection.js';
import { HeaderBlock } from '../connection/header-block.js';
import { readAckSubject } from '../jetstream/ack-subject.js';
import { EXPECTED_LAST } from '../jetstream/bucket.js';
import { readSubject } from '../jetstream/stream-reader.js';
import type { ReadOptions, ReaderServices } from '../jetstream/stream-reader.js';
import type { StoredEntry, StreamInfo, StreamStore } from '../jetstream/stream-store.js';
import { nameTokens } from '../queue/queue-subjects.js';

/** Headers of an entry: its head, and an id of the append that stored it. */
const HEAD = 'Catga-Head';
const APPEND_ID = 'Catga-Append';
/** Size of the headers besides the head, in bytes. */
const HEADER_BYTES = 256;
/** Number of entries read at a time. */
const PAGE = 1000;
/** Approximate number of bytes read at a time. */
const PAGE_BYTES = 4 * 1024 * 1024;

/**
 * Stream log in one JetStream stream: a subject for each stream, a message for each append; its sequence number is its position. An append
 * expects the sequence number of the last message on its subject.
 */
export class NatsStreamLog implements StreamLog {
  private readonly session = randomUUID();
  private appends = 0;

  /** @param prefix prefix of the subjects */
  constructor(
    private readonly prefix: string,
    private readonly store: Pick<
      StreamStore,
      'at' | 'info' | 'last' | 'make' | 'mayLag' | 'next' | 'shape' | 'store' | 'subjects'
    >,
    private readonly reader: ReaderServices,
  ) {}

  get maxEntryBytes(): number {
    return this.reader.session.maxPayloadBytes - HEADER_BYTES;
  }

  async state(): Promise<StreamLogState> {
    const info = (await this.store.info()) ?? (await this.store.make());
    return { identity: identityOf(info), last: info.state.last_seq };
  }

  async append(stream: string, { head, body }: NewStreamEntry, after: number): Promise<number | undefined> {
    const bytes = head.length + body.byteLength;
    if (bytes > this.maxEntryBytes) throw tooLarge('An append', bytes, this.maxEntryBytes);
    const subject = this.subject(stream);
    const id = `${this.session}-${++this.appends}`;
    const headers = new HeaderBlock().set(EXPECTED_LAST, String(after)).set(APPEND_ID, id).set(HEAD, head);
    const position = await this.store.store(subject, body, headers);
    if (position !== undefined) return position;
    // If the append was re-sent after a lost acknowledgement, the next message has its id.
    const next = await this.store.next(subject, after + 1);
    return next !== undefined && headerOf(next, APPEND_ID) === id ? next.sequence : undefined;
  }

  async last(stream: string): Promise<StreamEntry | undefined> {
    const found = await this.store.last(this.subject(stream));
    return found && entryOf(found);
  }

  async read(
    stream: string,
    fromSequence: number,
    to: number,
    isHeadersOnly = false,
  ): Promise<readonly StreamEntry[]> {
    if (fromSequence === to && !isHeadersOnly) {
      const found = await this.store.at(to);
      return found === undefined ? [] : [entryOf(found)];
    }
    return this.page(this.subject(stream), { fromSequence, limit: PAGE, isHeadersOnly }, to);
  }

  readAll(fromSequence: number, limit: number): Promise<readonly StreamEntry[]> {
    return this.page(undefined, { fromSequence, limit });
  }

  /** Page of entries; foreign messages are skipped. */
  private async page(
    subject: string | undefined,
    { fromSequence, ...options }: ReadOptions & { readonly fromSequence: number },
    to = Number.POSITIVE_INFINITY,
  ): Promise<readonly StreamEntry[]> {
    const { reader, store } = this;
    const entries: StreamEntry[] = [];
    let bytes = 0;
    let seen = 0;
    const take = (message: ClientMessage): void => {
      const { sequence, storedAtMs } = readAckSubject(message.reply) ?? { sequence: 0, storedAtMs: 0 };
      seen = sequence;
      if (sequence > to || !message.headers?.get(APPEND_ID)) return;
      bytes += message.data.byteLength;
      entries.push({
        head: message.headers.get(HEAD),
        body: message.data,
        position: sequence,
        after: Number(message.headers.get(EXPECTED_LAST)),
        storedAtMs,
      });
    };
    const isEnough = (): boolean => bytes >= PAGE_BYTES || seen >= to;
    for (let from = fromSequence; from <= to; from = seen + 1) {
      seen = 0;
      await readSubject(reader, store, subject, take, {
        ...options,
        fromSequence: from,
        maxBytes: PAGE_BYTES,
        isEnough,
      });
      if (entries.length > 0) break;
      if (seen > 0) continue;
      // Too large for a page, if there is one.
      const next = await store.next(subject ?? '>', from);
      if (next === undefined || next.sequence > to) break;
      seen = next.sequence;
      if (headerOf(next, APPEND_ID) !== '') return [entryOf(next)];
    }
    return entries;
  }

  private subject(stream: string): string {
    return this.prefix + nameTokens(stream);
  }
}

/** Identity of the stream: its creation time, in sortable form. */
function identityOf({ created }: StreamInfo): string {
  return Date.parse(created).toString(36);
}

function entryOf(stored: StoredEntry): StreamEntry {
  return {
    head: headerOf(stored, HEAD),
    body: stored.data,
    position: stored.sequence,
    after: Number(headerOf(stored, EXPECTED_LAST)),
    storedAtMs: stored.storedAtMs,
  };
}

/** Value of a header in a raw block. */
function headerOf({ headers }: StoredEntry, name: string): string {
  const at = headers.indexOf(`\r\n${name}: `);
  if (at < 0) return '';
  const from = at + name.length + 4;
  return headers.slice(from, headers.indexOf('\r\n', from));
}
