import { areFaultless, longestHoldBackMs } from './link-faults.js';
import type { ResolvedLinkFaults } from './link-faults.js';
import { Partitions } from './partitions.js';
import { SeededRandom } from './seeded-random.js';

/** Path of one copy of a frame. */
export interface FrameCourse {
  readonly delayMs: number;
  /** Whether later frames overtake it. */
  readonly isHeldBack: boolean;
}

const AT_ONCE: FrameCourse = Object.freeze({ delayMs: 0, isHeldBack: false });
const UNHARMED: readonly FrameCourse[] = Object.freeze([AT_ONCE]);
const LOST: readonly FrameCourse[] = Object.freeze([]);

/** Network conditions between nodes: cuts and random faults. */
export class NetworkWeather {
  readonly partitions = new Partitions();
  private readonly ofLinks = new Map<string, ResolvedLinkFaults>();
  private readonly random: SeededRandom;

  constructor(
    seed: number,
    private everywhere: ResolvedLinkFaults,
  ) {
    this.random = new SeededRandom(seed);
  }

  /** Sets the faults of every link without its own. */
  setFaults(faults: ResolvedLinkFaults): void {
    this.everywhere = faults;
  }

  /** Sets the faults of one link, one way. With undefined, those of all links apply. */
  setFaultsOf(from: string, to: string, faults: ResolvedLinkFaults | undefined): void {
    if (faults === undefined) this.ofLinks.delete(linkName(from, to));
    else this.ofLinks.set(linkName(from, to), faults);
  }

  /** Removes all cuts, and sets the same faults everywhere. */
  clear(faults: ResolvedLinkFaults): void {
    this.partitions.healAll();
    this.ofLinks.clear();
    this.everywhere = faults;
  }

  /** Paths of the copies of a frame sent now: none if it is lost, two if it is duplicated. */
  coursesOf(from: string, to: string): readonly FrameCourse[] {
    if (this.partitions.isCut(from, to)) return LOST;
    const own = this.ofLinks.size === 0 ? undefined : this.ofLinks.get(linkName(from, to));
    const faults = own ?? this.everywhere;
    if (areFaultless(faults)) return UNHARMED;
    if (this.random.chance(faults.dropRate)) return LOST;
    const isDuplicated = this.random.chance(faults.duplicateRate);
    const course = this.courseWith(faults);
    return isDuplicated ? [course, this.courseWith(faults)] : [course];
  }

  private courseWith(faults: ResolvedLinkFaults): FrameCourse {
    const delayMs = this.random.integer(...faults.delayMs);
    const isHeldBack = this.random.chance(faults.reorderRate);
    if (!isHeldBack) return { delayMs, isHeldBack };
    return { delayMs: delayMs + this.random.integer(1, longestHoldBackMs(faults)), isHeldBack };
  }
}

/** A line break separates the ids; node ids have none. */
function linkName(from: string, to: string): string {
  return `${from}\n${to}`;
}
