/** A frame to append to a lane. Its content is opaque to the log. */
export interface LaneFrame {
  /** Deduplication id within the lane's deduplication window. Up to 512 characters. */
  readonly id: string;
  /** Encoded on first access. */
  readonly bytes: Uint8Array;
  /** Number of events in the frame, for limits that count events. */
  readonly events: number;
}

/** Acknowledgement of an append. */
export interface LaneReceipt {
  /** Position of the frame; of a duplicate the position of the stored frame, or 0 if the log no longer knows it. */
  readonly position: number;
  /** Whether a frame with this id was already stored. */
  readonly isDuplicate: boolean;
}

/** State of a lane. */
export interface LaneState {
  /**
   * Changes when the positions of the lane restart: after the log was deleted, or the broker lost its store.
   * Readers with a stored position of another identity begin at 1.
   */
  readonly identity: string;
  /** Position of the oldest stored frame; `last + 1` if there is none. */
  readonly first: number;
  /** Position of the newest frame ever stored, even if it was removed; 0 if there was none. */
  readonly last: number;
}

/** Callbacks of a lane reader. They are never called within `read`, and must not throw. */
export interface LaneSink {
  /**
   * The next frame. Positions increase; a gap is a frame that was removed before it was read.
   * @param content its bytes, which belong to the sink; or the frame itself, from a log in this process
   */
  frame(position: number, content: Uint8Array | LaneFrame): void;
  /** All frames stored at the time of the check have been delivered. Called at least once, and again after frames. */
  caughtUp(): void;
  /**
   * The lane has another identity, or ends before the next position: the reader has stopped. Read the state of the lane
   * and start a new reader.
   */
  displaced(): void;
}

/** A reader of a lane. */
export interface LaneReader {
  /** Pauses delivery. Frames in transit are still delivered: at most 256 frames or 4 MiB. */
  pause(): void;
  resume(): void;
  /** Stops the reader; no callback follows. */
  stop(): void;
}

/**
 * Partitioned append-only log for reliable events and keyed commands. A lane (partition) is read in order, by position and
 * without acknowledgements; the progress of subscriptions is stored in a {@link RecordStore}.
 *
 * Contract:
 * - Positions of a lane are 1, 2, 3, … in the order in which frames were stored. Frames that one caller appends to one lane,
 *   one call after another, are stored in that order without waiting in between, as long as none of them fails.
 * - `append` resolves only once the frame is stored. It rejects with `CATGA_OVERLOADED` when the log is full, with
 *   `CATGA_PAYLOAD_TOO_LARGE` for a frame beyond {@link maxFrameBytes}, and with `CATGA_ENGINE_UNAVAILABLE` when it is not
 *   known whether the frame is stored: the caller appends it again under the same id.
 * - A reader gets every frame from its position on, in order and once, including frames stored later.
 *   After a reconnect it resumes after the last delivered frame.
 * - Only `trim` removes frames.
 */
export interface LaneLog {
  /** Number of lanes, at least 1: fixed when the log is created, and the same for all nodes of the namespace. */
  readonly lanes: number;
  /** Maximum size of a frame, in bytes. */
  readonly maxFrameBytes: number;
  /**
   * Maximum size of an event, in bytes: it leaves room for what a dead letter adds.
   * @defaultValue {@link maxFrameBytes}
   */
  readonly maxEventBytes?: number;
  /** @param lane 0 to {@link lanes} - 1 */
  append(lane: number, frame: LaneFrame): Promise<LaneReceipt>;
  /**
   * @param known newest position that is known to be stored, by identity of the lane. A log whose answers may lag behind waits until it
   * has it, up to a few seconds; a lane that still ends before it has lost it.
   */
  state(lane: number, known?: ReadonlyMap<string, number>): Promise<LaneState>;
  /**
   * Reads a lane from a position, or from the oldest frame after it that is still stored. 1 is the beginning.
   * @param identity identity of the lane that the position is of
   * @defaultValue that of the lane as it is found
   */
  read(lane: number, from: number, sink: LaneSink, identity?: string): LaneReader;
  /** Removes the frames before a position, possibly later. May be repeated. */
  trim(lane: number, before: number): Promise<void>;
  /**
   * Position after the frames of a lane that are older than the log's retention. The kernel trims them, unless they hold
   * waiting queued commands.
   * @defaultValue the log has no retention by age; the kernel trims the frames that every subscription has passed
   */
  expired?(lane: number): Promise<number>;
}
