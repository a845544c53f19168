import { joinedKey } from '../ids/joined-key.js';
import type { MessageIdentity } from '../ports/stored-message.js';
import type { EventFrame } from './event-frame.js';

/** A frame of which it is not known whether it is stored. */
export interface DoubtfulFrame {
  readonly frame: EventFrame;
  readonly lane: number;
}

/** For how many events it is remembered in which frame they travelled. */
const MOST_EVENTS_IN_DOUBT = 65_536;

/**
 * Where events travelled whose callers were told that the engine is unavailable. One that is appended again is sent in the same frame as
 * before, which the log recognises if it has it.
 */
export class DoubtfulFrames {
  private readonly byEvent = new Map<string, DoubtfulFrame>();

  /** The frame of a message; undefined for nearly every message. */
  of({ name, messageId }: MessageIdentity): DoubtfulFrame | undefined {
    return this.byEvent.size === 0 ? undefined : this.byEvent.get(joinedKey(name, messageId));
  }

  /** What the caller chose an id for travels under it, and needs no remembering. */
  remember(doubtful: DoubtfulFrame): void {
    if (!doubtful.frame.isFresh) return;
    for (const { message } of doubtful.frame.content)
      this.byEvent.set(joinedKey(message.name, message.messageId), doubtful);
    for (const oldest of this.byEvent.keys()) {
      if (this.byEvent.size <= MOST_EVENTS_IN_DOUBT) break;
      this.byEvent.delete(oldest);
    }
  }

  /** It is known now. */
  forget({ frame }: DoubtfulFrame): void {
    if (this.byEvent.size === 0) return;
    for (const { message } of frame.content) this.byEvent.delete(joinedKey(message.name, message.messageId));
  }
}
