import { randomUUID } from 'node:crypto';
import { ConflictException, Inject, Injectable, NotFoundException } from '@nestjs/common';
import { CatgaDeadLetters, CatgaError } from '@catga/nestjs';
import type { DeadLetter, DeadLetterFilter } from '@catga/core';
import { deadLetterGroupKey } from '@catga/core/admin';
import { DASHBOARD_OPTIONS } from '../options/dashboard-options.token.js';
import type { ResolvedDashboardOptions } from '../options/dashboard-options.js';
import { letterDetailView, letterView } from './letter-views.js';
import { LetterCounts } from './letter-counts.js';
import { Redactor } from './redactor.js';
import { storeFilterOf } from './requests.js';
import type { BatchRequest, LettersFilter, StoreFilter } from './requests.js';
import type { BatchStepView, LetterDetailView, LetterGroupsView, LetterView, PageView } from './views.js';

/** Maximum number of letters read by one request to find matches of a text or a group. */
const MOST_READ = 2_000;
/** Number of letters per request of a batch action. */
const STEP = 100;

type Batch = 'redrive' | 'drop';

/** Dead letters for the page: redacted, in bounded pages. */
@Injectable()
export class DashboardLetters {
  constructor(
    private readonly letters: CatgaDeadLetters,
    private readonly counts: LetterCounts,
    private readonly redactor: Redactor,
    @Inject(DASHBOARD_OPTIONS) private readonly options: ResolvedDashboardOptions,
  ) {}

  /** Page of letters. It may have fewer than `limit` or none, and still a next one: a text is searched in 2,000 letters at a time. */
  async list(filter: LettersFilter, limit: number, after?: string): Promise<PageView<LetterView>> {
    const { items, next } = await this.matching(filter, undefined, limit, after);
    return { items: items.map(letterView), ...(next !== undefined && { next }) };
  }

  groups(filter: StoreFilter, round?: string): Promise<LetterGroupsView> {
    return this.counts.groups(filter, round);
  }

  async show(id: string): Promise<LetterDetailView> {
    const stored = await this.find(id);
    return letterDetailView(this.redactor.letter(stored), stored, this.options.traceUrl);
  }

  /** Redrives a letter with other content. Returns the id of the new message. */
  async edit(id: string, content: object): Promise<string> {
    if (!(await this.show(id)).isEditable)
      throw new ConflictException('The letter is only partly shown, so its content cannot be replaced.');
    const messageId = await this.letters.redriveAs(id, content);
    this.counts.forget();
    return messageId;
  }

  async one(action: Batch, id: string, batch?: string): Promise<void> {
    if (action === 'drop') await this.letters.drop(id);
    else await this.letters.redrive(id, batch === undefined ? {} : { batch });
    this.counts.forget();
  }

  /**
   * Runs a step of a batch action over the letters that existed when it began, never over letters it has redriven itself, despite clock
   * skew.
   */
  async step(
    action: Batch,
    { filter, group, after, until = justNow(), batch = randomUUID() }: BatchRequest,
  ): Promise<BatchStepView> {
    const bounded = {
      ...filter,
      until: filter.until !== undefined && filter.until < until ? filter.until : until,
    };
    const { items, next } = await this.matching(bounded, group, STEP, after);
    let succeeded = 0;
    const failures: { id: string; error: BatchStepView['failures'][number]['error'] }[] = [];
    for (const { id, name, redrivenIn } of items) {
      if (redrivenIn === batch) continue;
      try {
        await this.one(action, id, batch);
        succeeded++;
      } catch (thrown) {
        if (isGone(thrown)) continue; // Moved by someone else.
        const error = thrown instanceof Error ? thrown : new Error(String(thrown));
        failures.push({ id, error: this.redactor.error(error, name) });
      }
    }
    return {
      succeeded,
      failed: failures.length,
      failures,
      until: until.toISOString(),
      batch,
      ...(next !== undefined && { next }),
    };
  }

  private async matching(
    filter: LettersFilter,
    group: string | undefined,
    limit: number,
    start: string | undefined,
  ): Promise<{ readonly items: readonly DeadLetter[]; readonly next: string | undefined }> {
    const items: DeadLetter[] = [];
    const wanted: DeadLetterFilter = storeFilterOf(filter);
    let next = start;
    let read = 0;
    do {
      const page = await this.letters.list(wanted, {
        limit: limit - items.length,
        ...(next !== undefined && { after: next }),
      });
      for (const letter of this.shown(page.items, filter.text))
        if (group === undefined || deadLetterGroupKey(letter) === group) items.push(letter);
      read += Math.max(page.items.length, 1);
      next = page.next;
      // A half-full page is enough: the last few would be searched one by one.
    } while (next !== undefined && items.length < limit / 2 && read < MOST_READ);
    return { items, next };
  }

  /** Redacts letters, and filters them by a text in their visible parts. */
  private shown(letters: readonly DeadLetter[], text?: string): readonly DeadLetter[] {
    const redacted = letters.map((letter) => this.redactor.letter(letter));
    if (text === undefined) return redacted;
    const wanted = text.toLowerCase();
    return redacted.filter((letter) => {
      const { content = '', key = '', error } = letterDetailView(letter, letter, undefined);
      const searched = [letter.id, letter.name, letter.subscription, key, error.name, error.message, content];
      return searched.some((one) => one.toLowerCase().includes(wanted));
    });
  }

  private async find(id: string): Promise<DeadLetter> {
    const letter = await this.letters.get(id);
    if (letter === undefined) throw new NotFoundException('The dead letter does not exist (any more).');
    return letter;
  }
}

/** End of a filter that includes the current millisecond, because ends are exclusive. */
function justNow(): Date {
  return new Date(Date.now() + 1);
}

function isGone(thrown: unknown): boolean {
  return thrown instanceof CatgaError && thrown.code === 'CATGA_DEAD_LETTER_NOT_FOUND';
}
