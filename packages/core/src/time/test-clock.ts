import type { Clock } from '../ports/clock.js';
import { nextTurn } from './next-turn.js';

interface Timer {
  readonly dueMs: number;
  readonly callback: () => void;
}

/** 2025-01-01T00:00:00Z: any fixed moment will do, as long as every run of a test sees the same one. */
const DEFAULT_START_MS = 1_735_689_600_000;

/** How many turns of the event loop the work that one timer set off is given before time goes on. */
const TURNS_PER_STEP = 3;

/** Timers that re-arm themselves without letting time pass would keep a clock at one moment for ever. */
const MAX_TIMERS_AT_ONE_MOMENT = 100_000;

/**
 * Test clock: time advances only when a test moves it, so that tests never sleep.
 */
export class TestClock implements Clock {
  private readonly timers = new Set<Timer>();
  private wallMs: number;
  private elapsedMs = 0;
  private moving: Promise<void> = Promise.resolve();

  /** @param startMs wall time at the start, in milliseconds since 1970 */
  constructor(startMs: number = DEFAULT_START_MS) {
    this.wallMs = startMs;
  }

  now(): number {
    return this.wallMs;
  }

  /** Milliseconds this clock was advanced by since it was made. */
  monotonicMs(): number {
    return this.elapsedMs;
  }

  /** Number of pending timers. */
  get armedTimers(): number {
    return this.timers.size;
  }

  setTimer(delayMs: number, callback: () => void): () => void {
    const timer: Timer = { dueMs: this.elapsedMs + Math.max(0, delayMs), callback };
    this.timers.add(timer);
    return () => void this.timers.delete(timer);
  }

  /**
   * Lets `ms` milliseconds pass. Timers that fall due run in the order of their times, those of one time in the order
   * they were set, each at its own moment: it reads the time it was set for. Before the first, between any two and
   * after the last, microtasks and a few turns of the event loop run, so that what a timer set off asynchronously has
   * happened, and has set its own timers, before time goes on. `advance(0)` runs what is due now.
   *
   * Work that waits for real input or output may take longer than that; a test awaits it by itself.
   *
   * Calls that overlap are carried out one after another. Rejects with what a timer's callback throws.
   */
  advance(ms: number): Promise<void> {
    if (!(ms >= 0 && ms < Infinity)) throw new RangeError(`A clock cannot be advanced by ${ms} ms.`);
    const moved = this.moving.then(() => this.moveTo(this.elapsedMs + ms));
    this.moving = moved.catch(() => {
      // The caller of this advance hears of it; those after it go on.
    });
    return moved;
  }

  /**
   * Moves the wall clock only, forwards or (negative) backwards, as an administrator or a time server does: no time
   * passes and no timer runs.
   */
  step(ms: number): void {
    this.wallMs += ms;
  }

  private async moveTo(targetMs: number): Promise<void> {
    await settle();
    let ranAtThisMoment = 0;
    for (let timer = this.firstDue(targetMs); timer !== undefined; timer = this.firstDue(targetMs)) {
      ranAtThisMoment = timer.dueMs > this.elapsedMs ? 0 : ranAtThisMoment + 1;
      if (ranAtThisMoment > MAX_TIMERS_AT_ONE_MOMENT) {
        throw new Error(
          `Timers keep setting timers without delay; the clock cannot leave ${this.elapsedMs} ms.`,
        );
      }
      this.passUntil(timer.dueMs);
      this.timers.delete(timer);
      timer.callback();
      await settle();
    }
    this.passUntil(targetMs);
    await settle();
  }

  private passUntil(elapsedMs: number): void {
    const passedMs = Math.max(0, elapsedMs - this.elapsedMs);
    this.elapsedMs += passedMs;
    this.wallMs += passedMs;
  }

  /** A set keeps the order of insertion, so the first of the earliest is the one that was set first. */
  private firstDue(untilMs: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.timers) {
      if (timer.dueMs <= untilMs && (first === undefined || timer.dueMs < first.dueMs)) first = timer;
    }
    return first;
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS_PER_STEP; turn++) {
    await nextTurn();
  }
}
