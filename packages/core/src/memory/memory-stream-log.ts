import type { NewStreamEntry, StreamEntry, StreamLog, StreamLogState } from '../ports/stream-log.js';

/** Log of streams in the process. */
export class MemoryStreamLog implements StreamLog {
  readonly maxEntryBytes = 1024 * 1024;
  private readonly all: StreamEntry[] = [];
  private readonly streams = new Map<string, StreamEntry[]>();
  private readonly identity: string;

  constructor(private readonly now: () => number) {
    this.identity = Math.trunc(now()).toString(36);
  }

  state(): Promise<StreamLogState> {
    return Promise.resolve({ identity: this.identity, last: this.all.length });
  }

  append(stream: string, { head, body }: NewStreamEntry, after: number): Promise<number | undefined> {
    const entries = this.streams.get(stream) ?? [];
    if ((entries.at(-1)?.position ?? 0) !== after) return Promise.resolve(undefined);
    const position = this.all.length + 1;
    const entry = Object.freeze({ head, body, position, after, storedAtMs: this.now() });
    this.all.push(entry);
    entries.push(entry);
    this.streams.set(stream, entries);
    return Promise.resolve(position);
  }

  last(stream: string): Promise<StreamEntry | undefined> {
    return Promise.resolve(this.streams.get(stream)?.at(-1));
  }

  read(stream: string, from: number, to: number, isHeadsOnly = false): Promise<readonly StreamEntry[]> {
    const entries = this.streams.get(stream) ?? [];
    const found = entries.filter(({ position }) => position >= from && position <= to);
    return Promise.resolve(
      isHeadsOnly ? found.map((entry) => ({ ...entry, body: new Uint8Array(0) })) : found,
    );
  }

  readAll(from: number, limit: number): Promise<readonly StreamEntry[]> {
    return Promise.resolve(this.all.slice(from - 1, from - 1 + limit));
  }
}
