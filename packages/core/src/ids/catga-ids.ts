import { CatgaError } from '../errors/catga-error.js';
import type { IdLayout } from './id-layout.js';
import { resolveIdsOptions } from './id-options.js';
import type { CatgaIdsOptions, ResolvedIdsOptions } from './id-options.js';
import { splitId } from './id-parts.js';
import type { IdParts } from './id-parts.js';
import { writeRun } from './id-run.js';
import { halvesToText, idToText, textToId } from './id-text.js';
import { IdTimeline } from './id-timeline.js';

/** So many ids of a millisecond, or after a burst, read the clock each; only who makes more is in a burst. */
const IDS_BEFORE_BURST = 64;

/** In a burst the clock is read once for so many ids. */
const IDS_PER_READING = 64;

/**
 * Makes 64-bit ids that ascend: each is greater than every id this generator made before, whatever the clock
 * does, and none is ever made twice. Generators with different worker ids never meet.
 *
 * **What an id's timestamp means.** The order is to be relied on, the moment only so far. It is
 * - the clock's reading, for the first 64 ids of a millisecond and at the start of each batch;
 * - up to 63 ids old in a burst beyond that. A burst ends with the synchronous code (and the promise
 *   continuations already queued) that makes it, so an id after a pause for I/O or a timer is never older;
 * - ahead of the clock by up to `maxBorrowMs` when more ids were made than the sequence holds;
 * - the last timestamp used, while a clock that stepped back has not caught up.
 *
 * Memory of the last timestamp ends with the generator: give its worker id to another only once the clock has
 * passed the last id's time.
 *
 * @publicApi
 */
export class CatgaIds {
  private options: ResolvedIdsOptions;
  private readonly timeline: IdTimeline;
  private readonly capacity: number;

  /** The millisecond that `base` stands for. */
  private timestamp = -1;
  /** The id of sequence 0 in this millisecond, whole and as two 32-bit halves. */
  private base = 0n;
  private high = 0;
  private low = 0;
  /** The next id's sequence. */
  private sequence = 0;
  /** Sequences below this one need no look at the clock. */
  private readAt = 0;
  /** Sequences below this one are in no burst. */
  private burstFrom = IDS_BEFORE_BURST;
  /** Whether the end of a burst is already on its way. */
  private inBurst = false;

  /** @throws CatgaError `CATGA_CONFIGURATION` when the options make no sense. */
  constructor(options: CatgaIdsOptions = {}) {
    this.options = resolveIdsOptions(options);
    this.timeline = new IdTimeline(this.options);
    this.capacity = 2 ** this.options.layout.sequenceBits;
  }

  /** The text of an id: 13 characters that sort as the numbers do. */
  static toText(id: bigint): string {
    return idToText(id);
  }

  /** The id of a text. @throws CatgaError `CATGA_VALIDATION_FAILED` when it is malformed. */
  static toBigInt(text: string): bigint {
    return textToId(text);
  }

  get workerId(): number {
    return this.options.workerId;
  }

  /**
   * Carries another worker id from now on: one that was leased after this generator was made.
   * @throws CatgaError `CATGA_CONFIGURATION` when the layout has no room for it
   */
  useWorker(workerId: number): void {
    this.options = resolveIdsOptions({ ...this.options, workerId });
    if (this.timestamp >= 0) this.writePrefix(this.timestamp);
  }

  get layout(): IdLayout {
    return this.options.layout;
  }

  /**
   * The next id, as text of 13 characters.
   * @throws CatgaError `CATGA_OVERLOADED` when `maxBorrowMs` are borrowed and the clock stands still,
   * `CATGA_CONFIGURATION` when the clock reads a time that the layout cannot carry. The next call tries again.
   */
  next(): string {
    if (this.sequence >= this.readAt) this.readClock();
    return halvesToText(this.high, this.low | this.sequence++);
  }

  /** The next id, as a number. @throws CatgaError as {@link next} does. */
  nextBigInt(): bigint {
    if (this.sequence >= this.readAt) this.readClock();
    return BigInt.asUintN(64, this.base | BigInt(this.sequence++));
  }

  /**
   * Writes ids into `target`, from index `from` up to and without `to`, and returns it. The fastest way to many ids.
   * @throws CatgaError `CATGA_VALIDATION_FAILED` when the range is not within the array; else as {@link next} does,
   * with the elements before the failure written.
   */
  fill<T extends BigUint64Array>(target: T, from = 0, to = target.length): T {
    requireRange(target, from, to);
    let at = from;
    while (at < to) {
      this.advance();
      const count = Math.min(to - at, this.capacity - this.sequence);
      writeRun(target, at, count, this.high, this.low | this.sequence);
      this.sequence += count;
      at += count;
    }
    return target;
  }

  /**
   * What an id of this layout was made of.
   * @throws CatgaError `CATGA_VALIDATION_FAILED` when it is malformed or too wide for the layout.
   */
  parse(id: string | bigint): IdParts {
    return splitId(typeof id === 'bigint' ? id : textToId(id), this.options.layout);
  }

  /** Reads the clock, and settles how many ids may follow without another look. */
  private readClock(): void {
    this.advance();
    if (this.sequence < this.burstFrom) {
      this.readAt = this.sequence + 1;
      return;
    }
    this.readAt = Math.min(this.sequence + IDS_PER_READING, this.capacity);
    if (this.inBurst) return;
    this.inBurst = true;
    void Promise.resolve().then(this.endBurst);
  }

  private readonly endBurst = (): void => {
    this.inBurst = false;
    this.readAt = 0;
    this.burstFrom = this.sequence + IDS_BEFORE_BURST;
  };

  /** Brings the generator to the timeline's millisecond, with at least one sequence left in it. */
  private advance(): void {
    this.timeline.read();
    this.followTimeline();
    while (this.sequence === this.capacity) {
      this.timeline.borrow();
      this.followTimeline();
    }
  }

  private followTimeline(): void {
    const { timestamp } = this.timeline;
    if (timestamp !== this.timestamp) this.startMillisecond(timestamp);
  }

  private writePrefix(timestamp: number): void {
    const { workerId, layout } = this.options;
    const prefix = (BigInt(timestamp) << BigInt(layout.workerBits)) | BigInt(workerId);
    this.base = prefix << BigInt(layout.sequenceBits);
    this.high = Number(this.base >> 32n);
    this.low = Number(BigInt.asIntN(32, this.base));
  }

  private startMillisecond(timestamp: number): void {
    this.writePrefix(timestamp);
    this.timestamp = timestamp;
    this.sequence = 0;
    this.readAt = 0;
    this.burstFrom = IDS_BEFORE_BURST;
  }
}

function requireRange(target: BigUint64Array, from: number, to: number): void {
  const indices = Number.isInteger(from) && Number.isInteger(to);
  if (indices && 0 <= from && from <= to && to <= target.length) return;
  throw new CatgaError('CATGA_VALIDATION_FAILED', 'fill() needs a range inside the array', {
    details: {
      from,
      to,
      length: target.length,
      issues: [{ message: `0 <= from <= to <= ${target.length}` }],
    },
  });
}
