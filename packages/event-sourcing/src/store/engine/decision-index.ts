import type { StreamEntry, StreamLog } from '@catga/core/engine';
import { digestOf, headOf } from './append-entry.js';
import { Turns } from './turns.js';

/** Maximum number of cached decisions, over all streams. */
const MAX_DECISIONS = 200_000;

/** The decisions of a stream up to a position. */
interface KnownDecisions {
  readonly upTo: number;
  /** Positions by digest. */
  readonly positions: Map<string, number>;
}

/** Index of the decisions of streams. A stream is scanned once, without the bodies of its entries, and later from the end of that scan. */
export class DecisionIndex {
  private readonly streams = new Map<string, KnownDecisions>();
  /** Concurrent searches of a stream share one scan. */
  private readonly turns = new Turns();
  private size = 0;

  constructor(private readonly log: () => Pick<StreamLog, 'last' | 'read'>) {}

  /** Finds the entry of a decision. */
  async find(stream: string, decision: string): Promise<StreamEntry | undefined> {
    const log = this.log();
    const found = await this.turns.take(stream, async () => {
      const last = await log.last(stream);
      return last && { last, positions: (await this.known(stream, last)).positions };
    });
    const position = found?.positions.get(digestOf(decision));
    if (found === undefined || position === undefined) return undefined;
    if (position === found.last.position) return found.last;
    const [entry] = await log.read(stream, position, position);
    return entry;
  }

  private async known(stream: string, last: StreamEntry): Promise<KnownDecisions> {
    const before = this.take(stream);
    const { upTo, positions } =
      before !== undefined && before.upTo <= last.position
        ? before
        : { upTo: 0, positions: new Map<string, number>() };
    let from = upTo + 1;
    const add = (entry: StreamEntry): void => {
      for (const digest of headOf(entry).decisions)
        if (!positions.has(digest)) positions.set(digest, entry.position);
    };
    while (from <= last.after) {
      const page = await this.log().read(stream, from, last.after, true);
      page.forEach(add);
      from = (page.at(-1)?.position ?? last.after) + 1;
    }
    if (from <= last.position) add(last);
    const known = { upTo: last.position, positions };
    this.keep(stream, known);
    return known;
  }

  private take(stream: string): KnownDecisions | undefined {
    const known = this.streams.get(stream);
    if (known === undefined) return undefined;
    this.streams.delete(stream);
    this.size -= known.positions.size;
    return known;
  }

  /** Caches a stream; evicts the least recently used ones. */
  private keep(stream: string, known: KnownDecisions): void {
    this.take(stream);
    this.streams.set(stream, known);
    this.size += known.positions.size;
    for (const [oldest] of this.streams) {
      if (this.size <= MAX_DECISIONS || oldest === stream) break;
      this.take(oldest);
    }
  }
}
