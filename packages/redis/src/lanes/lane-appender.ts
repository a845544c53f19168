import { randomUUID } from 'node:crypto';
import { CatgaError } from '@catga/core';
import type { LaneFrame, LaneReceipt } from '@catga/core/engine';
import { tooLarge, unavailable } from '../connection/broker-errors.js';
import { numberOf } from '../connection/lua-script.js';
import type { RedisSession } from '../connection/redis-session.js';
import type { LaneServices } from './lane-services.js';
import { appendFrame } from './scripts/append-frame.lua.js';

/** Maximum size of a frame: far above the limit of messages, and below Redis' limit of 512 MB. */
export const MAX_FRAME_BYTES = 64 * 1024 * 1024;
/** Maximum number of times foreign entries are removed for one frame. */
const MOST_MENDS = 3;

const DUPLICATE = 0;
const OUT_OF_TURN = -1;
const FULL = -2;
const MUST_BE_MENDED = -3;

interface Pending {
  readonly id: string;
  readonly bytes: Buffer;
  readonly events: number;
  readonly resolve: (receipt: LaneReceipt) => void;
  readonly reject: (reason: Error) => void;
  /** Not sent yet, because earlier frames come first. */
  isWaiting: boolean;
  /** Failure of an earlier frame that may or may not be stored. */
  reasonBefore: Error | undefined;
  mends: number;
}

/**
 * Appends frames to one lane, several at a time. The script stores a frame only after the frame before it, so the order holds
 * when commands overtake each other: an unknown script, a migrating slot, a lost connection. If it is unknown whether a frame is
 * stored, the frames after it that are not stored fail too, because it may be sent again and has to come first.
 */
export class LaneAppender {
  private readonly pending: Pending[] = [];
  private isMending = false;

  /** @param key key of the lane's stream @param mend removes foreign entries from the lane */
  constructor(
    private readonly key: string,
    private readonly session: Pick<RedisSession, 'runDirectly'>,
    private readonly options: Pick<LaneServices, 'deduplicationWindowMs' | 'maxFramesPerLane'>,
    private readonly mend: () => Promise<unknown>,
  ) {}

  append({ id, bytes, events }: LaneFrame): Promise<LaneReceipt> {
    if (bytes.byteLength > MAX_FRAME_BYTES)
      return Promise.reject(tooLarge('A frame', bytes.byteLength, MAX_FRAME_BYTES));
    return new Promise((resolve, reject) => {
      const before = this.pending.at(-1);
      const frame: Pending = {
        id,
        bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
        events,
        resolve,
        reject,
        isWaiting: before?.isWaiting ?? false,
        reasonBefore: undefined,
        mends: 0,
      };
      this.pending.push(frame);
      if (!frame.isWaiting) this.send(frame, before);
    });
  }

  private send(frame: Pending, before: Pending | undefined): void {
    const { deduplicationWindowMs: windowMs, maxFramesPerLane } = this.options;
    const after = windowMs === 0 ? '' : (before?.id ?? '');
    const args = [frame.id, windowMs, after, maxFramesPerLane, newIdentity(), frame.bytes, frame.events];
    frame.isWaiting = false;
    this.session.runDirectly(appendFrame, [this.key], args).then(
      (reply) => this.answered(frame, numberOf(reply)),
      (thrown: Error) => this.failed(frame, thrown),
    );
  }

  private answered(frame: Pending, answer: number): void {
    switch (answer) {
      case DUPLICATE:
        return this.end(frame, () => frame.resolve({ position: 0, isDuplicate: true }));
      case OUT_OF_TURN:
        if (frame.reasonBefore !== undefined) return this.failed(frame, frame.reasonBefore);
        frame.isWaiting = true;
        return this.sendWaiting();
      case FULL:
        return this.end(frame, () => frame.reject(this.fullError()));
      case MUST_BE_MENDED:
        frame.isWaiting = true;
        return this.mendFor(frame);
      default:
        return this.end(frame, () => frame.resolve({ position: answer, isDuplicate: false }));
    }
  }

  private mendFor(frame: Pending): void {
    if (frame.mends++ === MOST_MENDS) {
      const error = unavailable('Another client keeps adding entries to the stream of a lane.');
      return this.failed(frame, error);
    }
    if (this.isMending) return;
    this.isMending = true;
    this.mend().then(
      () => this.mended(),
      (thrown: Error) => {
        this.failed(frame, thrown);
        this.mended();
      },
    );
  }

  private mended(): void {
    this.isMending = false;
    this.sendWaiting();
  }

  private failed(frame: Pending, reason: Error): void {
    if (!(reason instanceof CatgaError) || reason.code !== 'CATGA_ENGINE_UNAVAILABLE')
      return this.end(frame, () => frame.reject(reason));
    const behind = this.pending.splice(this.pending.indexOf(frame) + 1);
    for (const other of behind) {
      if (other.isWaiting) other.reject(reason);
      else {
        other.reasonBefore ??= reason;
        this.pending.push(other);
      }
    }
    this.end(frame, () => frame.reject(reason));
  }

  private end(frame: Pending, settle: () => void): void {
    this.pending.splice(this.pending.indexOf(frame), 1);
    settle();
    this.sendWaiting();
  }

  /** Sends the waiting frames at the head of the lane; each may follow the one before it. */
  private sendWaiting(): void {
    if (this.isMending) return;
    let before: Pending | undefined;
    for (const frame of this.pending) {
      if (!frame.isWaiting) return;
      this.send(frame, before);
      before = frame;
    }
  }

  private fullError(): CatgaError {
    const { maxFramesPerLane } = this.options;
    return new CatgaError(
      'CATGA_OVERLOADED',
      `A lane of the log holds its maximum of ${maxFramesPerLane} frames.`,
      {
        details: { maxFramesPerLane },
      },
    );
  }
}

/** New identity of a lane: its positions start at 1. */
export function newIdentity(): string {
  return `catga-${randomUUID()}`;
}
