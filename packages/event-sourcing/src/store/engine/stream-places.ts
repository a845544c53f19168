/** Place of a stream's version: the position of the entry whose last event has that version. */
export interface StreamPlace {
  readonly version: number;
  readonly position: number;
}

/** Place before the first event. */
export const BEGINNING: StreamPlace = Object.freeze({ version: 0, position: 0 });

/** Maximum number of cached places per stream, and of streams. */
const PLACES = 8;
const STREAMS = 10_000;

/** Cache of places of recently used streams, which saves looking up their last entries. Places never change. */
export class StreamPlaces {
  /** Places by stream, ordered by version. */
  private readonly streams = new Map<string, readonly StreamPlace[]>();

  add(stream: string, place: StreamPlace): void {
    const known = this.streams.get(stream) ?? [];
    this.streams.delete(stream);
    const places = [...known.filter(({ version }) => version !== place.version), place];
    places.sort((one, other) => one.version - other.version);
    this.streams.set(stream, places.slice(-PLACES));
    for (const [oldest] of this.streams) {
      if (this.streams.size <= STREAMS) break;
      this.streams.delete(oldest);
    }
  }

  /** The latest cached place. */
  head(stream: string): StreamPlace | undefined {
    return this.streams.get(stream)?.at(-1);
  }

  /** The latest cached place up to a version. */
  upTo(stream: string, version: number): StreamPlace {
    return this.streams.get(stream)?.findLast((place) => place.version <= version) ?? BEGINNING;
  }

  /** Drops the places of a stream, for example when it was replaced. */
  forget(stream: string): void {
    this.streams.delete(stream);
  }
}
