import type { HandledListener } from '../pipeline/handler-context.js';
import type { MessageEnvelope } from '../pipeline/message-envelope.js';
import type { Timetable, TimetableEntry } from '../time/timetable.js';

/** For how long after a question one goes on to listen, in milliseconds. */
const LISTENS_MS = 15_000;

/** Those who listen to what handlers do, each only while a tool asks. */
export class HandledListeners implements HandledListener {
  private readonly ends = new Map<HandledListener, TimetableEntry>();

  /** @param listen makes handlers tell of their messages, or with undefined no more */
  constructor(
    private readonly timetable: Timetable,
    private readonly listen: (listener: HandledListener | undefined) => void,
  ) {}

  begun(envelope: MessageEnvelope, outcome: Promise<unknown>): void {
    for (const listener of this.ends.keys()) listener.begun(envelope, outcome);
  }

  /** One listens from now on, for 15 seconds. Returns whether it has not been listening. */
  goOn(listener: HandledListener, ended: () => void): boolean {
    const end = this.ends.get(listener);
    if (end !== undefined) this.timetable.remove(end);
    const next = this.timetable.after(LISTENS_MS, () => {
      this.ends.delete(listener);
      if (this.ends.size === 0) this.listen(undefined);
      ended();
    });
    this.ends.set(listener, next);
    this.listen(this);
    return end === undefined;
  }
}
