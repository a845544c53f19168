import type { LaneEntry } from './lane-entry.js';
import type { LaneShare } from './lane-share.js';

/** For how long a suspect is handled by itself, in milliseconds. What has not ended its process by then is no suspect any more. */
const ALONE_MS = 5000;

/**
 * After two owners in a row have vanished, what they may have begun is handled one event at a time on this node, and nothing else
 * meanwhile; that it begins is recorded first. So what ends processes is found out, and its attempts are its own.
 */
export class Quarantine {
  private readonly shares = new Set<LaneShare>();
  private alone: LaneEntry | undefined;

  constructor(
    private readonly after: (delayMs: number, run: () => void) => void,
    private readonly onOver: () => void,
  ) {}

  /** Whether anything but a suspect has to wait. */
  get isOn(): boolean {
    return this.shares.size > 0;
  }

  /** Looks whether a share has suspects, after something about it changed. */
  look(share: LaneShare): void {
    if (share.hasSuspects) this.shares.add(share);
    else if (this.shares.delete(share) && !this.isOn) this.onOver();
    if (this.isOn) this.next();
  }

  /** What was handled has ended, or may go on beside others. */
  ended(share: LaneShare, entry: LaneEntry): void {
    if (this.alone !== entry || !entry.isSuspect) return;
    entry.isSuspect = false;
    if (share.alone === entry) share.alone = undefined;
    // Before the next one begins, it must be known that this one was not it.
    void this.settle(share);
  }

  private async settle(share: LaneShare): Promise<void> {
    // A share that is lost has nothing to record.
    await share.tenure.confirmed(share).catch(() => {});
    this.alone = undefined;
    this.look(share);
  }

  /** Looks whether another suspect may begin. */
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
    // A share that is lost begins nothing.
    await share.tenure.confirmed(share).catch(() => {});
    if (share.state !== 'held') {
      this.alone = undefined;
      this.look(share);
      return;
    }
    if (share.alone !== entry) return; // It was abandoned meanwhile.
    this.after(ALONE_MS, () => this.ended(share, entry));
    share.subscription.deliver(share, entry);
  }
}
