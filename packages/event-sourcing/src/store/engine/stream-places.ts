/** Where a version of a stream ends: the position of the entry whose last event it is. */
export interface StreamPlace {
  readonly version: number;
  readonly position: number;
}

/** Before the first event. */
export const BEGINNING: StreamPlace = Object.freeze({ version: 0, position: 0 });

/** How many places of a stream are remembered, and of how many streams. */
const PLACES = 8;
const STREAMS = 10_000;

/** Some places of the streams that were used last: what is appended behind them need not be looked for. Places never change. */
export class StreamPlaces {
  /** By stream, each in the order of versions. */
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

  /** The latest one. */
  head(stream: string): StreamPlace | undefined {
    return this.streams.get(stream)?.at(-1);
  }

  /** The last one up to a version. */
  upTo(stream: string, version: number): StreamPlace {
    return this.streams.get(stream)?.findLast((place) => place.version <= version) ?? BEGINNING;
  }

  /** Somebody else has appended, or the stream is another one. */
  forget(stream: string): void {
    this.streams.delete(stream);
  }
}
