import { CatgaError } from '../errors/catga-error.js';

/** Overhead per message, in bytes. */
const OVERHEAD_BYTES = 128;

/** Byte budget of messages buffered while the broker is disconnected. */
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

  /** Reserves the bytes of a message. Returns a function that releases them; call it once. */
  add(bytes: number): () => void {
    const counted = bytes + OVERHEAD_BYTES;
    this.waitingBytes += counted;
    return () => void (this.waitingBytes -= counted);
  }

  /** Releases everything. */
  clear(): void {
    this.waitingBytes = 0;
  }
}
