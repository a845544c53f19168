import { brokerError, isInterruption, isRefusal } from '../connection/broker-errors.js';
import { bytesOf, listOf } from '../connection/lua-script.js';
import type { LuaReply } from '../connection/lua-script.js';
import { isClusterClient, sendDirectly } from '../connection/redis-client.js';
import type { RedisClient } from '../connection/redis-client.js';
import type { LaneReading } from './lane-reading.js';
import type { LaneServices } from './lane-services.js';

/** How long a read blocks, in milliseconds. Lanes are checked as often. */
const BLOCK_MS = 2000;
/** Blocking time for users without CLIENT UNBLOCK. */
const SHORT_BLOCK_MS = 50;
/** Number of frames per read, over all lanes: handlers need turns of the event loop in between. */
const FRAMES_AT_A_TIME = 128;
/** Minimum and maximum number of frames of one lane per read. */
const LEAST_OF_A_LANE = 8;
const MOST_OF_A_LANE = 64;
/** Bytes per read, estimated by the largest of the latest frames. */
const BYTES_AT_A_TIME = 4 * 1024 * 1024;
/** Delay before a retry, in milliseconds. */
const AGAIN_AFTER_MS = 250;
/** Delay before CLIENT UNBLOCK is repeated for a read that did not block yet, in milliseconds. */
const WAKE_AGAIN_AFTER_MS = 2;

/** One connection that reads any number of lanes with one blocking XREAD. */
export class LaneTail {
  private readonly readings = new Set<LaneReading>();
  private readonly client: RedisClient;
  private clientId: number | undefined;
  private mayWake = true;
  private isRunning = false;
  private isClosed = false;
  /** Readings of the current blocking read. */
  private asleepFor: ReadonlySet<LaneReading> | undefined;
  private checkedAtMs = 0;
  private largest = 64 * 1024;
  private goOnNow = (): void => {};

  constructor(
    private readonly services: LaneServices,
    private readonly whenIdle: (tail: LaneTail) => void,
  ) {
    this.client = services.openReader();
    this.client.on('error', () => {}); // 'close' follows; the session reports why.
    this.client.on('close', () => this.lost());
    this.client.on('ready', () => this.checkAll());
    if (this.client.status === 'wait') this.client.connect().catch(() => {});
  }

  /** Whether it can read this stream too: a command reads each stream once, and in a cluster streams of one slot only. */
  mayRead(key: string): boolean {
    if (isClusterClient(this.client)) return this.readings.size === 0;
    return ![...this.readings].some((reading) => reading.key === key);
  }

  read(reading: LaneReading): void {
    this.readings.add(reading);
    reading.begin(this);
    void this.check(reading);
  }

  changed(reading: LaneReading): void {
    if (reading.isInDoubtOfEnd) void this.check(reading);
    this.goOn();
  }

  stopped(reading: LaneReading): void {
    this.readings.delete(reading);
    if (this.readings.size === 0) this.whenIdle(this);
  }

  close(): void {
    this.isClosed = true;
    this.client.disconnect();
    this.goOnNow();
  }

  private get wanted(): readonly LaneReading[] {
    return [...this.readings].filter(({ isWanted }) => isWanted);
  }

  private lost(): void {
    this.clientId = undefined;
    for (const reading of this.readings) reading.doubt();
  }

  private checkAll(): void {
    this.checkedAtMs = this.services.clock.monotonicMs();
    this.goOnNow();
    for (const reading of this.readings) void this.check(reading);
  }

  private async check(reading: LaneReading): Promise<void> {
    try {
      await reading.check();
      this.goOn();
    } catch {
      // The session reports why.
      if (!this.isClosed && this.readings.has(reading))
        this.services.clock.setTimer(AGAIN_AFTER_MS, () => void this.check(reading), true);
    }
  }

  private goOn(): void {
    if (this.isClosed) return;
    const { asleepFor } = this;
    if (!this.isRunning) void this.run();
    else if (asleepFor !== undefined && this.wanted.some((reading) => !asleepFor.has(reading)))
      void this.wake(asleepFor);
  }

