/** Maximum time for which prefetched messages wait at a node, in milliseconds. */
const READY_FOR_MS = 20;
const MEASURED_OVER_MS = 5;
const MOST = 256;

/**
 * Prefetch size of a consumer: its handler's concurrency, and more for a fast handler, to cover a
 * round trip. The messages of a slow handler stay available to other nodes.
 */
export class DeliveryWindow {
  private settled = 0;
  private sinceMs = 0;
  private current: number;

  constructor(private readonly concurrency: number) {
    this.current = concurrency;
  }

  /** A message was settled. */
  count(): void {
    this.settled++;
  }

  size(nowMs: number): number {
    const elapsedMs = nowMs - this.sinceMs;
    if (elapsedMs < MEASURED_OVER_MS) return this.current;
    const ready = Math.min(MOST, Math.floor((this.settled / elapsedMs) * READY_FOR_MS));
    this.current = Math.max(this.concurrency, ready);
    this.settled = 0;
    this.sinceMs = nowMs;
    return this.current;
  }
}
