import { joinedKey } from '../ids/joined-key.js';
import type { Inbox } from '../ports/inbox.js';
import type { LogMessage, MessageIdentity } from '../ports/stored-message.js';
import { HOLDS_KEY } from './kept-outcome.js';

/** Delay between two looks at whether a message still holds its key, in milliseconds. */
export const HELD_LOOK_MS = 2000;

type Held = Pick<LogMessage, 'name' | 'messageId' | 'headers' | 'sentAtMs'>;

/**
 * Keys held by dead letters (`whenDead: 'hold-key'`). The message stays in its lane, in front of the others of its key, until its letter
 * is dropped or a redriven copy of it succeeds. Both records are in the inbox: who decides on a letter and who has the
 * lane may be different nodes.
 */
export class HeldKeys {
  constructor(
    private readonly inbox: Inbox,
    /** Time to live of the records, in milliseconds: that of dead letters. */
    private readonly ttlMs: number,
  ) {}

  hold(subscription: string, message: Held): Promise<void> {
    return this.inbox.add(spaceOf('held', subscription, message), identityOf(message), this.ttlMs);
  }

  /** Whether a message holds its key, or has and was released. */
  async stateOf(subscription: string, message: Held): Promise<'none' | 'held' | 'released'> {
    const has = (state: 'held' | 'released'): Promise<boolean> =>
      this.inbox.has(spaceOf(state, subscription, message), identityOf(message));
    if (!(await has('held'))) return 'none';
    return (await has('released')) ? 'released' : 'held';
  }

  /** @param message the letter's, or a redriven copy; of others there is nothing to release */
  async release(subscription: string, message: Held): Promise<void> {
    if (message.headers[HOLDS_KEY] === undefined) return;
    await this.inbox.add(spaceOf('released', subscription, message), identityOf(message), this.ttlMs);
  }
}

/** The message of a dead letter that holds its key. */
export function holding(message: LogMessage): LogMessage {
  return { ...message, headers: { ...message.headers, [HOLDS_KEY]: message.messageId } };
}

/** Copies keep the time of sending, which tells messages apart whose id was used again. */
function spaceOf(state: 'held' | 'released', subscription: string, { sentAtMs }: Held): string {
  return joinedKey(state, subscription, String(sentAtMs));
}

function identityOf({ name, messageId, headers }: Held): MessageIdentity {
  return { name, messageId: headers[HOLDS_KEY] ?? messageId };
}
