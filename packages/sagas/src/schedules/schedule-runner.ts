import type { CatgaNode } from '@catga/nestjs';
import { partOf } from '../records/saga-records.js';
import type { Schedule } from './schedule.js';

/** What a schedule needs of its node. */
export interface SchedulingNode {
  readonly mediator: Pick<CatgaNode['mediator'], 'enqueue'>;
  readonly steps: Pick<CatgaNode['steps'], 'clock' | 'serverMs' | 'stop' | 'storeIn'>;
}

/** Maximum delay of a timer, in milliseconds: the system clock may change meanwhile. */
const LONGEST_TIMER_MS = 60_000;
/** Delay before queueing is retried, in milliseconds. */
const RETRY_MS = 1000;
/** For how long it is taken for certain how far the schedule has come, in milliseconds. */
const FRESH_MS = 30_000;
const RECORDS = 'schedule/';

/** Stored record of a schedule. */
interface ScheduleRecord {
  /** Time of the latest queued tick, or the time when the schedule was first seen. */
  readonly lastMs: number;
}

/**
 * Queues the ticks of one schedule, by the broker's clock. Every node does: a tick is queued under an id of its own, of which the engine keeps one, and recorded
 * at once, by compare-and-set; a node that is late, or was not there, finds it recorded. A node that dies in between leaves
 * the tick to the others.
 */
export class ScheduleRunner {
  private cancelTimer: (() => void) | undefined;
  private isStopped = false;
  private isFailing = false;
  private running: Promise<void> = Promise.resolve();

  constructor(
    readonly schedule: Schedule,
    /** Called when the schedule runs: it is declared before the node exists. */
    private readonly node: () => SchedulingNode,
    /** Called once per outage when ticks could not be queued; they are retried. */
    private readonly onFailure: (schedule: Schedule, thrown: unknown) => void,
  ) {}

  start(): void {
    this.running = this.run();
  }

  /** Stops queueing; a tick in progress is finished. */
  stop(): void {
    this.isStopped = true;
    this.cancelTimer?.();
  }

  /** Resolves once no tick is being queued. Never rejects. */
  settled(): Promise<void> {
    return this.running;
  }

  /** Time of the latest queued tick. `CATGA_ENGINE_UNAVAILABLE` when the broker does not respond. */
  async lastTick(): Promise<Date | undefined> {
    const { record } = await this.read();
    return record && new Date(record.lastMs);
  }

  private async run(): Promise<void> {
    let waitMs: number;
    try {
      waitMs = await this.queueDue();
      this.isFailing = false;
    } catch (thrown) {
      if (!this.isFailing && !this.isStopped) this.onFailure(this.schedule, thrown);
      this.isFailing = true;
      waitMs = RETRY_MS;
    }
    if (this.isStopped) return;
    this.cancelTimer = this.node().steps.clock.setTimer(waitMs, () => this.start());
  }

  /** Queues the due ticks. Resolves with the delay until the next one, in milliseconds. */
  private async queueDue(): Promise<number> {
    const { schedule } = this;
    const { steps } = this.node();
    while (!this.isStopped) {
      const askedMs = steps.clock.monotonicMs();
      const nowMs = await steps.serverMs();
      const { record, version } = await this.read();
      if (record === undefined) {
        await this.write(nowMs, version);
        continue;
      }
      const due = schedule.due(record.lastMs, nowMs);
      if (due === undefined) {
        const [next] = schedule.next(nowMs, 1);
        return Math.min(
          LONGEST_TIMER_MS,
          next === undefined ? Infinity : Math.max(1, next.getTime() - nowMs),
        );
      }
      if (due.ticks.length > 0) await this.queue(due.ticks, version, askedMs);
      else await this.write(due.latest.getTime(), version);
    }
    return LONGEST_TIMER_MS;
  }

  /** Queues ticks, until another node has recorded one, or might have meanwhile: then it is looked at again. */
  private async queue(ticks: readonly Date[], read: number, readMs: number): Promise<void> {
    const { schedule } = this;
    const { mediator, steps } = this.node();
    const now = (): number => steps.clock.monotonicMs();
    let version: number | undefined = read;
    let knownMs = readMs;
    for (const tick of ticks) {
      // Those that were not queued are due on the other nodes, or after a restart.
      if (this.isStopped || version === undefined) return;
      // Other nodes may have gone on, so long ago that the engine would not know a repetition.
      if (now() - knownMs > FRESH_MS) return;
      const { command, messageId } = schedule.commandOf(tick);
      await mediator.enqueue(command, { messageId, keepOutcome: schedule.keepOutcome });
      knownMs = now();
      version = await this.write(tick.getTime(), version);
    }
  }

  private async read(): Promise<{ readonly record: ScheduleRecord | undefined; readonly version: number }> {
    const found = await this.records.read(this.key);
    return { record: found && decode(found.value), version: found?.version ?? 0 };
  }

  /** Resolves with the new version; undefined if another node has written meanwhile. */
  private write(lastMs: number, expected: number): Promise<number | undefined> {
    const record: ScheduleRecord = { lastMs };
    return this.records.write(this.key, Buffer.from(JSON.stringify(record)), expected);
  }

  private get records(): ReturnType<SchedulingNode['steps']['storeIn']>['records'] {
    return this.node().steps.storeIn('engine').records;
  }

  private get key(): string {
    return `${RECORDS}${partOf(this.schedule.name)}`;
  }
}

/** Decodes a record; undefined if it is invalid. */
function decode(value: Uint8Array): ScheduleRecord | undefined {
  try {
    const { lastMs } = JSON.parse(Buffer.from(value).toString()) as Partial<ScheduleRecord>;
    return typeof lastMs === 'number' ? { lastMs } : undefined;
  } catch {
    return undefined;
  }
}
