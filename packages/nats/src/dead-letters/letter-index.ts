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
  /** When all of them were read, and how long that took, in monotonic milliseconds. */
  readonly readAtMs: number;
  readonly tookMs: number;
}

/** For how long letters are kept for a list that goes on, in milliseconds. */
const KEPT_MS = 60_000;
/** A new list uses what is kept for so many times as long as it took to read, so that reading all takes a tenth of the time at most. */
const TIMES = 10;

/**
 * The filterable fields of all letters, in the order of a list. The stream has them in another order, so that a page has to know all: they are
 * read once for many pages, and what has come since is added. Letters that have gone since are still in it.
 */
export class LetterIndex {
  private kept: Kept | undefined;
  private end: NodeJS.Timeout | undefined;

  constructor(
    private readonly read: ReadLetters,
    private readonly monotonicMs: () => number = () => performance.now(),
  ) {}

  /** @param isNew a new list begins */
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

/** One that was put again has another place. */
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
