import { comparePositions } from '@catga/core/engine';
import type { LetterFacts } from './letter-facts.js';

/** A letter and its place in the stream. */
export interface Listed extends LetterFacts {
  readonly sequence: number;
}

/** Calls back with the letters from a sequence number on. */
type ReadLetters = (take: (letter: Listed) => void, fromSequence?: number) => Promise<void>;

interface Kept {
  readonly letters: readonly Listed[];
  readonly lastSequence: number;
  /** Monotonic time of the last full read, and its duration, in milliseconds. */
  readonly readAtMs: number;
  readonly tookMs: number;
}

/** Lifetime of the cached letters for the next pages of a list, in milliseconds. */
const KEPT_MS = 60_000;
/** A new list reuses the cache for this many times the duration of a full read, so that full reads take at most a tenth of the time. */
const TIMES = 10;

/**
 * Cached filterable fields of all letters, in list order. The stream has another order, so a page needs all of them: they are read once for
 * many pages, and newer letters are added. Letters removed meanwhile remain in the cache.
 */
export class LetterIndex {
  private kept: Kept | undefined;
  private end: NodeJS.Timeout | undefined;

  constructor(
    private readonly read: ReadLetters,
    private readonly monotonicMs: () => number = () => performance.now(),
  ) {}

  /** @param isNew whether a new list begins */
  async letters(isNew: boolean): Promise<readonly Listed[]> {
    const nowMs = this.monotonicMs();
    const { kept } = this;
    const isUsable =
      kept !== undefined &&
      nowMs - kept.readAtMs < (isNew ? Math.min(kept.tookMs * TIMES, KEPT_MS) : KEPT_MS);
    const base = isUsable ? kept : undefined;
    const found = new Map<string, Listed>();
    let lastSequence = base?.lastSequence ?? 0;
    await this.read(
      (letter) => {
        found.set(letter.id, letter);
        lastSequence = Math.max(lastSequence, letter.sequence);
      },
      base && base.lastSequence + 1,
    );
    const readMs = this.monotonicMs();
    this.keep({
      letters: base === undefined || found.size > 0 ? merged(base?.letters ?? [], found) : base.letters,
      lastSequence,
      readAtMs: base?.readAtMs ?? readMs,
      tookMs: base?.tookMs ?? readMs - nowMs,
    });
    return this.kept?.letters ?? [];
  }

  private keep(kept: Kept): void {
    this.kept = kept;
    clearTimeout(this.end);
    this.end = setTimeout(() => (this.kept = undefined), KEPT_MS);
    this.end.unref();
  }
}

/** Merges letters; one that was put again has a new place. */
function merged(letters: readonly Listed[], found: ReadonlyMap<string, Listed>): readonly Listed[] {
  return [...letters.filter(({ id }) => !found.has(id)), ...found.values()].sort(comparePositions);
}

/** Index of the first letter after a position. */
export function placeAfter(
  letters: readonly Listed[],
  position: Parameters<typeof comparePositions>[0],
): number {
  let low = 0;
  let high = letters.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const letter = letters[middle];
    if (letter !== undefined && comparePositions(letter, position) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
