import type { Clock } from '@catga/core/engine';

/** Does something every so often, one at a time, without keeping the process alive. */
export class Heartbeat {
  private cancel: (() => void) | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly intervalMs: number,
    private readonly beat: () => Promise<void>,
    private readonly onError: (thrown: unknown) => void,
  ) {}

  start(): void {
    this.cancel = this.clock.setTimer(
      this.intervalMs,
      () => {
        this.beat()
          .catch(this.onError)
          .finally(() => {
            if (this.cancel !== undefined) this.start();
          });
      },
      true,
    );
  }

  stop(): void {
    this.cancel?.();
    this.cancel = undefined;
  }
}
