import type { CatgaResult } from '../contracts/result.js';
import { CatgaError } from '../errors/catga-error.js';

/** How many requests are unfinished or unread at a time, and in which order their results come. */
export interface StreamSettings {
  readonly concurrency?: number;
  readonly ordered?: boolean;
}

const DEFAULT_CONCURRENCY = 16;

/**
 * Pulls from a source no faster than results are read. When the reader stops, the source is closed and what was sent
 * goes on by itself.
 */
export async function* streamResults<T, R>(
  source: Iterable<T> | AsyncIterable<T>,
  send: (request: T) => Promise<CatgaResult<R>>,
  settings: StreamSettings,
): AsyncGenerator<CatgaResult<R>, void, undefined> {
  const { concurrency = DEFAULT_CONCURRENCY, ordered = true } = settings;
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw new CatgaError('CATGA_CONFIGURATION', 'concurrency of sendStream must be a whole number above 0.');
  }
  const stream = new ResultStream(source, send, concurrency, ordered);
  try {
    for (;;) {
      stream.pull();
      const result = stream.take();
      if (result !== undefined) yield result;
      else if (stream.isFinished) break;
      else await stream.change();
    }
    stream.throwSourceError();
  } finally {
    await stream.close();
  }
}

/** A place in the order of the results, empty until its request is finished. */
interface Slot<R> {
  result?: CatgaResult<R>;
}

/** What one reader has in hand: requests that run and results it has not read. */
class ResultStream<T, R> {
  private readonly iterator: Iterator<T> | AsyncIterator<T>;
  /** In the order of the requests, or of finishing. */
  private readonly slots: Slot<R>[] = [];
  private unread = 0;
  private pulling = false;
  private exhausted = false;
  private sourceError: { readonly thrown: unknown } | undefined;
  private wake: (() => void) | undefined;

  constructor(
    source: Iterable<T> | AsyncIterable<T>,
    private readonly send: (request: T) => Promise<CatgaResult<R>>,
    private readonly concurrency: number,
    private readonly ordered: boolean,
  ) {
    this.iterator =
      Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  }

  get isFinished(): boolean {
    return this.exhausted && this.unread === 0;
  }

  /** Sees to it that as much is under way as may be. */
  pull(): void {
    if (!this.pulling) void this.fill();
  }

  /** The next result, if it is there. */
  take(): CatgaResult<R> | undefined {
    const result = this.slots[0]?.result;
    if (result === undefined) return undefined;
    this.slots.shift(); // As long as `concurrency`, so moving them is cheap.
    this.unread--;
    return result;
  }

  /** Resolves when something has finished or the source has ended. */
  change(): Promise<void> {
    return new Promise((resolve) => (this.wake = resolve));
  }

  throwSourceError(): void {
    if (this.sourceError !== undefined) throw this.sourceError.thrown;
  }

  async close(): Promise<void> {
    if (this.exhausted) return;
    this.exhausted = true;
    await this.iterator.return?.();
  }

  private async fill(): Promise<void> {
    this.pulling = true;
    try {
      while (!this.exhausted && this.unread < this.concurrency) {
        const next = await this.iterator.next();
        if (next.done === true) this.exhausted = true;
        // What was asked for before the reader stopped may arrive after it.
        else if (!this.exhausted) this.start(next.value);
      }
    } catch (thrown) {
      this.exhausted = true;
      this.sourceError = { thrown };
    }
    this.pulling = false;
    this.wake?.();
  }

  private start(request: T): void {
    const slot: Slot<R> = {};
    this.unread++;
    if (this.ordered) this.slots.push(slot);
    void this.send(request).then((result) => {
      slot.result = result;
      if (!this.ordered) this.slots.push(slot);
      this.wake?.();
    });
  }
}
