import type { DurableSubscriptions } from '../queue/durable-subscriptions.js';
import { nextTurn } from '../time/next-turn.js';
import type { NodeRuntime } from './node-runtime.js';

/** What aborted handlers get to end, and what closing gets at least, in milliseconds. */
const LEAST_MS = 1000;

/** The draining of a node: it ends what is being handled, and takes no longer than it may, whatever the broker does. */
export class NodeDrain {
  private announced: Promise<void> | undefined;
  private draining: Promise<void> | undefined;
  /** How long stopping has taken so far, in milliseconds. */
  private tookMs = 0;

  constructor(
    private readonly runtime: NodeRuntime,
    private readonly durable: DurableSubscriptions,
    private readonly delayMs: number,
    private readonly timeoutMs: number,
  ) {}

  /** Whether it has begun, or was announced. */
  get hasBegun(): boolean {
    return this.announced !== undefined || this.draining !== undefined;
  }

  /** What is left of the time for stopping, in milliseconds; at least a second. */
  get leftMs(): number {
    return Math.max(LEAST_MS, this.timeoutMs - this.tookMs);
  }

  /** The node is not ready from now on, and works as before until the delay is over. Resolves then. */
  announce(): Promise<void> {
    return (this.announced ??= this.delay());
  }

  /** Never rejects: a step that fails is reported. */
  run(): Promise<void> {
    return (this.draining ??= this.drain());
  }

  /** A step of what stops beside the node, such as a package's own work. Never rejects, and takes no longer than is left. */
  async beside(name: string, run: () => unknown): Promise<void> {
    const { clock } = this.runtime;
    const startMs = clock.monotonicMs();
    await this.runtime.stopping(name, this.leftMs, run);
    this.tookMs += clock.monotonicMs() - startMs;
  }

  private async delay(): Promise<void> {
    const { messaging, clock } = this.runtime;
    if (this.delayMs === 0 || !messaging.isOpen) return;
    await new Promise<void>((resolve) => void clock.setTimer(this.delayMs, resolve));
  }

  private async drain(): Promise<void> {
    if (this.delayMs > 0) await this.announce();
    const { clock, teardown, messaging, outbox } = this.runtime;
    const startMs = clock.monotonicMs();
    const endMs = startMs + this.timeoutMs - this.tookMs;
    const leftMs = (): number => Math.max(0, endMs - clock.monotonicMs());
    messaging.isOpen = false;
    const handled = await teardown.step('the handlers', leftMs(), () => this.finish());
    if (handled !== 'done') {
      void this.durable.stop(); // Begun by now, unless what comes before it hangs.
      await teardown.step('aborting handlers', LEAST_MS, () => this.abortHandlers());
    }
    await teardown.step('the outbox', leftMs(), () => outbox?.flush());
    this.tookMs += clock.monotonicMs() - startMs;
  }

  /** Handles what nobody will handle later, then what is running. A broker that hangs holds up none of it. */
  private async finish(): Promise<void> {
    const { runtime, durable } = this;
    const { presence, engine, admission } = runtime;
    // A directory that cannot be told finds out by itself, and running handlers are none the worse for it.
    const withdrawn = presence.withdraw().catch((thrown: unknown) => {
      // When the time is over, the connection is closed under it.
      if (!runtime.isClosing) runtime.reportOfEngine(thrown);
    });
    if (durable.hasStarted && engine.forgetsMessages) {
      await withdrawn;
      await runtime.settled();
    }
    const stopped = durable.stop();
    await admission.idle();
    await Promise.all([withdrawn, stopped]);
  }

  private async abortHandlers(): Promise<void> {
    const { admission, services, messaging, writes } = this.runtime;
    messaging.abortRunning();
    writes.giveUp();
    const { inFlight } = admission;
    if (inFlight > 0) {
      services.logger.warn(
        `${inFlight} handlers were still running after ${this.timeoutMs} ms (shutdown.drainTimeoutMs); their signals are aborted.`,
      );
    }
    await nextTurn(); // Handlers that obey their signal end here.
  }
}
