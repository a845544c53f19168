import type { LogConsumer } from '../ports/durable-log.js';

/** Consumer of a queue that leaves the queue while it is paused, and joins it again afterwards. */
export class PausableConsumer implements LogConsumer {
  private consumer: LogConsumer | undefined;
  private isStopped = false;
  private changing: Promise<void> = Promise.resolve();

  /** @param open creates a consumer, which starts immediately */
  constructor(
    private readonly open: () => Promise<LogConsumer>,
    private readonly isPaused: () => boolean,
    private readonly onLeft: () => void,
  ) {}

  /** Starts or stops according to the state of the queue. Rejects on failure; the next call retries. */
  follow(): Promise<void> {
    const change = this.changing.then(() => this.change());
    this.changing = change.catch(() => {});
    return change;
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    const left = this.leave();
    await this.changing;
    await left;
  }

  private async change(): Promise<void> {
    if (this.isStopped || this.isPaused()) return this.leave();
    if (this.consumer !== undefined) return;
    this.consumer = await this.open();
    // It may have been stopped or paused meanwhile.
    await this.change();
  }

  private async leave(): Promise<void> {
    const { consumer } = this;
    this.consumer = undefined;
    try {
      await consumer?.stop();
    } finally {
      this.onLeft();
    }
  }
}
