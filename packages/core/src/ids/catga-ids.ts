import { CatgaError } from '../errors/catga-error.js';
import type { IdLayout } from './id-layout.js';
import { resolveIdsOptions } from './id-options.js';
import type { CatgaIdsOptions, ResolvedIdsOptions } from './id-options.js';
import { splitId } from './id-parts.js';
import type { IdParts } from './id-parts.js';
import { writeRun } from './id-run.js';
import { halvesToText, idToText, textToId } from './id-text.js';
import { IdTimeline } from './id-timeline.js';

/** Number of ids per millisecond, or after a burst, for which the clock is read each time; further ids are a burst. */
const IDS_BEFORE_BURST = 64;

/** Number of ids per clock reading in a burst. */
const IDS_PER_READING = 64;

/**
 * Generator of ascending 64-bit ids: each is greater than all earlier ids of this generator, even if the clock steps
 * back, and unique. Generators with different worker ids generate different ids.
 *
 * **Timestamp of an id.** The order is exact; the timestamp is approximate. It is
 * - the clock's reading, for the first 64 ids of a millisecond and at the start of each batch;
 * - up to 63 ids old in a burst beyond that. A burst ends with the synchronous code (and the promise
 *   continuations already queued) that makes it, so an id after a pause for I/O or a timer is never older;
 * - ahead of the clock by up to `maxBorrowMs` when the sequence of a millisecond was exhausted;
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

  /** Millisecond of `base`. */
  private timestamp = -1;
  /** The id of sequence 0 in this millisecond, whole and as two 32-bit halves. */
  private base = 0n;
  private high = 0;
  private low = 0;
  /** Sequence of the next id. */
  private sequence = 0;
  /** Sequences below this one need no clock reading. */
  private readAt = 0;
  /** Sequences below this one are in no burst. */
  private burstFrom = IDS_BEFORE_BURST;
  /** Whether the end of the burst is scheduled. */
  private inBurst = false;

  /** @throws CatgaError `CATGA_CONFIGURATION` for invalid options. */
  constructor(options: CatgaIdsOptions = {}) {
    this.options = resolveIdsOptions(options);
    this.timeline = new IdTimeline(this.options);
    this.capacity = 2 ** this.options.layout.sequenceBits;
  }

  /** Text of an id: 13 characters with the same sort order. */
  static toText(id: bigint): string {
    return idToText(id);
  }

  /** Id of a text. @throws CatgaError `CATGA_VALIDATION_FAILED` when it is malformed. */
  static toBigInt(text: string): bigint {
    return textToId(text);
  }

  get workerId(): number {
    return this.options.workerId;
  }

  /**
   * Changes the worker id, for one that was leased after this generator was created.
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
   * @throws CatgaError `CATGA_OVERLOADED` when `maxBorrowMs` are borrowed and the clock does not advance,
   * `CATGA_CONFIGURATION` when the clock's time does not fit the layout. The next call tries again.
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
   * Components of an id of this layout.
   * @throws CatgaError `CATGA_VALIDATION_FAILED` when it is malformed or too wide for the layout.
   */
  parse(id: string | bigint): IdParts {
    return splitId(typeof id === 'bigint' ? id : textToId(id), this.options.layout);
  }

  /** Reads the clock, and sets how many ids may follow without another reading. */
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

  /** Moves the generator to the timeline's millisecond, with at least one sequence left. */
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
