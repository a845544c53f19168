import type { LogConsumer } from '../ports/durable-log.js';

/** One node's part in a queue, which takes nothing while the queue is paused: it leaves it, and joins it again. */
export class PausableConsumer implements LogConsumer {
  private consumer: LogConsumer | undefined;
  private isStopped = false;
  private changing: Promise<void> = Promise.resolve();

  /** @param open makes a consumer, which takes at once */
  constructor(
    private readonly open: () => Promise<LogConsumer>,
    private readonly isPaused: () => boolean,
    private readonly onLeft: () => void,
  ) {}

  /** Takes, or takes no more, as the queue is now. Rejects if it could not; the next call tries again. */
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
