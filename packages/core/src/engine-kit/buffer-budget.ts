import { CatgaError } from '../errors/catga-error.js';

/** Counted for each message beside what it carries, in bytes. */
const OVERHEAD_BYTES = 128;

/** How many bytes wait while the broker is away, and the bound on them. */
export class BufferBudget {
  private waitingBytes = 0;

  /** @param broker its name in errors */
  constructor(
    private readonly broker: string,
    readonly maxBytes: number,
  ) {}

  /** @throws CatgaError `CATGA_ENGINE_UNAVAILABLE` if a message of this size does not fit */
  require(bytes: number): void {
    if (this.waitingBytes + bytes + OVERHEAD_BYTES <= this.maxBytes) return;
    throw new CatgaError(
      'CATGA_ENGINE_UNAVAILABLE',
      `${this.broker} is disconnected, and the send buffer holds ${this.waitingBytes} bytes already (reconnect.maxBufferedBytes: ${this.maxBytes}).`,
    );
  }

  /** A message waits. Returns what to call, once, when it does not any more. */
  add(bytes: number): () => void {
    const counted = bytes + OVERHEAD_BYTES;
    this.waitingBytes += counted;
    return () => void (this.waitingBytes -= counted);
  }

  /** Nothing waits any more. */
  clear(): void {
    this.waitingBytes = 0;
  }
}
