import type { LaneEntry } from './lane-entry.js';
import type { LaneShare } from './lane-share.js';

/** Time that a suspect is handled alone, in milliseconds. If the process has not crashed by then, it is no longer a suspect. */
const ALONE_MS = 5000;

/**
 * Isolates events that may crash the process: after two consecutive owners have crashed, the events they may have begun are handled one at
 * a time, alone on this node, and each begin is recorded first. So the crashing event is identified, and only its attempts are counted.
 */
export class Quarantine {
  private readonly shares = new Set<LaneShare>();
  private alone: LaneEntry | undefined;

  constructor(
    private readonly after: (delayMs: number, run: () => void) => void,
    private readonly onOver: () => void,
  ) {}

  /** Whether all events but suspects have to wait. */
  get isOn(): boolean {
    return this.shares.size > 0;
  }

  /** Checks whether a share has suspects, after it has changed. */
  look(share: LaneShare): void {
    if (share.hasSuspects) this.shares.add(share);
    else if (this.shares.delete(share) && !this.isOn) this.onOver();
    if (this.isOn) this.next();
  }

  /** Called when a suspect has ended, or may continue beside others. */
  ended(share: LaneShare, entry: LaneEntry): void {
    if (this.alone !== entry || !entry.isSuspect) return;
    entry.isSuspect = false;
    if (share.alone === entry) share.alone = undefined;
    // Record that this one was not the cause before the next one begins.
    void this.settle(share);
  }

  private async settle(share: LaneShare): Promise<void> {
    // A lost share has nothing to record.
    await share.tenure.confirmed(share).catch(() => {});
    this.alone = undefined;
    this.look(share);
  }

  /** Begins the next suspect, if there is one. */
  private next(): void {
    if (this.alone !== undefined) return;
    for (const share of this.shares) {
      const entry = share.takeSuspect();
      if (entry === undefined) continue;
      this.alone = entry;
      share.alone = entry;
      void this.begin(share, entry);
      return;
    }
  }

  private async begin(share: LaneShare, entry: LaneEntry): Promise<void> {
    // A lost share begins nothing.
    await share.tenure.confirmed(share).catch(() => {});
    if (share.state !== 'held') {
      this.alone = undefined;
      this.look(share);
      return;
    }
    if (share.alone !== entry) return; // Abandoned meanwhile.
    this.after(ALONE_MS, () => this.ended(share, entry));
    share.subscription.deliver(share, entry);
  }
}
