import type { Clock, LaneReader, LaneSink } from '@catga/core/engine';
import { LaneConsumer } from './lane-consumer.js';
import type { LaneConsumerListener, LaneReadServices } from './lane-consumer.js';
import type { LaneStream } from './lane-stream.js';

const FIRST_PAUSE_MS = 20;
const LAST_PAUSE_MS = 2000;

/** One reading of a lane: a sequence of consumers, each continuing where the previous one ended. */
export class LaneReading implements LaneReader, LaneConsumerListener {
  private consumer: LaneConsumer | undefined;
  /** Number of the current consumer; callbacks of earlier ones are ignored. */
  private turn = 0;
  private isPaused = false;
  private isStopped = false;
  private isToldOfEnd = false;
  private pauseMs = FIRST_PAUSE_MS;
  private cancelRetry: (() => void) | undefined;

  /** @param next position of the next frame to read @param identity identity of the lane, if known */
  constructor(
    private readonly stream: LaneStream,
    private readonly services: LaneReadServices,
    private readonly clock: Clock,
    private next: number,
    private identity: string | undefined,
    private readonly sink: LaneSink,
    private readonly onStop: (reading: LaneReading) => void,
  ) {}

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
    this.consumer?.ask();
  }

  stop(): void {
    if (this.isStopped) return;
    this.isStopped = true;
    this.turn++;
    this.cancelRetry?.();
    this.consumer?.end();
    this.onStop(this);
  }

  /** Continues with a new consumer. */
  begin(): void {
    if (this.isStopped) return;
    const turn = ++this.turn;
    this.cancelRetry?.();
    this.consumer?.end();
    this.consumer = undefined;
    this.open(turn).catch(() => {
      if (turn === this.turn) this.ended();
    });
  }

  /** Called periodically: starts a new consumer if the server has been silent since the last call. */
  look(): void {
    const { consumer } = this;
    if (consumer === undefined) return;
    if (consumer.isAsking && !consumer.wasHeard) this.begin();
    else consumer.wasHeard = false;
  }

  frame(position: number, bytes: Uint8Array, pending: number): void {
    if (position < this.next) return this.ended();
    this.next = position + 1;
    this.isToldOfEnd = false;
    this.pauseMs = FIRST_PAUSE_MS;
    this.sink.frame(position, bytes);
    if (pending === 0) this.caughtUp();
    this.ask();
  }

  /** Called when no frame arrived for a while, or the next one was too large: checks whether the lane has ended. */
  idle(): void {
    if (!this.isToldOfEnd) void this.lookForEnd().catch(() => {}); // Checked again at the next idle signal.
    this.ask();
  }

  /** Starts a new consumer after a delay. */
  ended(): void {
    this.turn++;
    this.consumer?.end();
    this.consumer = undefined;
    this.cancelRetry?.();
    this.cancelRetry = this.clock.setTimer(this.pauseMs, () => this.begin(), true);
    this.pauseMs = Math.min(2 * this.pauseMs, LAST_PAUSE_MS);
  }

  /** Creates the consumer before reading the lane's state, so that a recreated stream of the same name is detected. */
  private async open(turn: number): Promise<void> {
    const { stream, services } = this;
    const consumer = new LaneConsumer(stream, services, this);
    const pending = await this.make(consumer);
    if (turn !== this.turn) return consumer.end();
    const { identity, first, last } = await stream.state(
      this.identity === undefined ? undefined : new Map([[this.identity, this.next - 1]]),
    );
    if (turn !== this.turn) return consumer.end();
    this.identity ??= identity;
    if (identity !== this.identity || last < this.next - 1) {
      consumer.end();
      this.stop();
      this.sink.displaced();
      return;
    }
    this.consumer = consumer;
    if (pending === 0 && (first > last || last < this.next)) this.caughtUp();
    this.ask();
  }

  private async make(consumer: LaneConsumer): Promise<number> {
    const pending = await consumer.make(this.next);
    if (pending !== undefined) return pending;
    await this.stream.make();
    return (await consumer.make(this.next)) ?? 0;
  }

  private ask(): void {
    if (!this.isPaused) this.consumer?.ask();
  }

  private async lookForEnd(): Promise<void> {
    const { turn } = this;
    const { first, last } = await this.stream.state();
    if (turn === this.turn && Math.max(this.next, first) > last) this.caughtUp();
  }

  private caughtUp(): void {
    if (this.isToldOfEnd || this.isStopped) return;
    this.isToldOfEnd = true;
    this.sink.caughtUp();
  }
}
