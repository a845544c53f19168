import type { HandledListener } from '../pipeline/handler-context.js';
import type { MessageEnvelope } from '../pipeline/message-envelope.js';
import type { Timetable, TimetableEntry } from '../time/timetable.js';

/** Time after a query until its listener ends, in milliseconds. */
const LISTENS_MS = 15_000;

/** Listeners to handled messages, each active only while a tool queries. */
export class HandledListeners implements HandledListener {
  private readonly ends = new Map<HandledListener, TimetableEntry>();

  /** @param listen attaches the listener to handlers; undefined detaches it */
  constructor(
    private readonly timetable: Timetable,
    private readonly listen: (listener: HandledListener | undefined) => void,
  ) {}

  begun(envelope: MessageEnvelope, outcome: Promise<unknown>): void {
    for (const listener of this.ends.keys()) listener.begun(envelope, outcome);
  }

  /** Adds or extends a listener for 15 seconds. Returns whether it is new. */
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
