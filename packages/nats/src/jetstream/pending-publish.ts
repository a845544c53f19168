import type { EncodedHeaders } from '../connection/header-block.js';

/** A stream that messages are published to. */
export interface PublishTarget {
  /** Makes sure of the stream. */
  make(): Promise<unknown>;
}

/** A message for a stream, ready to be sent. */
export interface OutgoingMessage {
  readonly target: PublishTarget;
  readonly subject: string;
  readonly payload: Uint8Array;
  /** With its id: a message is sent again if it is unknown whether it was stored. */
  readonly headers: EncodedHeaders;
}

/** Receipt of a stored message. */
export interface StoredReceipt {
  readonly sequence: number;
  readonly isDuplicate: boolean;
}

/** Whether messages for a stream can be sent, or the stream is looked for first. */
export class TargetState {
  isReady = false;
  isMending = false;
  /** Why the stream could not be looked for last. */
  reason: Error | undefined;

  constructor(readonly target: PublishTarget) {}
}

/** Servers that are choosing a leader drop what they are sent, and say nothing; doubles with each time. */
const SILENCE_MS = 2000;

/** A message and who waits for it to be stored. */
export class PendingPublish {
  sentMs = 0;
  timesSent = 0;

  constructor(
    readonly message: OutgoingMessage,
    readonly state: TargetState,
    readonly dueMs: number,
    readonly resolve: (receipt: StoredReceipt) => void,
    private readonly reject: (error: Error) => void,
    /** Its bytes are counted among those that are kept while the broker is away. */
    private release: (() => void) | undefined,
  ) {}

  fail(error: Error): void {
    this.letGo();
    this.reject(error);
  }

  /** For how long its acknowledgement is waited for before it is sent again. */
  get silenceMs(): number {
    return this.timesSent === 0 ? Infinity : SILENCE_MS * 2 ** (this.timesSent - 1);
  }

  letGo(): void {
    this.release?.();
    this.release = undefined;
  }
}
