import type { LaneEntry } from './lane-entry.js';
import type { RecordedFailure } from './progress-record.js';

/** Recorded failures of one subscription in one lane: events that wait for another attempt. */
export class FailedEvents {
  private readonly entries = new Set<LaneEntry>();
  /** Failures recorded by the previous owner whose frames were not read again yet, by position. */
  private readonly unread = new Map<number, RecordedFailure[]>();

  constructor(recorded: readonly RecordedFailure[]) {
    for (const failure of recorded) {
      const others = this.unread.get(failure.position);
      if (others === undefined) this.unread.set(failure.position, [failure]);
      else others.push(failure);
    }
  }

  /** Takes the recorded failures of a frame that is being read. */
  read(position: number): readonly RecordedFailure[] | undefined {
    const failures = this.unread.get(position);
    if (failures !== undefined) this.unread.delete(position);
    return failures;
  }

  add(entry: LaneEntry): void {
    this.entries.add(entry);
  }

  delete(entry: LaneEntry): void {
    this.entries.delete(entry);
  }

  clear(): void {
    this.entries.clear();
  }

  /** Failures to record, up to a limit; attempts of omitted ones are lost in a crash. */
  record(most: number, nowMs: number): readonly RecordedFailure[] {
    const failures = [...this.unread.values()].flat();
    for (const entry of this.entries) {
      if (failures.length >= most) break;
      failures.push({
        position: entry.slot.position,
        index: entry.index,
        attempts: entry.attempts,
        kills: entry.kills,
        waitMs: Math.max(0, Math.round(entry.dueMs - nowMs)),
      });
    }
    return failures.slice(0, most);
  }
}
