import { toError } from '../../errors/catga-error.js';
import type { OutboxEntry } from '../../ports/outbox-store.js';

/** What is done with an entry that could not be sent: tried again, with what comes after it of its key, or set aside. */
export type Disposition = 'retry' | 'park';

/** An entry that could not be sent. */
export interface UnsentEntry {
  readonly entry: OutboxEntry;
  readonly error: Error;
}

/** What became of entries. Those of a key that follow one to be tried again are in none of the lists. */
export interface SendReport {
  /** The engine acknowledged them. */
  readonly stored: readonly OutboxEntry[];
  readonly toRetry: readonly UnsentEntry[];
  readonly toPark: readonly UnsentEntry[];
}

/**
 * Sends entries at once, begun in their order; one whose key an earlier one has waits for that one's acknowledgement,
 * and is not sent if there is none.
 */
export async function sendInOrder(
  entries: readonly OutboxEntry[],
  send: (entry: OutboxEntry) => Promise<unknown>,
  judge: (unsent: UnsentEntry) => Disposition,
): Promise<SendReport> {
  const stored: OutboxEntry[] = [];
  const toRetry: UnsentEntry[] = [];
  const toPark: UnsentEntry[] = [];
  /** Whether the next of a key may go, by key. */
  const ways = new Map<string, Promise<boolean>>();

  const sendOne = async (entry: OutboxEntry): Promise<boolean> => {
    try {
      await send(entry);
      stored.push(entry);
      return true;
    } catch (thrown) {
      const unsent = { entry, error: toError(thrown) };
      const isParked = judge(unsent) === 'park';
      (isParked ? toPark : toRetry).push(unsent);
      return isParked;
    }
  };

  const unkeyed: Promise<boolean>[] = [];
  for (const entry of entries) {
    const { key } = entry.message;
    const before = key === undefined ? undefined : ways.get(key);
    const way = before === undefined ? sendOne(entry) : before.then((isFree) => isFree && sendOne(entry));
    if (key === undefined) unkeyed.push(way);
    else ways.set(key, way);
  }
  await Promise.all([...unkeyed, ...ways.values()]);
  return { stored, toRetry, toPark };
}
