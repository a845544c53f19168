/** State of one read frame of a subscription: settled events, and the number of remaining ones. */
export class FrameSlot {
  /** Number of its unsettled wanted events. */
  left = 0;

  /** @param low bits of settled events 0 to 31; `high`: of events 32 to 63 */
  constructor(
    readonly position: number,
    public low = 0,
    public high = 0,
  ) {}

  isDone(index: number): boolean {
    return index < 32 ? (this.low & (1 << index)) !== 0 : (this.high & (1 << (index - 32))) !== 0;
  }

  done(index: number): void {
    this.leaveOut(index);
    this.left--;
  }

  /** Marks an event as settled that was not counted in `left`. */
  leaveOut(index: number): void {
    if (index < 32) this.low |= 1 << index;
    else this.high |= 1 << (index - 32);
  }
}

/** Record of an unfinished frame: offset from the floor, and the bits of settled events. */
export type RecordedFrame = readonly [offset: number, low: number, high: number];

/** Recorded progress of a subscription in a lane. */
export interface RecordedProgress {
  /** All frames before this position are finished. */
  readonly floor: number;
  /** Frames from the floor up to here are finished unless listed; frames from here on are untouched. */
  readonly end: number;
  readonly open: readonly RecordedFrame[];
}

/** Minimum number of finished frames before the array is compacted. */
const LEAST_COMPACTION = 1024;

/**
 * Window of the unfinished frames that a subscription has read in a lane, in order. The floor rises over finished frames; a stuck frame
 * holds it while later ones finish. Memory is proportional to the unfinished frames.
 */
export class FrameWindow {
  /** The first from {@link head} on is unfinished; finished ones remain in between until compaction. */
  private slots: FrameSlot[] = [];
  private head = 0;
  private doneSince = 0;
  private nextPosition: number;
  /** Unfinished frames recorded before this node read them. */
  private readonly before: ReadonlyMap<number, FrameSlot>;
  private readonly beforeEnd: number;
  private touchedEnd = 0;

  constructor(recorded: RecordedProgress) {
    this.nextPosition = recorded.floor;
    this.beforeEnd = recorded.end;
    this.before = new Map(
      recorded.open.map(([offset, low, high]) => {
        const position = recorded.floor + offset;
        return [position, new FrameSlot(position, low, high)];
      }),
    );
  }

  /** Position of the first unfinished frame. */
  get floor(): number {
    return this.slots[this.head]?.position ?? this.nextPosition;
  }

  /** Position of the next frame to read. */
  get next(): number {
    return this.nextPosition;
  }

  /** Whether a frame is recorded as finished. */
  wasDone(position: number): boolean {
    return position < this.beforeEnd && !this.before.has(position);
  }

  /** Opens the next frame, before its events are added. Skipped frames count as finished. */
  open(position: number): FrameSlot {
    const slot = this.before.get(position) ?? new FrameSlot(position);
    this.slots.push(slot);
    this.nextPosition = position + 1;
    return slot;
  }

  /** The unfinished frame at a position. */
  at(position: number): FrameSlot | undefined {
    const { slots } = this;
    let from = this.head;
    let to = slots.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if ((slots[middle]?.position ?? Infinity) < position) from = middle + 1;
      else to = middle;
    }
    const slot = slots[from];
    return slot?.position === position && slot.left > 0 ? slot : undefined;
  }

  /** Settles an event. */
  settle(slot: FrameSlot, index: number): void {
    slot.done(index);
    if (slot.position >= this.touchedEnd) this.touchedEnd = slot.position + 1;
    if (slot.left === 0) this.rise();
  }

  /** Raises the floor over finished frames, after one has finished. */
  rise(): void {
    const { slots } = this;
    this.doneSince++;
    while (slots[this.head]?.left === 0) this.head++;
    if (this.head === slots.length) slots.length = 0;
    else if (this.doneSince < LEAST_COMPACTION || this.doneSince * 2 < slots.length) return;
    else this.slots = slots.filter(({ left }) => left > 0);
    this.head = 0;
    this.doneSince = 0;
  }

  /** Progress to record, with a maximum number of unfinished frames. Events of omitted ones are handled again after a crash. */
  record(mostOpen: number): RecordedProgress {
    const { floor } = this;
    const end = Math.max(floor, this.touchedEnd, this.beforeEnd);
    const open: RecordedFrame[] = [];
    for (const { position, low, high } of this.openBefore(end)) {
      if (open.length === mostOpen) return { floor, end: position, open };
      open.push([position - floor, low, high]);
    }
    return { floor, end, open };
  }

  /** The unfinished frames. Recorded progress above the part that is read again is kept. */
  private *openBefore(end: number): Iterable<FrameSlot> {
    for (let at = this.head; at < this.slots.length; at++) {
      const slot = this.slots[at];
      if (slot === undefined || slot.position >= end) break;
      if (slot.left > 0) yield slot;
    }
    for (const slot of this.before.values()) if (slot.position >= this.nextPosition) yield slot;
  }
}
