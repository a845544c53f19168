import { randomUUID } from 'node:crypto';
import type { CommandClient } from './command-client.js';

const TICK_MS = 10;
/** A client that has this many unanswered commands waits. */
const MAX_UNANSWERED = 1000;
/** Of four commands, one books a shipment. */
const SHIPMENT_EVERY = 4;

/** Commands at a steady rate, whatever becomes of the earlier ones. */
export class SteadyLoad {
  private readonly run = randomUUID().slice(0, 8);
  private readonly unanswered = new Set<Promise<void>>();
  private timer: NodeJS.Timeout | undefined;
  private number = 0;

  constructor(
    private readonly client: CommandClient,
    private readonly ratePerSecond: number,
  ) {}

  start(): void {
    let lastMs = performance.now();
    let due = 0;
    this.timer = setInterval(() => {
      const nowMs = performance.now();
      due += ((nowMs - lastMs) / 1000) * this.ratePerSecond;
      lastMs = nowMs;
      for (; due >= 1; due--) if (this.unanswered.size < MAX_UNANSWERED) this.sendOne();
    }, TICK_MS);
  }

  /** Sends no more, and waits until every command is answered; the client gives each up in time. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await Promise.all(this.unanswered);
  }

  private sendOne(): void {
    const number = ++this.number;
    const kind = number % SHIPMENT_EVERY === 0 ? 'book-shipment' : 'place-order';
    const sent = this.client.send(kind, `${this.run}-${number}`);
    this.unanswered.add(sent);
    void sent.finally(() => this.unanswered.delete(sent));
  }
}
