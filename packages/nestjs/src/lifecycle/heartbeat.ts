import type { Clock } from '@catga/core/engine';

/** Periodic task without overlapping runs; does not keep the process alive. */
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
