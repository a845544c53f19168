/** One frame that a subscription has read: what of it is done, and how much is left. */
export class FrameSlot {
  /** How many wanted events of it are not done. */
  left = 0;
  /** A bit for each event that is done: the first 32, and the others. */
  low = 0;
  high = 0;

  constructor(readonly position: number) {}

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

/** From how many passed frames on the rest is moved up. */
const LEAST_COMPACTION = 1024;

/**
 * The frames that a subscription has read of a lane and is not done with, in their order. The floor rises over frames that are done;
 * a frame that hangs holds it, and others are done above it.
 */
export class FrameWindow {
  private slots: FrameSlot[] = [];
  private head = 0;
  private floorPosition: number;
  /** What was done before this node came to it. */
  private readonly before: ReadonlyMap<number, RecordedFrame>;
  private readonly beforeEnd: number;
  private touchedEnd = 0;

  constructor(recorded: RecordedProgress) {
    this.floorPosition = recorded.floor;
    this.beforeEnd = recorded.end;
    this.before = new Map(recorded.open.map((frame) => [recorded.floor + frame[0], frame]));
  }

  /** The position of the first frame that is not done. */
  get floor(): number {
    return this.floorPosition;
  }

  /** The position of the next frame to be read. */
  get next(): number {
    return this.floorPosition + this.slots.length - this.head;
  }

  /** Whether it is recorded that a whole frame is done. */
  wasDone(position: number): boolean {
    return position < this.beforeEnd && !this.before.has(position);
  }

  /** The next frame, before its events are looked at. Frames that were left out are done with. */
  open(position: number): FrameSlot {
    while (this.next < position) this.slots.push(new FrameSlot(this.next));
    const slot = new FrameSlot(position);
    const recorded = this.before.get(position);
    if (recorded !== undefined) [, slot.low, slot.high] = recorded;
    this.slots.push(slot);
    return slot;
  }

  /** A frame that was read and is not passed. */
  at(position: number): FrameSlot | undefined {
    return position < this.floorPosition ? undefined : this.slots[this.head + position - this.floorPosition];
  }

  /** An event is done. */
  settle(slot: FrameSlot, index: number): void {
    slot.done(index);
    if (slot.position >= this.touchedEnd) this.touchedEnd = slot.position + 1;
    if (slot.left === 0 && slot.position === this.floorPosition) this.rise();
  }

  /** Lets the floor rise over what is done already. */
  rise(): void {
    const { slots } = this;
    while (this.head < slots.length && slots[this.head]?.left === 0) {
      this.head++;
      this.floorPosition++;
    }
    if (this.head === slots.length) {
      slots.length = 0;
      this.head = 0;
    } else if (this.head >= LEAST_COMPACTION && this.head * 2 >= slots.length) {
      this.slots = slots.slice(this.head);
      this.head = 0;
    }
  }

  /** As much of it as is to be recorded: at most so many frames that are not done. What is left out is done once more. */
  record(mostOpen: number): RecordedProgress {
    const floor = this.floorPosition;
    const open: RecordedFrame[] = [];
    const last = Math.max(this.touchedEnd, Math.min(this.beforeEnd, this.next));
    let end = floor;
    for (let position = floor; position < last; position++) {
      const slot = this.slots[this.head + position - floor];
      if (slot !== undefined && slot.left > 0) {
        if (open.length === mostOpen) break;
        open.push([position - floor, slot.low, slot.high]);
      }
      end = position + 1;
    }
    // What was done above the part that is read again stays known.
    if (end === this.next && this.beforeEnd > end) return this.withRest(floor, open, mostOpen);
    return { floor, end, open };
  }

  private withRest(floor: number, open: RecordedFrame[], mostOpen: number): RecordedProgress {
    let end = this.next;
    for (let position = end; position < this.beforeEnd; position++) {
      const frame = this.before.get(position);
      if (frame !== undefined) {
        if (open.length === mostOpen) break;
        open.push([position - floor, frame[1], frame[2]]);
      }
      end = position + 1;
    }
    return { floor, end, open };
  }
}
