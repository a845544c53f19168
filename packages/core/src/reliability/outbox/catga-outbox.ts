import type { OutboxCounts, OutboxEntry, OutboxMessage, OutboxStore } from '../../ports/outbox-store.js';
import { CatgaError } from '../../errors/catga-error.js';
import { ownHeaders } from '../kept-outcome.js';

const PAGE = 100;
const EMPTY: OutboxCounts = Object.freeze({ waiting: 0, parked: 0 });

/** Access to the outbox. */
export interface OutboxAccess {
  readonly store: OutboxStore;
  /** Appends a message to the waiting ones. */
  readonly add: (message: OutboxMessage) => Promise<void>;
}

/**
 * Outbox API: counts of waiting and parked messages, and handling of parked ones. Without the option `outbox`, and
 * while the node is not running, it is empty.
 *
 * @publicApi
 */
export class CatgaOutbox {
  constructor(private readonly access: () => OutboxAccess | undefined) {}

  /** Number of waiting and parked messages. */
  async counts(): Promise<OutboxCounts> {
    return (await this.access()?.store.count()) ?? EMPTY;
  }

  /**
   * Parked messages, which the engine refuses permanently, oldest first, with the reason.
   * @param after id of the last message of the previous page
   */
  async parked(limit: number = PAGE, after?: string): Promise<readonly OutboxEntry[]> {
    if (!Number.isInteger(limit) || limit < 1) {
      throw new CatgaError('CATGA_VALIDATION_FAILED', 'limit must be a whole number above 0.', {
        details: { issues: [{ path: 'limit', message: 'must be a whole number above 0' }] },
      });
    }
    const entries = (await this.access()?.store.list('parked', limit, after)) ?? [];
    return entries.map(shown);
  }

  /** Re-sends a parked message after all waiting ones, under its id. Resolves with whether it existed. */
  async resend(id: string): Promise<boolean> {
    const found = await this.find(id);
    if (found === undefined) return false;
    const { access, entry } = found;
    // Added before it is removed: a crash in between sends it twice under one id, but never loses it.
    await access.add({ message: entry.message, delayMs: entry.delayMs });
    await access.store.remove([id]);
    return true;
  }

  /** Drops a parked message. Resolves with whether it existed. */
  async drop(id: string): Promise<boolean> {
    const found = await this.find(id);
    await found?.access.store.remove([id]);
    return found !== undefined;
  }

  private async find(
    id: string,
  ): Promise<{ readonly access: OutboxAccess; readonly entry: OutboxEntry } | undefined> {
    const access = this.access();
    if (access === undefined) return undefined;
    let after: string | undefined;
    do {
      const page: readonly OutboxEntry[] = await access.store.list('parked', PAGE, after);
      const entry = page.find((candidate) => candidate.id === id);
      if (entry !== undefined) return { access, entry };
      after = page.at(-1)?.id;
    } while (after !== undefined);
    return undefined;
  }
}

/** An entry without the headers that are Catga's own. */
function shown(entry: OutboxEntry): OutboxEntry {
  const { message } = entry;
  return { ...entry, message: { ...message, headers: ownHeaders(message.headers) } };
}
