import { setImmediate as turn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { CatgaDeadLetters } from '@catga/nestjs';
import { DeadLetterCount, deadLetterGroupKey } from '@catga/core/admin';
import { Redactor } from './redactor.js';
import { storeFilterOf } from './requests.js';
import type { StoreFilter } from './requests.js';
import type { LetterGroupsView } from './views.js';

/** Maximum number of letters counted for groups. */
const MOST_COUNTED = 200_000;
/** Maximum number of groups. */
const MOST_GROUPS = 200;
/** Maximum number of cached counts. */
const MOST_COUNTS = 4;
/** Lifetime of a cached count, in milliseconds. Until then it includes letters that are gone. */
const KEPT_MS = 60_000;
/** Interval at which a complete count looks for new letters, in milliseconds. */
const EVERY_MS = 1_000;
/** Maximum wait of a reply for the count, in milliseconds. */
const WAIT_MS = 300;

interface KeptCount {
  readonly count: DeadLetterCount;
  readonly endMs: number;
  /** Absent while no count is running. */
  going: Promise<void> | undefined;
  nextMs: number;
  problem?: Error;
}

/**
 * Counts dead letters by group. A count reads each letter once, continues in the background while replies return the counts so far, and is
 * shared by all clients for a minute.
 */
@Injectable()
export class LetterCounts {
  private readonly kept = new Map<string, KeptCount>();

  constructor(
    private readonly letters: CatgaDeadLetters,
    private readonly redactor: Redactor,
  ) {}

  /** @param round a different value restarts the count */
  async groups(filter: StoreFilter, round = ''): Promise<LetterGroupsView> {
    const kept = this.countOf(filter, round);
    kept.going ??= performance.now() < kept.nextMs ? undefined : this.goOn(kept);
    if (kept.going !== undefined) await Promise.race([kept.going, elapsed(WAIT_MS)]);
    if (kept.problem !== undefined) throw kept.problem;
    const { groups, counted, isComplete } = kept.count;
    return {
      items: groups.slice(0, MOST_GROUPS).map(({ oldestFailedAt, exampleId: _example, ...group }) => ({
        ...group,
        key: deadLetterGroupKey(group),
        oldestFailedAt: oldestFailedAt.toISOString(),
      })),
      counted,
      isComplete,
      isCounting: !isComplete && kept.going !== undefined,
    };
  }

  /** Drops the counts because letters are gone: the next request counts again. */
  forget(): void {
    this.kept.clear();
  }

  private countOf(filter: StoreFilter, round: string): KeptCount {
    const key = JSON.stringify([filter, round]);
    const nowMs = performance.now();
    let kept = this.kept.get(key);
    if (kept === undefined || nowMs > kept.endMs) {
      const errorsRedacted = {
        list: async (...args: Parameters<CatgaDeadLetters['list']>) => {
          const { items, next } = await this.letters.list(...args);
          const shown = items.map((letter) => ({
            ...letter,
            error: this.redactor.error(letter.error, letter.name),
          }));
          return { items: shown, next };
        },
      };
      const count = new DeadLetterCount(errorsRedacted, storeFilterOf(filter));
      kept = { count, endMs: nowMs + KEPT_MS, going: undefined, nextMs: 0 };
    }
    // Most recently used last.
    this.kept.delete(key);
    this.kept.set(key, kept);
    for (const [oldest] of this.kept) if (this.kept.size > MOST_COUNTS) this.kept.delete(oldest);
    return kept;
  }

  private async goOn(kept: KeptCount): Promise<void> {
    const { count } = kept;
    try {
      do {
        await count.next();
        // Yield to the event loop, also with an in-process engine.
        await turn();
      } while (!count.isComplete && count.counted < MOST_COUNTED && [...this.kept.values()].includes(kept));
    } catch (thrown) {
      kept.problem = thrown instanceof Error ? thrown : new Error(String(thrown));
      this.forget();
    }
    kept.nextMs = count.isComplete ? performance.now() + EVERY_MS : Infinity;
    kept.going = undefined;
  }
}

function elapsed(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms).unref());
}
