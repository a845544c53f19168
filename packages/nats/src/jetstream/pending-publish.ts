import type { EncodedHeaders } from '../connection/header-block.js';

/** Stream that messages are published to. */
export interface PublishTarget {
  /** Creates the stream if needed. */
  make(): Promise<unknown>;
}

/** Message for a stream, ready to be sent. */
export interface OutgoingMessage {
  readonly target: PublishTarget;
  readonly subject: string;
  readonly payload: Uint8Array;
  /** Headers with the message id, for deduplication: a message is re-sent if it is unknown whether it was stored. */
  readonly headers: EncodedHeaders;
}

/** Receipt of a stored message. */
export interface StoredReceipt {
  readonly sequence: number;
  readonly isDuplicate: boolean;
}

/** State of a stream: whether messages can be sent, or the stream has to be ensured first. */
export class TargetState {
  isReady = false;
  isMending = false;
  /** Error of the last attempt to ensure the stream. */
  reason: Error | undefined;

  constructor(readonly target: PublishTarget) {}
}

/**
 * Time without an acknowledgement before a message is re-sent, in milliseconds; doubles. Servers silently drop messages during a leader
 * election.
 */
const SILENCE_MS = 2000;

/** A message, and the promise of its storage. */
export class PendingPublish {
  sentMs = 0;
  timesSent = 0;

  constructor(
    readonly message: OutgoingMessage,
    readonly state: TargetState,
    readonly dueMs: number,
    readonly resolve: (receipt: StoredReceipt) => void,
    private readonly reject: (error: Error) => void,
    /** Releases its bytes from the buffer limit for disconnects. */
    private release: (() => void) | undefined,
  ) {}

  fail(error: Error): void {
    this.letGo();
    this.reject(error);
  }

  /** Time without an acknowledgement before it is re-sent, in milliseconds. */
  get silenceMs(): number {
    return this.timesSent === 0 ? Infinity : SILENCE_MS * 2 ** (this.timesSent - 1);
  }

  letGo(): void {
    this.release?.();
    this.release = undefined;
  }
}
