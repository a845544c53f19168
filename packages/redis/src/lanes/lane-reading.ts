import type { LaneReader, LaneSink, LaneState } from '@catga/core/engine';
import type { LuaReply } from '../connection/lua-script.js';
import { bytesOf, listOf } from '../connection/lua-script.js';

/** Connection that serves a reading. */
interface ReadingListener {
  /** Called when the reading has resumed. */
  changed(reading: LaneReading): void;
  stopped(reading: LaneReading): void;
}

/** One reading of a lane: its position, and the state of its sink. */
export class LaneReading implements LaneReader {
  /** Whether the server has confirmed the identity of the lane since the connection was made. */
  private isChecked = false;
  private isPaused = false;
  private isStopped = false;
  private isToldOfEnd = false;
  /** Replies to checks of an earlier epoch are ignored. */
  private epoch = 0;
  private listener: ReadingListener | undefined;

  /** @param key key of the lane's stream @param identity identity of the lane, if known */
  constructor(
    readonly key: string,
    private next: number,
    private identity: string | undefined,
    private readonly sink: LaneSink,
    private readonly state: () => Promise<LaneState>,
  ) {}

  get isWanted(): boolean {
    return this.isChecked && !this.isPaused && !this.isStopped;
  }

  /** Id of the last delivered entry. */
  get after(): string {
    return `0-${this.next - 1}`;
  }

  begin(listener: ReadingListener): void {
    this.listener = listener;
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
    this.listener?.changed(this);
  }

  stop(): void {
    if (this.isStopped) return;
    this.isStopped = true;
    this.listener?.stopped(this);
  }

  /** Whether the sink waits for `caughtUp`, so that the server has to be queried if no frame follows. */
  get isInDoubtOfEnd(): boolean {
    return this.isWanted && !this.isToldOfEnd;
  }

  /** Stops reading until the identity of the lane is confirmed again: the server may have lost its data. */
  doubt(): void {
    this.epoch++;
    this.isChecked = false;
  }

  /** Compares the lane with what was read so far. */
  async check(): Promise<void> {
    const { next, epoch } = this;
    const { identity, first, last } = await this.state();
    if (this.isStopped || epoch !== this.epoch) return;
    if ((this.identity ?? identity) !== identity || last < next - 1) {
      this.stop();
      this.sink.displaced();
      return;
    }
    this.identity = identity;
    this.isChecked = true;
    // The next frame may have been trimmed.
    if (Math.max(this.next, first) > last) this.tellEnd();
  }

  /**
   * Delivers entries to the sink.
   * @param asked number of requested entries
   * @returns size of the largest frame, in bytes
   */
  hand(entries: readonly LuaReply[], asked: number): number {
    let largest = 0;
    for (const entry of entries) {
      if (this.isStopped) return largest;
      const [id, fields] = listOf(entry);
      const position = positionOf(bytesOf(id));
      if (position === undefined) {
        // An entry of another client; no frame can follow it. Reading the lane's state removes it.
        this.doubt();
        return largest;
      }
      const bytes = bytesOf(listOf(fields)[1]);
      if (bytes.byteLength > largest) largest = bytes.byteLength;
      this.next = position + 1;
      this.isToldOfEnd = false;
      this.sink.frame(position, bytes);
    }
    if (entries.length < asked) this.tellEnd();
    return largest;
  }

  private tellEnd(): void {
    if (this.isToldOfEnd || this.isPaused || this.isStopped) return;
    this.isToldOfEnd = true;
    this.sink.caughtUp();
  }
}

function positionOf(id: Buffer): number | undefined {
  const text = id.toString('latin1');
  return text.startsWith('0-') ? Number(text.slice(2)) : undefined;
}
