/** One frame that a subscription has read: what of it is done, and how much is left. */
export class FrameSlot {
  /** How many wanted events of it are not done. */
  left = 0;

  /** @param low a bit for each event that is done: the first 32; and `high`: the others */
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

  /** Of an event that is not counted among those that are left. */
  leaveOut(index: number): void {
    if (index < 32) this.low |= 1 << index;
    else this.high |= 1 << (index - 32);
  }
}

/** Frames of a window that are not done, as they are recorded: position less the floor, and the bits of what is done. */
export type RecordedFrame = readonly [offset: number, low: number, high: number];

/** How far a subscription is in a lane, as it is recorded. */
export interface RecordedProgress {
  /** Everything before this position is done. */
  readonly floor: number;
  /** Of the frames from the floor to here all are done that are not in the list; of those from here on nothing is. */
  readonly end: number;
  readonly open: readonly RecordedFrame[];
}

/** From how many frames that are done on those that are not are moved together. */
const LEAST_COMPACTION = 1024;

/**
 * The frames that a subscription has read of a lane and is not done with, in their order. The floor rises over frames that are done;
 * a frame that hangs holds it, and others are done above it. Those are not kept: it takes as much as there is that is not done.
 */
export class FrameWindow {
  /** The first from {@link head} on is not done; others that are done are among them until they are moved together. */
  private slots: FrameSlot[] = [];
  private head = 0;
  private doneSince = 0;
  private nextPosition: number;
  /** What was not done before this node came to it. */
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

  /** The position of the first frame that is not done. */
  get floor(): number {
    return this.slots[this.head]?.position ?? this.nextPosition;
  }

  /** The position of the next frame to be read. */
  get next(): number {
    return this.nextPosition;
  }

  /** Whether it is recorded that a whole frame is done. */
  wasDone(position: number): boolean {
    return position < this.beforeEnd && !this.before.has(position);
  }

  /** The next frame, before its events are looked at. Frames that were left out are done with. */
  open(position: number): FrameSlot {
    const slot = this.before.get(position) ?? new FrameSlot(position);
    this.slots.push(slot);
    this.nextPosition = position + 1;
    return slot;
  }

  /** A frame that was read and is not done. */
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

  /** An event is done. */
  settle(slot: FrameSlot, index: number): void {
    slot.done(index);
    if (slot.position >= this.touchedEnd) this.touchedEnd = slot.position + 1;
    if (slot.left === 0) this.rise();
  }

  /** One frame more is done: the floor rises over what is. */
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

  /** As much of it as is to be recorded: at most so many frames that are not done. What is left out is done once more. */
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

  /** The frames that are not done. What was done above the part that is read again stays known. */
  private *openBefore(end: number): Iterable<FrameSlot> {
    for (let at = this.head; at < this.slots.length; at++) {
      const slot = this.slots[at];
      if (slot === undefined || slot.position >= end) break;
      if (slot.left > 0) yield slot;
    }
    for (const slot of this.before.values()) if (slot.position >= this.nextPosition) yield slot;
  }
}
