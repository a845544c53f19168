import { areFaultless, longestHoldBackMs } from './link-faults.js';
import type { ResolvedLinkFaults } from './link-faults.js';
import { Partitions } from './partitions.js';
import { SeededRandom } from './seeded-random.js';

/** How one copy of a frame travels. */
export interface FrameCourse {
  readonly delayMs: number;
  /** Whether later frames pass it. */
  readonly isHeldBack: boolean;
}

const AT_ONCE: FrameCourse = Object.freeze({ delayMs: 0, isHeldBack: false });
const UNHARMED: readonly FrameCourse[] = Object.freeze([AT_ONCE]);
const LOST: readonly FrameCourse[] = Object.freeze([]);

/** What stands between nodes: cuts, and faults by chance. */
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

  /** On every link that has none of its own. */
  setFaults(faults: ResolvedLinkFaults): void {
    this.everywhere = faults;
  }

  /** On one link, one way. Undefined: those of every link. */
  setFaultsOf(from: string, to: string, faults: ResolvedLinkFaults | undefined): void {
    if (faults === undefined) this.ofLinks.delete(linkName(from, to));
    else this.ofLinks.set(linkName(from, to), faults);
  }

  /** No cuts, and the same faults everywhere. */
  clear(faults: ResolvedLinkFaults): void {
    this.partitions.healAll();
    this.ofLinks.clear();
    this.everywhere = faults;
  }

  /** How the copies of a frame travel that sets out now: none if it is lost, two if it is duplicated. */
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

/** Node ids have no line breaks. */
function linkName(from: string, to: string): string {
  return `${from}\n${to}`;
}
