/** A frame on its way into a lane. To the log its content is bytes. */
export interface LaneFrame {
  /** The frame is stored once however often it is appended within the deduplication window of its lane. Up to 512 characters. */
  readonly id: string;
  readonly bytes: Uint8Array;
  /** How many events it holds: for limits that count events. */
  readonly events: number;
}

/** Where a frame is stored. */
export interface LaneReceipt {
  /** The position of the frame; of a duplicate that of the frame that is there, or 0 where the log no longer knows it. */
  readonly position: number;
  /** Whether a frame of this id was there already. */
  readonly isDuplicate: boolean;
}

/** What a lane holds. */
export interface LaneState {
  /**
   * Another text whenever the positions of the lane begin anew: after the log was deleted, or the broker came back empty.
   * Readers that remember a position of another identity begin at 1.
   */
  readonly identity: string;
  /** The position of the oldest frame that is still there; `last + 1` if there is none. */
  readonly first: number;
  /** The position of the newest frame that was ever stored, whether it is still there or not; 0 if there was none. */
  readonly last: number;
}

/** Who reads a lane. Its methods are never called within `read`, and do not throw. */
export interface LaneSink {
  /** The next frame. Its bytes belong to the sink. Positions grow; one that is left out was dropped before it was read. */
  frame(position: number, bytes: Uint8Array): void;
  /** Everything that was stored when this was asked has been handed over. Told at least once, and again after frames. */
  caughtUp(): void;
  /**
   * The lane has another identity, or ends before the position that is read next: nothing more comes. Whoever reads asks for
   * the state of the lane and begins again.
   */
  displaced(): void;
}

/** One reading of a lane. */
export interface LaneReader {
  /** What is under way still comes: at most 256 frames, or 4 MiB if that is less. */
  pause(): void;
  resume(): void;
  /** Nothing comes any more, from within this call on. */
  stop(): void;
}

/**
 * An append-only log in lanes: the ground of reliable events and keyed commands. A lane is read in order, by position and
 * without acknowledgements; who has read what is remembered in a {@link RecordStore}.
 *
 * Contract:
 * - Positions of a lane are 1, 2, 3, … in the order in which frames were stored. Frames that one caller appends to one lane,
 *   one call after another, are stored in that order without waiting in between, as long as none of them fails.
 * - `append` resolves only once the frame is stored. It rejects with `CATGA_OVERLOADED` when the log is full, with
 *   `CATGA_PAYLOAD_TOO_LARGE` for a frame beyond {@link maxFrameBytes}, and with `CATGA_ENGINE_UNAVAILABLE` when it is not
 *   known whether the frame is stored: the caller appends it again under the same id.
 * - A reader gets every frame at its position or after it, in order and each once, those stored later as soon as they are
 *   there. It survives outages of the broker, and goes on after the last frame that it handed over.
 * - Nothing but `trim` and the retention that an operator has chosen drops a frame.
 */
export interface LaneLog {
  /** How many lanes there are, at least 1: chosen when the log was made, and the same for every node of the namespace. */
  readonly lanes: number;
  /** The most bytes that a frame may have. */
  readonly maxFrameBytes: number;
  /** @param lane 0 to {@link lanes} - 1 */
  append(lane: number, frame: LaneFrame): Promise<LaneReceipt>;
  state(lane: number): Promise<LaneState>;
  /** Reads a lane from a position on, or from the oldest frame behind it that is still there. 1 is the beginning. */
  read(lane: number, from: number, sink: LaneSink): LaneReader;
  /** Lets go of the frames before a position. May be repeated, and may be late. */
  trim(lane: number, before: number): Promise<void>;
}