  private async run(): Promise<void> {
    this.isRunning = true;
    for (;;) {
      const { wanted } = this;
      if (wanted.length === 0 || this.isClosed) break;
      try {
        await this.readFor(wanted);
      } catch (thrown) {
        await this.failed(thrown);
      }
    }
    this.isRunning = false;
  }

  private async readFor(wanted: readonly LaneReading[]): Promise<void> {
    const { client, services } = this;
    if (client.status !== 'ready') return this.pause(AGAIN_AFTER_MS);
    if (services.clock.monotonicMs() - this.checkedAtMs >= BLOCK_MS) this.checkAll();
    if (this.clientId === undefined) {
      this.clientId = await client.client('ID').catch(() => undefined);
      this.mayWake = this.clientId !== undefined;
    }
    const count = this.count(wanted.length);
    const reply = await this.ask(wanted, count);
    if (reply === null) return;
    const readings = new Map(wanted.map((reading) => [reading.key, reading]));
    let largest = 0;
    for (const stream of listOf(reply)) {
      const [key, entries] = listOf(stream);
      const reading = readings.get(bytesOf(key).toString());
      largest = Math.max(largest, reading?.hand(listOf(entries), count) ?? 0);
      if (reading?.isWanted === false) void this.check(reading);
    }
    // Decreases slowly: large frames tend to come together.
    this.largest = Math.max(largest, this.largest / 2, 1);
  }

  private count(lanes: number): number {
    const most = Math.min(MOST_OF_A_LANE, Math.floor(BYTES_AT_A_TIME / this.largest / lanes));
    return Math.max(1, Math.min(most, Math.max(LEAST_OF_A_LANE, Math.floor(FRAMES_AT_A_TIME / lanes))));
  }

  private async ask(wanted: readonly LaneReading[], count: number): Promise<LuaReply> {
    const { client, services } = this;
    const blockMs = this.mayWake ? BLOCK_MS : SHORT_BLOCK_MS;
    const keys = wanted.map(({ key }) => key);
    const ids = wanted.map(({ after }) => after);
    // A half-open connection never replies.
    const stopTimer = services.clock.setTimer(
      blockMs + services.timeoutMs,
      () => client.disconnect(true),
      true,
    );
    this.asleepFor = new Set(wanted);
    try {
      const args = ['COUNT', count, 'BLOCK', blockMs, 'STREAMS', ...keys, ...ids];
      return (await sendDirectly(client, 'xread', args)) as LuaReply;
    } finally {
      this.asleepFor = undefined;
      stopTimer();
    }
  }

  /** Ends the blocking read, to start one that includes other readings. */
  private async wake(asleepFor: ReadonlySet<LaneReading>): Promise<void> {
    const { clientId, services } = this;
    if (clientId === undefined) return;
    while (this.mayWake && this.asleepFor === asleepFor) {
      const woken = await services.session
        .ask((client) => client.client('UNBLOCK', clientId).catch(refusalOr))
        .catch(() => 1);
      if (woken === 1) return;
      if (woken === REFUSED) this.mayWake = false;
      else await new Promise<void>((done) => void services.clock.setTimer(WAKE_AGAIN_AFTER_MS, done, true));
    }
  }

  private async failed(thrown: unknown): Promise<void> {
    if (this.isClosed) return;
    if (!isInterruption(thrown)) {
      // A key may no longer be a stream: only lanes whose state is readable continue.
      for (const reading of this.readings) reading.doubt();
      if (isRefusal(thrown)) this.services.monitor?.refused('permissions', brokerError(thrown));
      this.checkAll();
    }
    await this.pause(AGAIN_AFTER_MS);
  }

  /** Resolves after a delay, or when the connection is ready. */
  private async pause(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const stopTimer = this.services.clock.setTimer(ms, resolve, true);
      this.goOnNow = () => {
        stopTimer();
        resolve();
      };
    });
  }
}

const REFUSED = -1;

function refusalOr(thrown: unknown): number {
  if (isRefusal(thrown)) return REFUSED;
  throw thrown;
}
