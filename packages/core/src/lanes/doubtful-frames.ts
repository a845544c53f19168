import { joinedKey } from '../ids/joined-key.js';
import type { MessageIdentity } from '../ports/stored-message.js';
import type { EventFrame } from './event-frame.js';

/** A frame that may or may not be stored. */
export interface DoubtfulFrame {
  readonly frame: EventFrame;
  readonly lane: number;
}

/** Maximum number of events whose frame is remembered. */
const MOST_EVENTS_IN_DOUBT = 65_536;

/**
 * Frames of events whose callers got `CATGA_ENGINE_UNAVAILABLE`. An event that is appended again is re-sent in the same frame, which the
 * log deduplicates.
 */
export class DoubtfulFrames {
  private readonly byEvent = new Map<string, DoubtfulFrame>();

  /** The frame of a message; undefined for nearly every message. */
  of({ name, messageId }: MessageIdentity): DoubtfulFrame | undefined {
    return this.byEvent.size === 0 ? undefined : this.byEvent.get(joinedKey(name, messageId));
  }

  /** Remembers the frame of events. Events with a caller's id are sent under that id, and need no entry. */
  remember(doubtful: DoubtfulFrame): void {
    if (!doubtful.frame.isFresh) return;
    for (const { message } of doubtful.frame.content)
      this.byEvent.set(joinedKey(message.name, message.messageId), doubtful);
    for (const oldest of this.byEvent.keys()) {
      if (this.byEvent.size <= MOST_EVENTS_IN_DOUBT) break;
      this.byEvent.delete(oldest);
    }
  }

  /** Forgets a frame whose fate is known. */
  forget({ frame }: DoubtfulFrame): void {
    if (this.byEvent.size === 0) return;
    for (const { message } of frame.content) this.byEvent.delete(joinedKey(message.name, message.messageId));
  }
}
