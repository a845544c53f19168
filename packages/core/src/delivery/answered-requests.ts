import type { Clock } from '../ports/clock.js';
import type { ReplyStatus } from '../wire/frame-layout.js';

/** An answer that was given. */
export interface Answer {
  readonly status: ReplyStatus;
  readonly body: Uint8Array;
}

/** What this node remembers of its answers. */
export interface AnswerLimits {
  /** For how long, in milliseconds: longer than anybody repeats a request. */
  readonly ttlMs: number;
  /** How many bytes of answers at most; the oldest go first. */
  readonly maxBytes: number;
}

interface Remembered {
  readonly key: string;
  readonly answer: Answer;
  readonly forgetAtMs: number;
}

/** Counted for each answer beside its body. */
const OVERHEAD_BYTES = 128;

/** The answers of this node, so that a repeated request is answered and not run again. Oldest out, in constant time. */
export class AnsweredRequests {
  private readonly answers = new Map<string, Answer>();
  private queue: (Remembered | undefined)[] = [];
  private front = 0;
  private bytes = 0;

  constructor(
    private readonly clock: Clock,
    private readonly limits: AnswerLimits,
  ) {}

  get size(): number {
    return this.answers.size;
  }

  get(key: string): Answer | undefined {
    return this.answers.get(key);
  }

  add(key: string, answer: Answer): void {
    const nowMs = this.clock.monotonicMs();
    this.answers.set(key, answer);
    this.queue.push({ key, answer, forgetAtMs: nowMs + this.limits.ttlMs });
    this.bytes += sizeOf(answer);
    this.forget(nowMs);
  }

  private forget(nowMs: number): void {
    for (let oldest = this.queue[this.front]; oldest !== undefined; oldest = this.queue[this.front]) {
      if (oldest.forgetAtMs > nowMs && this.bytes <= this.limits.maxBytes) break;
      this.queue[this.front++] = undefined;
      this.bytes -= sizeOf(oldest.answer);
      if (this.answers.get(oldest.key) === oldest.answer) this.answers.delete(oldest.key);
    }
    if (this.front > 1024 && this.front * 2 > this.queue.length) {
      this.queue = this.queue.slice(this.front);
      this.front = 0;
    }
  }
}

function sizeOf({ body }: Answer): number {
  return body.byteLength + OVERHEAD_BYTES;
}
